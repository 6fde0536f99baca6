import { sql } from 'kysely'
import type { AccountId, PostId } from '../../base/ids.ts'
import type { Visibility } from '../../base/visibility.ts'
import type { Db } from '../../db/connect.ts'
import type { Viewer } from './audience.ts'
import { findVisible, type KnownPost } from './find.ts'

/** A boost with what it shows again: all that is needed to tell of it, and of its end. */
export interface KnownBoost {
  readonly id: PostId
  readonly uri: string
  readonly accountId: AccountId
  readonly accountLocal: boolean
  readonly visibility: Visibility
  readonly publishedAt: Date
  readonly postId: PostId
  readonly postUri: string
  readonly postVisibility: Visibility
  readonly authorId: AccountId
  readonly authorLocal: boolean
}

const selectBoost = (db: Db) =>
  db
    .selectFrom('post as boost')
    .innerJoin('post as original', 'original.id', 'boost.boost_of_id')
    .select([
      'boost.id',
      'boost.uri',
      'boost.account_id as accountId',
      'boost.local as accountLocal',
      'boost.visibility',
      'boost.published_at as publishedAt',
      'original.id as postId',
      'original.uri as postUri',
      'original.visibility as postVisibility',
      'original.account_id as authorId',
      'original.local as authorLocal',
    ])

/** The post that is meant: itself, or of a boost what it shows again; only if this reader may see it. */
export async function findOriginal(db: Db, id: PostId, viewer: Viewer): Promise<KnownPost | undefined> {
  const post = await findVisible(db, id, viewer)
  return post?.boostOfId ? findVisible(db, post.boostOfId, viewer) : post
}

/** The one boost of this post by this account. */
export async function findBoost(
  db: Db,
  accountId: AccountId,
  postId: PostId,
): Promise<KnownBoost | undefined> {
  return selectBoost(db)
    .where('boost.account_id', '=', accountId)
    .where('boost.boost_of_id', '=', postId)
    .executeTakeFirst()
}

export async function findBoostById(db: Db, id: PostId): Promise<KnownBoost | undefined> {
  return selectBoost(db).where('boost.id', '=', id).executeTakeFirst()
}

/** Boosts by these ids of Announces. */
export async function findBoostsByUris(db: Db, uris: readonly string[]): Promise<KnownBoost[]> {
  if (uris.length === 0) return []
  return selectBoost(db).where('boost.uri', '=', sql<string>`any(${uris}::text[])`).execute()
}

/** Boosts of these posts by these accounts, pair by pair. */
export async function findBoostsByPairs(
  db: Db,
  pairs: readonly { readonly accountId: AccountId; readonly postId: PostId }[],
): Promise<KnownBoost[]> {
  if (pairs.length === 0) return []
  const accounts = pairs.map(({ accountId }) => accountId)
  const posts = pairs.map(({ postId }) => postId)
  return selectBoost(db)
    .where(
      sql<boolean>`(boost.account_id, boost.boost_of_id) IN (SELECT * FROM unnest(${accounts}::bigint[], ${posts}::bigint[]))`,
    )
    .execute()
}

/** The boosts of a post by people here. */
export async function findLocalBoostsOf(db: Db, postId: PostId): Promise<KnownBoost[]> {
  return selectBoost(db).where('boost.boost_of_id', '=', postId).where('boost.local', '=', true).execute()
}

/** Every boost by an account. */
export async function findBoostsBy(db: Db, accountId: AccountId, limit: number): Promise<KnownBoost[]> {
  return selectBoost(db)
    .where('boost.account_id', '=', accountId)
    .where('boost.boost_of_id', 'is not', null)
    .limit(limit)
    .execute()
}
