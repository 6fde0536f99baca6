import { Transient } from '../base/transient.ts'

/** Lets so many pieces of work go on at once; the others wait for their turn, as long as there are not too many. */
export function createTurns(atOnce: number, mostWaiting: number): <T>(work: () => Promise<T>) => Promise<T> {
  let free = atOnce
  const waiting: (() => void)[] = []
  return async (work) => {
    if (free > 0) free -= 1
    else if (waiting.length >= mostWaiting)
      throw new Transient('too many files wait to be worked on', { retryAfterSeconds: 10 })
    else await new Promise<void>((turn) => waiting.push(turn))
    try {
      return await work()
    } finally {
      // A turn is handed on rather than given back, so that nobody who comes later is earlier.
      const next = waiting.shift()
      if (next) next()
      else free += 1
    }
  }
}
