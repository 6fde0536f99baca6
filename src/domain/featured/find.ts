import type { AccountId, PostId } from '../../base/ids.ts'
import type { Db } from '../../db/connect.ts'

/** A hashtag on a profile. */
export interface FeaturedTag {
  readonly name: string
  readonly displayName: string
  /** where its own server lists what the account says under it; null for accounts of ours */
  readonly url: string | null
}

/** How many posts an account has pinned. */
export async function countPins(db: Db, accountId: AccountId): Promise<number> {
  const row = await db
    .selectFrom('pinned_post')
    .select((eb) => eb.fn.countAll<string>().as('n'))
    .where('account_id', '=', accountId)
    .executeTakeFirstOrThrow()
  return Number(row.n)
}

export async function isPinned(db: Db, accountId: AccountId, postId: PostId): Promise<boolean> {
  const row = await db
    .selectFrom('pinned_post')
    .select('post_id')
    .where('account_id', '=', accountId)
    .where('post_id', '=', postId)
    .executeTakeFirst()
  return row !== undefined
}

/** Whether an account shows a hashtag, by its lower-case name. */
export async function isFeatured(db: Db, accountId: AccountId, name: string): Promise<boolean> {
  const row = await db
    .selectFrom('featured_tag')
    .select('name')
    .where('account_id', '=', accountId)
    .where('name', '=', name)
    .executeTakeFirst()
  return row !== undefined
}

export async function countFeaturedTags(db: Db, accountId: AccountId): Promise<number> {
  const row = await db
    .selectFrom('featured_tag')
    .select((eb) => eb.fn.countAll<string>().as('n'))
    .where('account_id', '=', accountId)
    .executeTakeFirstOrThrow()
  return Number(row.n)
}

/** Where an account elsewhere lists what it features; nulls for what it does not list. */
export async function findFeaturedUrls(
  db: Db,
  accountId: AccountId,
): Promise<{ readonly featuredUrl: string | null; readonly featuredTagsUrl: string | null } | undefined> {
  return db
    .selectFrom('account')
    .select(['featured_url as featuredUrl', 'featured_tags_url as featuredTagsUrl'])
    .where('id', '=', accountId)
    .where('local', '=', false)
    .executeTakeFirst()
}
