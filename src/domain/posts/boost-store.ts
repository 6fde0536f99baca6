import { sql } from 'kysely'
import type { AccountId, PostId } from '../../base/ids.ts'
import type { Visibility } from '../../base/visibility.ts'
import type { Tx } from '../../db/transact.ts'

/** A boost ready to be stored. */
export interface NewBoost {
  readonly id: PostId
  /** the id of its Announce */
  readonly uri: string
  readonly accountId: AccountId
  readonly accountLocal: boolean
  readonly postId: PostId
  readonly visibility: Visibility
  readonly publishedAt: Date
  readonly receivedAt: Date
}

/**
 * Stores boosts; one that its account has made before stays as it is.
 * @returns the ids of those that were new
 */
export async function insertBoosts(tx: Tx, boosts: readonly NewBoost[]): Promise<Set<PostId>> {
  if (boosts.length === 0) return new Set()
  const inserted = await tx
    .insertInto('post')
    .values(
      boosts.map((boost) => ({
        id: boost.id,
        uri: boost.uri,
        local: boost.accountLocal,
        account_id: boost.accountId,
        kind: 'boost',
        visibility: boost.visibility,
        conversation_id: boost.id,
        boost_of_id: boost.postId,
        content_html: '',
        published_at: boost.publishedAt,
        received_at: boost.receivedAt,
      })),
    )
    // Both its uri and its pair may be known; its id was made sure of before.
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .execute()
  return new Set(inserted.map((row) => row.id))
}

/**
 * Takes boosts away, with their home rows.
 * @returns the ids of those that were there
 */
export async function deleteBoosts(tx: Tx, ids: readonly PostId[]): Promise<Set<PostId>> {
  if (ids.length === 0) return new Set()
  const deleted = await tx
    .deleteFrom('post')
    .where('id', '=', sql<PostId>`any(${ids}::bigint[])`)
    .where('boost_of_id', 'is not', null)
    .returning('id')
    .execute()
  return new Set(deleted.map((row) => row.id))
}

/**
 * The same boost, now known by another id of its Announce; where that is the id of something else, which nobody's Announce
 * should have, it stays as it is.
 */
export async function renameBoost(tx: Tx, id: PostId, uri: string): Promise<void> {
  await tx
    .updateTable('post')
    .set({ uri })
    .where('id', '=', id)
    .where('boost_of_id', 'is not', null)
    .where(({ not, exists, selectFrom }) =>
      not(exists(selectFrom('post as other').select('other.id').where('other.uri', '=', uri))),
    )
    .execute()
}

/** Counts likes and boosts of posts, in the order of their ids. */
export async function countReactions(
  tx: Tx,
  changes: readonly { readonly postId: PostId; readonly likes?: number; readonly boosts?: number }[],
): Promise<void> {
  const sums = new Map<PostId, { likes: number; boosts: number }>()
  for (const { postId, likes = 0, boosts = 0 } of changes) {
    const sum = sums.get(postId) ?? { likes: 0, boosts: 0 }
    sums.set(postId, { likes: sum.likes + likes, boosts: sum.boosts + boosts })
  }
  const changed = [...sums].filter(([, sum]) => sum.likes !== 0 || sum.boosts !== 0)
  if (changed.length === 0) return
  const ids = changed.map(([id]) => id)
  const likes = changed.map(([, sum]) => sum.likes)
  const boosts = changed.map(([, sum]) => sum.boosts)
  // A post that lost more than it ever had was never counted: there is nothing to begin with.
  await sql`
    INSERT INTO post_stat AS stat (post_id, likes, boosts)
    SELECT t.id, t.likes, t.boosts
    FROM unnest(${ids}::bigint[], ${likes}::int[], ${boosts}::int[]) AS t (id, likes, boosts)
    JOIN post ON post.id = t.id
    WHERE (t.likes >= 0 AND t.boosts >= 0) OR EXISTS (SELECT 1 FROM post_stat AS had WHERE had.post_id = t.id)
    ORDER BY t.id
    ON CONFLICT (post_id) DO UPDATE SET likes = greatest(stat.likes + excluded.likes, 0),
      boosts = greatest(stat.boosts + excluded.boosts, 0)`.execute(tx)
}
