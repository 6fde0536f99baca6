import { sql } from 'kysely'
import type { AccountId, PostId } from '../../base/ids.ts'
import type { Tx } from '../../db/transact.ts'
import type { FeaturedTag } from './find.ts'

/** @returns false when the post is pinned already */
export async function insertPin(tx: Tx, accountId: AccountId, postId: PostId, now: Date): Promise<boolean> {
  const row = await tx
    .insertInto('pinned_post')
    .values({ account_id: accountId, post_id: postId, pinned_at: now })
    .onConflict((conflict) => conflict.doNothing())
    .returning('post_id')
    .executeTakeFirst()
  return row !== undefined
}

/** @returns false when the post is not pinned */
export async function deletePin(tx: Tx, accountId: AccountId, postId: PostId): Promise<boolean> {
  const row = await tx
    .deleteFrom('pinned_post')
    .where('account_id', '=', accountId)
    .where('post_id', '=', postId)
    .returning('post_id')
    .executeTakeFirst()
  return row !== undefined
}

/** What somebody elsewhere has pinned now: exactly these, the first one on top. */
export async function replacePins(
  tx: Tx,
  accountId: AccountId,
  postIds: readonly PostId[],
  now: Date,
): Promise<void> {
  await tx
    .deleteFrom('pinned_post')
    .where('account_id', '=', accountId)
    .where('post_id', '!=', sql<PostId>`all(${postIds}::bigint[])`)
    .execute()
  if (postIds.length === 0) return
  await tx
    .insertInto('pinned_post')
    .values(
      postIds.map((postId, place) => ({
        account_id: accountId,
        post_id: postId,
        pinned_at: new Date(now.getTime() - place),
      })),
    )
    .onConflict((conflict) =>
      conflict
        .columns(['account_id', 'post_id'])
        .doUpdateSet((eb) => ({ pinned_at: eb.ref('excluded.pinned_at') })),
    )
    .execute()
}

/** @returns false when the hashtag is featured already */
export async function insertTag(tx: Tx, accountId: AccountId, tag: FeaturedTag, now: Date): Promise<boolean> {
  const row = await tx
    .insertInto('featured_tag')
    .values({
      account_id: accountId,
      name: tag.name,
      display_name: tag.displayName,
      url: tag.url,
      created_at: now,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('name')
    .executeTakeFirst()
  return row !== undefined
}

/** @returns how it was written; undefined when it is not featured */
export async function deleteTag(tx: Tx, accountId: AccountId, name: string): Promise<string | undefined> {
  const row = await tx
    .deleteFrom('featured_tag')
    .where('account_id', '=', accountId)
    .where('name', '=', name)
    .returning('display_name')
    .executeTakeFirst()
  return row?.display_name
}

export async function replaceTags(
  tx: Tx,
  accountId: AccountId,
  tags: readonly FeaturedTag[],
  now: Date,
): Promise<void> {
  await tx.deleteFrom('featured_tag').where('account_id', '=', accountId).execute()
  for (const tag of tags) await insertTag(tx, accountId, tag, now)
}

/** An account that is gone features nothing. */
export async function deleteFeatured(tx: Tx, accountId: AccountId): Promise<void> {
  await tx.deleteFrom('pinned_post').where('account_id', '=', accountId).execute()
  await tx.deleteFrom('featured_tag').where('account_id', '=', accountId).execute()
}
