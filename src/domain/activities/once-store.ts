import { sql } from 'kysely'
import type { AccountId, ActivityId } from '../../base/ids.ts'
import type { Db } from '../../db/connect.ts'
import type { Tx } from '../../db/transact.ts'

/** A request of an app that is to be carried out once, however often it comes. */
export interface OnceOnly {
  readonly accountId: AccountId
  readonly clientId: string
  /** as the app chose it */
  readonly key: string
  /** of the bytes that came with it */
  readonly bodyHash: string
}

/** @returns false when another request of the same key is being carried out at this moment */
export async function lockOnce(tx: Tx, { accountId, clientId, key }: OnceOnly): Promise<boolean> {
  const name = JSON.stringify([accountId, clientId, key])
  const { rows } = await sql<{ mine: boolean }>`
    SELECT pg_try_advisory_xact_lock(hashtextextended(${name}, 16)) AS mine`.execute(tx)
  return rows[0]?.mine === true
}

export async function selectOnce(
  db: Db,
  { accountId, clientId, key }: OnceOnly,
): Promise<{ activityId: ActivityId; bodyHash: string } | undefined> {
  return db
    .selectFrom('idempotency_key')
    .select(['activity_id as activityId', 'body_hash as bodyHash'])
    .where('account_id', '=', accountId)
    .where('client_id', '=', clientId)
    .where('key', '=', key)
    .executeTakeFirst()
}

export async function insertOnce(tx: Tx, once: OnceOnly, activityId: ActivityId, now: Date): Promise<void> {
  await tx
    .insertInto('idempotency_key')
    .values({
      account_id: once.accountId,
      client_id: once.clientId,
      key: once.key,
      body_hash: once.bodyHash,
      activity_id: activityId,
      created_at: now,
    })
    .execute()
}

export async function deleteOnces(db: Db, before: Date, limit: number): Promise<void> {
  await sql`
    DELETE FROM idempotency_key WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM idempotency_key WHERE created_at < ${before} ORDER BY created_at LIMIT ${limit}))`.execute(
    db,
  )
}
