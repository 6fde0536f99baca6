/**
 * A set of small positive numbers in few bytes: sorted, each as the distance to the one before, in LEB128 (seven bits a
 * byte, the lowest first, the high bit says that more follow). Ids that were given out one after the other, as rows of
 * a table are, take a byte or two each.
 */
export function packNumbers(numbers: Iterable<number>): Buffer {
  const sorted = [...new Set(numbers)].sort((a, b) => a - b)
  const bytes: number[] = []
  let before = 0
  for (const number of sorted) {
    if (!Number.isInteger(number) || number <= 0 || number > MOST)
      throw new RangeError(`cannot pack ${number}`)
    let distance = number - before
    before = number
    while (distance >= 0x80) {
      bytes.push((distance % 0x80) | 0x80)
      distance = Math.floor(distance / 0x80)
    }
    bytes.push(distance)
  }
  return Buffer.from(bytes)
}

const MOST = 0x7fff_ffff

/** The same numbers, in their order. */
export function unpackNumbers(packed: Uint8Array): number[] {
  const numbers: number[] = []
  let last = 0
  let distance = 0
  let factor = 1
  for (const byte of packed) {
    distance += (byte & 0x7f) * factor
    factor *= 0x80
    if (byte & 0x80) continue
    last += distance
    numbers.push(last)
    distance = 0
    factor = 1
  }
  return numbers
}
