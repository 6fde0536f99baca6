import { sql } from 'kysely'
import type { AccountId, PostId } from '../base/ids.ts'
import { compiled } from '../db/compiled.ts'
import type { Db } from '../db/connect.ts'
import type { Mine } from './mine.ts'

/** Each as one bit, as `mineFrom` reads them. */
const BITS = {
  liked: 1,
  boosted: 2,
  bookmarked: 4,
  muted: 8,
  pinned: 16,
  follows: 32,
  followed: 64,
  named: 128,
} as const satisfies Record<keyof Mine, number>

const findDoings = compiled<
  { id: PostId; reader: AccountId; what: number },
  [readonly PostId[], readonly AccountId[]]
>('views.doings', (_db, ids, readerIds) => {
  const posts = sql`ANY (${ids}::bigint[])`
  const readers = sql`ANY (${readerIds}::bigint[])`
  // How one stands to an author counts for nothing but what the post lets one do.
  const limited = sql`post.id = ${posts} AND post.policy IS NOT NULL`
  return sql`
    SELECT post_id AS id, account_id AS reader, ${BITS.liked}::integer AS what FROM reaction
      WHERE post_id = ${posts} AND account_id = ${readers} AND emoji IS NULL
    UNION ALL SELECT boost_of_id, account_id, ${BITS.boosted}::integer FROM post
      WHERE boost_of_id = ${posts} AND account_id = ${readers}
    UNION ALL SELECT post_id, account_id, ${BITS.bookmarked}::integer FROM bookmark
      WHERE post_id = ${posts} AND account_id = ${readers}
    UNION ALL SELECT post.id, quiet.account_id, ${BITS.muted}::integer FROM post
      JOIN conversation_mute AS quiet ON quiet.conversation_id = post.conversation_id
      WHERE post.id = ${posts} AND quiet.account_id = ${readers}
    UNION ALL SELECT post.id, post.account_id, ${BITS.pinned}::integer FROM post
      JOIN pinned_post ON pinned_post.post_id = post.id AND pinned_post.account_id = post.account_id
      WHERE post.id = ${posts} AND post.account_id = ${readers}
    UNION ALL SELECT post.id, follow.follower_id, ${BITS.follows}::integer FROM post
      JOIN follow ON follow.followed_id = post.account_id AND follow.state = 'accepted'
      WHERE ${limited} AND follow.follower_id = ${readers}
    UNION ALL SELECT post.id, follow.followed_id, ${BITS.followed}::integer FROM post
      JOIN follow ON follow.follower_id = post.account_id AND follow.state = 'accepted'
      WHERE ${limited} AND follow.followed_id = ${readers}
    UNION ALL SELECT post.id, post.in_reply_to_account_id, ${BITS.named}::integer FROM post
      WHERE ${limited} AND post.in_reply_to_account_id = ${readers}
    UNION ALL SELECT post.id, mention.account_id, ${BITS.named}::integer FROM post
      JOIN mention ON mention.post_id = post.id AND NOT mention.silent AND NOT mention.blind
      WHERE ${limited} AND mention.account_id = ${readers}`
})

/** Says of a post and a reader what the one did to the other, as bits. */
export type Doings = (id: PostId, readerId: AccountId) => number

/**
 * What many readers did to many posts, in one statement that looks only for what was done: nearly everybody has done
 * nothing to nearly everything.
 */
export async function doingsOf(
  db: Db,
  ids: readonly PostId[],
  readerIds: readonly AccountId[],
): Promise<Doings> {
  const done = new Map<string, number>()
  for (const { id, reader, what } of await findDoings(db, ids, readerIds)) {
    const key = `${id} ${reader}`
    done.set(key, (done.get(key) ?? 0) | what)
  }
  return done.size === 0 ? () => 0 : (id, readerId) => done.get(`${id} ${readerId}`) ?? 0
}

/** Which answers of polls readers chose. */
export async function choicesOf(
  db: Db,
  ids: readonly PostId[],
  readerIds: readonly AccountId[],
): Promise<(id: PostId, readerId: AccountId) => readonly number[]> {
  if (ids.length === 0) return () => []
  const { rows } = await sql<{ id: PostId; reader: AccountId; chosen: number[] }>`
    SELECT post_id AS id, account_id AS reader, array_agg(position ORDER BY position) AS chosen FROM poll_vote
    WHERE post_id = ANY (${ids}::bigint[]) AND account_id = ANY (${readerIds}::bigint[])
    GROUP BY post_id, account_id`.execute(db)
  const chosen = new Map(rows.map((row) => [`${row.id} ${row.reader}`, row.chosen]))
  return (id, readerId) => chosen.get(`${id} ${readerId}`) ?? []
}
