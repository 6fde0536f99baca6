import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '../base/log.ts'

/** Looks for work when it is told to, and now and then by itself. */
export interface Loop {
  start(): void
  /** Look soon; costs nothing when it is looking already. */
  wake(): void
  /** true while it waits to be woken */
  readonly resting: boolean
  /** Resolves after the last turn; there will be no other. */
  stop(): Promise<void>
}

const EVERY_MS = 1000
const AFTER_FAILURE_MS = 1000

/**
 * @param turn looks once; true: there may be more, look again at once
 */
export function createLoop(name: string, log: Log, turn: () => Promise<boolean>): Loop {
  let stopped = false
  let woken = false
  let resting = false
  let wakeUp: (() => void) | undefined
  let running: Promise<void> | undefined

  return {
    start() {
      running ??= run()
    },
    wake() {
      woken = true
      wakeUp?.()
    },
    get resting() {
      return resting && !woken
    },
    async stop() {
      stopped = true
      wakeUp?.()
      await running
    },
  }

  async function run(): Promise<void> {
    while (!stopped) {
      woken = false
      try {
        if (await turn()) continue
      } catch (error) {
        // Most often the database is away; whoever asked is asked again when it is back.
        log.warn('Looking for {name} failed: {error}', { name, error })
        await sleep(jittered(AFTER_FAILURE_MS))
      }
      if (!woken && !stopped) await rest()
    }
  }

  async function rest(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, jittered(EVERY_MS))
    wakeUp = resolve
    resting = true
    await promise
    resting = false
    wakeUp = undefined
    clearTimeout(timer)
  }
}

/** Many processes must not look at the same moment. */
function jittered(ms: number): number {
  return ms * (0.75 + Math.random() * 0.5)
}
