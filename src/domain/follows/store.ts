import { sql } from 'kysely'
import type { AccountId, FollowId } from '../../base/ids.ts'
import type { Db } from '../../db/connect.ts'
import type { FollowState } from '../../db/tables/posts.ts'
import type { Tx } from '../../db/transact.ts'
import type { FollowFact } from '../../facts/facts.ts'

export interface Follow {
  readonly id: FollowId
  readonly uri: string
  readonly followerId: AccountId
  readonly followedId: AccountId
  readonly state: FollowState
  readonly followerLocal: boolean
  readonly followedLocal: boolean
}

const columns = [
  'id',
  'uri',
  'follower_id as followerId',
  'followed_id as followedId',
  'state',
  'follower_local as followerLocal',
  'followed_local as followedLocal',
] as const

export async function findFollow(
  db: Db,
  followerId: AccountId,
  followedId: AccountId,
): Promise<Follow | undefined> {
  return db
    .selectFrom('follow')
    .select(columns)
    .where('followed_id', '=', followedId)
    .where('follower_id', '=', followerId)
    .executeTakeFirst()
}

/** The same, held until the transaction ends, so that two changes of one relation follow each other. */
export async function lockFollow(
  tx: Tx,
  followerId: AccountId,
  followedId: AccountId,
): Promise<Follow | undefined> {
  return tx
    .selectFrom('follow')
    .select(columns)
    .where('followed_id', '=', followedId)
    .where('follower_id', '=', followerId)
    .forUpdate()
    .executeTakeFirst()
}

/** @returns false when the two already stand in a relation */
export async function insertFollow(tx: Tx, follow: Follow, now: Date): Promise<boolean> {
  const inserted = await tx
    .insertInto('follow')
    .values({
      id: follow.id,
      uri: follow.uri,
      follower_id: follow.followerId,
      followed_id: follow.followedId,
      state: follow.state,
      follower_local: follow.followerLocal,
      followed_local: follow.followedLocal,
      created_at: now,
      accepted_at: follow.state === 'accepted' ? now : null,
    })
    .onConflict((conflict) => conflict.columns(['followed_id', 'follower_id']).doNothing())
    .returning('id')
    .executeTakeFirst()
  return inserted !== undefined
}

/** A Follow that came again has a new id, and the answer must name that one. */
export async function renameFollow(tx: Tx, follow: Follow, uri: string): Promise<void> {
  await tx.updateTable('follow').set({ uri }).where('id', '=', follow.id).execute()
}

export async function markAccepted(tx: Tx, follow: Follow, now: Date): Promise<void> {
  await tx
    .updateTable('follow')
    .set({ state: 'accepted', accepted_at: now })
    .where('id', '=', follow.id)
    .execute()
}

export async function deleteFollow(tx: Tx, follow: Follow): Promise<void> {
  await tx.deleteFrom('follow').where('id', '=', follow.id).execute()
}

/** Which of `followedIds` have a follower here: what they say is worth keeping. */
export async function followedHere(db: Db, followedIds: readonly AccountId[]): Promise<Set<AccountId>> {
  if (followedIds.length === 0) return new Set()
  const rows = await db
    .selectFrom('follow')
    .select('followed_id')
    .distinct()
    .where('followed_id', '=', sql<AccountId>`any(${followedIds}::bigint[])`)
    .where('follower_local', '=', true)
    .where('state', '=', 'accepted')
    .execute()
  return new Set(rows.map((row) => row.followed_id))
}

/** The next inboxes, in the order of their ids, to which what an account says to its followers must go. */
export async function followerInboxes(
  db: Db,
  followedId: AccountId,
  after: number,
  limit: number,
): Promise<number[]> {
  const inbox = sql<number>`coalesce(account.shared_inbox_id, account.inbox_id)`
  const rows = await db
    .selectFrom('follow')
    .innerJoin('account', 'account.id', 'follow.follower_id')
    .select(inbox.as('inbox'))
    .distinct()
    .where('follow.followed_id', '=', followedId)
    .where('follow.state', '=', 'accepted')
    .where('follow.follower_local', '=', false)
    .where('account.deleted_at', 'is', null)
    .where('account.suspended_at', 'is', null)
    .where(inbox, '>', after)
    .orderBy('inbox')
    .limit(limit)
    .execute()
  return rows.map((row) => row.inbox)
}

/** The inboxes of certain accounts elsewhere. */
export async function inboxesOf(db: Db, accountIds: readonly AccountId[]): Promise<number[]> {
  if (accountIds.length === 0) return []
  const rows = await db
    .selectFrom('account')
    .select((eb) => eb.fn.coalesce('shared_inbox_id', 'inbox_id').as('inbox'))
    .distinct()
    .where('id', '=', sql<AccountId>`any(${accountIds}::bigint[])`)
    .where('local', '=', false)
    .where('deleted_at', 'is', null)
    .execute()
  return rows.map((row) => row.inbox).filter((inbox) => inbox !== null)
}

export function factOf<Type extends FollowFact<string>['type']>(
  type: Type,
  follow: Follow,
): FollowFact<Type> {
  return {
    type,
    followId: follow.id,
    followUri: follow.uri,
    followerId: follow.followerId,
    followedId: follow.followedId,
    followerLocal: follow.followerLocal,
    followedLocal: follow.followedLocal,
  }
}
