import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Log } from '../base/log.ts'
import { StartError } from '../base/start-error.ts'
import type { Db } from './connect.ts'

const PATIENCE_MS = 30_000
const OLDEST = 150_000

/** Refused for good: wrong password, no such role, no such database, not allowed in. */
const FOR_GOOD = new Set(['28P01', '28000', '3D000', '42501'])

/**
 * Waits until the database answers, for it may be starting at the same moment as we are, and checks that it is one that
 * we can work with.
 * @throws StartError when it refuses us, does not answer for half a minute, or is older than PostgreSQL 15
 */
export async function ready(db: Db, log: Log): Promise<void> {
  const began = Date.now()
  for (let attempt = 0; ; attempt++) {
    try {
      return await checkVersion(db)
    } catch (error) {
      if (error instanceof StartError) throw error
      const { code, message } = error as { code?: string; message: string }
      if (FOR_GOOD.has(code ?? '') || Date.now() - began > PATIENCE_MS) {
        throw new StartError(`The database cannot be used: ${message}.`, { cause: error })
      }
      if (attempt === 0) log.warn('The database does not answer yet; waiting for it.', { reason: message })
      await sleep(500)
    }
  }
}

async function checkVersion(db: Db): Promise<void> {
  const { rows } = await sql<{ number: number; name: string }>`
    SELECT current_setting('server_version_num')::int AS number, current_setting('server_version') AS name`.execute(
    db,
  )
  const { number = 0, name = '' } = rows[0] ?? {}
  if (number < OLDEST) {
    throw new StartError(`Weft needs PostgreSQL 15 or newer, and the database is ${name}.`)
  }
}
