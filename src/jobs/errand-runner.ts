import type { Log } from '../base/log.ts'
import type { Db } from '../db/connect.ts'
import { createErrandWork } from './errand-loop.ts'
import { discharge, enlist } from './liveness.ts'
import type { ErrandHandler } from './outcomes.ts'

const FINISH_MS = 2000

/**
 * Asks other servers for as long as it is not disposed of, beside all workers or alone: for a command that waits for
 * answers where perhaps no server runs. Meant for less than a minute.
 */
export async function runErrands(options: {
  readonly db: Db
  readonly slot: number
  readonly handler: ErrandHandler
  readonly log: Log
}): Promise<AsyncDisposable> {
  const { db, slot } = options
  await enlist(db, slot)
  const work = createErrandWork({ ...options, instruments: {} })
  work.loop.start()
  return {
    async [Symbol.asyncDispose]() {
      await work.loop.stop()
      await work.finish(performance.now() + FINISH_MS)
      await discharge(db, slot)
    },
  }
}
