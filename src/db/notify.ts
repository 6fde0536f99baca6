import { sql } from 'kysely'
import type { Db } from './connect.ts'

/** What PostgreSQL carries in one notification, less than 8,000 bytes, with some room. */
const LONGEST = 7000

/**
 * Tells every process that listens on `channel`, once the caller's transaction commits; equal messages of one
 * transaction are told once. A hint: who was not listening never hears of it.
 */
export async function notify(db: Db, channel: string, payload: string): Promise<void> {
  if (Buffer.byteLength(payload) > LONGEST)
    throw new RangeError(`too long for one notification on ${channel}`)
  await sql`SELECT pg_notify(${channel}, ${payload})`.execute(db)
}

/** The same for a list, cut into as many messages as it takes; each is a JSON array. */
export async function notifyList(db: Db, channel: string, items: readonly string[]): Promise<void> {
  let part: string[] = []
  let size = 2
  for (const item of items) {
    const more = Buffer.byteLength(JSON.stringify(item)) + 1
    if (size + more > LONGEST && part.length > 0) {
      await notify(db, channel, JSON.stringify(part))
      part = []
      size = 2
    }
    part.push(item)
    size += more
  }
  if (part.length > 0) await notify(db, channel, JSON.stringify(part))
}
