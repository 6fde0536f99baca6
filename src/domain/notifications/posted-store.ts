import { sql } from 'kysely'
import type { AccountId, NotificationId, PostId } from '../../base/ids.ts'
import type { Tx } from '../../db/transact.ts'
import { isShunned } from '../blocks/find.ts'
import { isChosen } from '../follows/find.ts'
import { eachIn, visibleTo } from '../posts/audience.ts'
import { isSilenced } from '../silences/find.ts'

/** Some of an author's followers, in the order of their ids. */
export interface Among {
  readonly after: AccountId | '0'
  /** none: to the end */
  readonly last: AccountId | undefined
}

const HIGHEST = '9223372036854775807'

/**
 * Tells followers here that somebody posted, if they asked to be told of it: once for each post. Not of boosts, of what is
 * said to others, and of what names them, which they are told of anyway.
 */
export async function insertPostedNotices(
  tx: Tx,
  postIds: readonly PostId[],
  nextId: () => NotificationId,
  { after, last }: Among = { after: '0', last: undefined },
): Promise<void> {
  if (postIds.length === 0) return
  const owner = sql`follow.follower_id`
  const { rows } = await sql<{ owner_id: AccountId; from_account_id: AccountId; post_id: PostId }>`
    SELECT follow.follower_id AS owner_id, post.account_id AS from_account_id, post.id AS post_id
    FROM post JOIN follow ON follow.followed_id = post.account_id AND follow.tells
    WHERE post.id = any(${postIds}::bigint[]) AND post.boost_of_id IS NULL AND post.visibility <> 'direct'
      AND follow.follower_local AND follow.state = 'accepted'
      AND follow.follower_id > ${after}::bigint AND follow.follower_id <= ${last ?? HIGHEST}::bigint
      AND (post.in_reply_to_uri IS NULL OR post.in_reply_to_account_id = post.account_id)
      AND NOT EXISTS (SELECT 1 FROM mention WHERE mention.post_id = post.id AND mention.account_id = ${owner})
      AND ${isChosen} AND ${visibleTo(eachIn(owner))}
      AND NOT ${isShunned(owner, [sql`post.account_id`])}
      AND NOT ${isSilenced(owner, sql`post.id`)}
    ORDER BY post.id, follow.follower_id`.execute(tx)
  if (rows.length === 0) return
  await tx
    .insertInto('notification')
    .values(rows.map((row) => ({ id: nextId(), kind: 'status' as const, ...row })))
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}
