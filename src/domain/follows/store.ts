import { sql } from 'kysely'
import type { AccountId, FollowId } from '../../base/ids.ts'
import type { Tx } from '../../db/transact.ts'
import type { FollowFact } from '../../facts/facts.ts'
import { type Follow, type FollowChoice, followColumns } from './find.ts'

/** The same, held until the transaction ends, so that two changes of one relation follow each other. */
export async function lockFollow(
  tx: Tx,
  followerId: AccountId,
  followedId: AccountId,
): Promise<Follow | undefined> {
  return tx
    .selectFrom('follow')
    .select(followColumns)
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

export async function updateChoice(
  tx: Tx,
  followerId: AccountId,
  followedId: AccountId,
  { boosts, tells, languages }: FollowChoice,
): Promise<void> {
  await tx
    .updateTable('follow')
    .set({
      ...(boosts !== undefined && { boosts }),
      ...(tells !== undefined && { tells }),
      ...(languages !== undefined && { languages: languages?.length ? [...languages] : null }),
    })
    .where('followed_id', '=', followedId)
    .where('follower_id', '=', followerId)
    .execute()
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

/** @returns the ids of those that were still there */
export async function deleteFollows(tx: Tx, ids: readonly FollowId[]): Promise<Set<FollowId>> {
  if (ids.length === 0) return new Set()
  const gone = await tx
    .deleteFrom('follow')
    .where('id', '=', sql<FollowId>`any(${ids}::bigint[])`)
    .returning('id')
    .execute()
  return new Set(gone.map((row) => row.id))
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
