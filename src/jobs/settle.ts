import { setTimeout as sleep, setImmediate as soon } from 'node:timers/promises'
import type { Log } from '../base/log.ts'

/** Collects what is to be written, and writes all of it together, in order. */
export interface Settler<Item> {
  add(item: Item): void
  /** nothing waits to be written */
  readonly idle: boolean
  /** how many wait, those not counted that are just being written */
  readonly waiting: number
  /** Resolves when all that was added so far is written, or has been given up at the end of a drain. */
  written(): Promise<void>
}

const PAUSE_AFTER_FAILURE_MS = 500

/**
 * One write for everything that finished within `everyMs` (0: or while the last was written), one at a time. What cannot be written now is tried again
 * until it can, so `write` must do no harm when it is repeated.
 */
export function createSettler<Item>(options: {
  readonly everyMs: number
  readonly write: (items: readonly Item[]) => Promise<void>
  readonly log: Log
  /** true: what cannot be written is left to the next process */
  readonly givesUp: () => boolean
}): Settler<Item> {
  let items: Item[] = []
  let running: Promise<void> | undefined

  return {
    add(item) {
      items.push(item)
      running ??= run()
    },
    get idle() {
      return running === undefined
    },
    get waiting() {
      return items.length
    },
    async written() {
      await running
    },
  }

  async function run(): Promise<void> {
    await collect()
    while (items.length > 0) {
      const batch = items
      items = []
      try {
        await options.write(batch)
      } catch (error) {
        options.log.warn('What became of {count} pieces of work cannot be written down yet: {error}', {
          count: batch.length,
          error,
        })
        if (!options.givesUp()) items = [...batch, ...items]
        await sleep(PAUSE_AFTER_FAILURE_MS)
      }
      if (items.length > 0) await collect()
    }
    running = undefined
  }

  async function collect(): Promise<void> {
    await (options.everyMs > 0 ? sleep(options.everyMs) : soon())
  }
}
