import { type RawBuilder, sql } from 'kysely'
import type { AccountId, ActivityId, InboxItemId, PostId } from '../../base/ids.ts'
import type { Db } from '../../db/connect.ts'
import { statement } from '../../db/statement.ts'
import { areApart, isMuted } from '../blocks/find.ts'

const anyOpen = statement(
  'inboxes.any-open',
  // In an order that the index alone has: it is asked whatever the planner believes.
  'SELECT inbox_since FROM login WHERE inbox_since IS NOT NULL ORDER BY inbox_since LIMIT 1',
)

/** Whether there is anybody at all whose inbox is kept: asked before anything is made ready for it. */
export async function hasOpenInboxes(db: Db): Promise<boolean> {
  return (await anyOpen(db, [])).length > 0
}

/** Since when somebody's inbox is kept, and whether all that had come before is in it. */
export async function findOpening(db: Db, ownerId: AccountId) {
  return db
    .selectFrom('login')
    .select(['inbox_since as since', 'inbox_filled_at as filledAt'])
    .where('account_id', '=', ownerId)
    .executeTakeFirst()
}

/**
 * Whether an owner still wants to hear of an actor, as a condition on a query that has the actor in it as `account`: not
 * of one who is gone or suspended, from whom a block keeps them apart, or whom they mute.
 */
export function isHeard(owner: RawBuilder<unknown>): RawBuilder<boolean> {
  const actor = sql`account.id`
  return sql<boolean>`(account.suspended_at IS NULL AND NOT account.suspended_afar AND account.deleted_at IS NULL
    AND NOT ${areApart(owner, actor)} AND NOT ${isMuted(owner, actor, 'posts')})`
}

/** The activities by which people here said or showed these posts: the newest of its kind for each. */
export async function newestActivitiesOf(
  db: Db,
  postIds: readonly PostId[],
  kind: 'Create' | 'Update',
): Promise<Map<PostId, ActivityId>> {
  if (postIds.length === 0) return new Map()
  const rows = await db
    .selectFrom('activity')
    .select(['post_id', (eb) => eb.fn.max('id').as('id')])
    .where('post_id', '=', sql<PostId>`any(${postIds}::bigint[])`)
    .where('kind', '=', kind)
    .groupBy('post_id')
    .execute()
  return new Map(rows.flatMap((row) => (row.post_id ? [[row.post_id, row.id as ActivityId] as const] : [])))
}

/** Those of `authorIds` whose followers here with an inbox are more than `cap`. */
export async function widelyHeard(
  db: Db,
  authorIds: readonly AccountId[],
  cap: number,
): Promise<Set<AccountId>> {
  const { rows } = await sql<{ id: AccountId }>`
    SELECT author.id FROM unnest(${authorIds}::bigint[]) AS author (id)
    WHERE EXISTS (
      SELECT 1 FROM login JOIN follow ON follow.follower_id = login.account_id
      WHERE login.inbox_since IS NOT NULL AND follow.followed_id = author.id AND follow.state = 'accepted'
      OFFSET ${cap} LIMIT 1)`.execute(db)
  return new Set(rows.map((row) => row.id))
}

/** Owners of more than `most` items, and of items older than `before`. */
export async function findOverfull(db: Db, most: number, before: InboxItemId): Promise<AccountId[]> {
  const { rows } = await sql<{ id: AccountId }>`
    SELECT login.account_id AS id FROM login
    WHERE login.inbox_since IS NOT NULL AND (
      (SELECT sum(items) FROM inbox_count WHERE owner_id = login.account_id) > ${most}
      OR EXISTS (SELECT 1 FROM inbox_item WHERE owner_id = login.account_id AND id < ${before}::bigint))`.execute(
    db,
  )
  return rows.map((row) => row.id)
}
