/** Chance that comes again: the seed is printed, and WEFT_TEST_SEED gives it back. */
export interface Dice {
  readonly seed: number
  /** from `low` up to, but not, `high` */
  between(low: number, high: number): number
  whole(low: number, high: number): number
  pick<T>(list: readonly T[]): T
}

/** @param name of the drill, printed beside the seed */
export function throwDice(name: string): Dice {
  const seed = Number(process.env.WEFT_TEST_SEED) || Math.floor(Math.random() * 2 ** 31)
  console.log(`${name}: WEFT_TEST_SEED=${seed}`)
  let state = seed >>> 0
  // Mulberry32: a few lines, and good enough for choosing moments.
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const between = (low: number, high: number) => low + next() * (high - low)
  const whole = (low: number, high: number) => Math.floor(between(low, high))
  return { seed, between, whole, pick: (list) => list[whole(0, list.length)]! }
}
