import { type FileHandle, open } from 'node:fs/promises'

/** Who made it, with what, when and called what (S-097): within a segment, and within what is said about it there. */
const TELLTALES = new Set([0x1254c367, 0x1941a469])
const TELLTALES_OF_INFO = new Set([0x7ba9, 0x4d80, 0x5741, 0x4461, 0x7384, 0x73a4])
const [SEGMENT, INFO, CLUSTER, TRACKS, ENTRY, NAME] = [
  0x18538067, 0x1549a966, 0x1f43b675, 0x1654ae6b, 0xae, 0x536e,
]
const MOST_ELEMENTS = 10_000
const CHUNK = 65_536

interface Element {
  readonly id: number
  readonly at: number
  /** where what it holds begins and ends */
  readonly from: number
  readonly to: number
}

/**
 * Makes what tells of the maker of a WebM file into empty space, in place (RFC 8794, `Void`): nothing moves, so every
 * offset in it stays true. What follows an element of unknown length is left as it is.
 */
export async function cleanWebm(path: string): Promise<void> {
  await using file = await open(path, 'r+')
  const { size } = await file.stat()
  for await (const { id, from, to } of elementsIn(file, 0, size)) {
    if (id === SEGMENT) await cleanSegment(file, from, to)
  }
}

async function cleanSegment(file: FileHandle, from: number, to: number): Promise<void> {
  for await (const element of elementsIn(file, from, to)) {
    if (TELLTALES.has(element.id)) await makeVoid(file, element)
    else if (element.id === INFO) await clean(file, element, (id) => TELLTALES_OF_INFO.has(id))
    else if (element.id === TRACKS)
      for await (const entry of elementsIn(file, element.from, element.to))
        if (entry.id === ENTRY) await clean(file, entry, (id) => id === NAME)
  }
}

async function clean(file: FileHandle, within: Element, tells: (id: number) => boolean): Promise<void> {
  for await (const element of elementsIn(file, within.from, within.to))
    if (tells(element.id)) await makeVoid(file, element)
}

async function* elementsIn(file: FileHandle, from: number, to: number): AsyncGenerator<Element> {
  const head = Buffer.alloc(12)
  let at = from
  for (let seen = 0; at + 2 <= to && seen < MOST_ELEMENTS; seen += 1) {
    const { bytesRead } = await file.read(head, 0, 12, at)
    const idLength = Math.clz32(head[0] ?? 0) - 23
    const sizeLength = Math.clz32(head[idLength] ?? 0) - 23
    if (idLength > 4 || sizeLength > 8 || idLength + sizeLength > bytesRead) return
    const id = head.readUIntBE(0, idLength)
    const length = lengthIn(head.subarray(idLength, idLength + sizeLength))
    const begin = at + idLength + sizeLength
    // Of a segment whose length nobody wrote down, all that is left is part.
    const end = length === undefined && id === SEGMENT ? to : begin + (length ?? Number.POSITIVE_INFINITY)
    if (end > to) return
    yield { id, at, from: begin, to: end }
    // What comes with the first cluster on is what is to be seen and heard; of those there are many.
    at = end
    if (id === CLUSTER) seen -= 1
  }
}

/** A number with its own length before it; undefined when all its bits are set, which means unknown. */
function lengthIn(bytes: Uint8Array): number | undefined {
  const [first = 0, ...rest] = bytes
  const mask = (1 << (8 - bytes.length)) - 1
  const length = rest.reduce((sum, byte) => sum * 256 + byte, first & mask)
  const unknown = (first & mask) === mask && rest.every((byte) => byte === 0xff)
  return unknown ? undefined : length
}

/** As long as it was, and empty. */
async function makeVoid(file: FileHandle, { at, to }: Element): Promise<void> {
  const whole = to - at
  const head = Buffer.alloc(whole < 9 ? 2 : 9)
  head[0] = 0xec
  if (whole < 9) head[1] = 0x80 | (whole - 2)
  else {
    head[1] = 0x01
    head.writeUIntBE(whole - 9, 3, 6)
  }
  await file.write(head, 0, head.length, at)
  const zeros = Buffer.alloc(CHUNK)
  for (let done = head.length; done < whole; done += CHUNK)
    await file.write(zeros, 0, Math.min(CHUNK, whole - done), at + done)
}
