import { sql } from 'kysely'
import type { PostId, TalkId } from '../../base/ids.ts'
import { prepared } from '../../db/prepared.ts'
import type { Tx } from '../../db/transact.ts'
import { isShunned } from '../blocks/find.ts'

/** In every transaction that brings posts, most of which are not direct. */
const enter = prepared<'posts'>(
  'conversations.enter',
  (at) => sql`
  INSERT INTO talk (owner_id, conversation_id, last_post_id, unread)
  SELECT DISTINCT ON (reader.id, post.conversation_id)
    reader.id, post.conversation_id, post.id, reader.id <> post.account_id
  FROM post
  CROSS JOIN LATERAL (
    SELECT post.account_id AS id UNION SELECT account_id FROM mention WHERE mention.post_id = post.id
  ) AS reader
  JOIN login ON login.account_id = reader.id
  WHERE post.id = any(${at('posts')}::bigint[]) AND post.visibility = 'direct' AND NOT post.held
    AND (reader.id = post.account_id OR NOT ${isShunned(sql`reader.id`, [sql`post.account_id`])})
  ORDER BY reader.id, post.conversation_id, post.id DESC
  ON CONFLICT (conversation_id, owner_id) DO UPDATE
    SET last_post_id = greatest(talk.last_post_id, excluded.last_post_id), unread = excluded.unread`,
)

/** Puts those of these posts that are direct into the conversations of all who may read them. */
export async function enterTalks(tx: Tx, postIds: readonly PostId[]): Promise<void> {
  if (postIds.length > 0) await enter(tx, { posts: postIds })
}

/** Two conversations turn out to be one. */
export async function joinTalks(tx: Tx, from: PostId, to: PostId): Promise<void> {
  await sql`
    WITH gone AS (DELETE FROM talk WHERE conversation_id = ${from}::bigint RETURNING owner_id, last_post_id, unread)
    INSERT INTO talk (owner_id, conversation_id, last_post_id, unread)
    SELECT owner_id, ${to}::bigint, last_post_id, unread FROM gone
    ON CONFLICT (conversation_id, owner_id) DO UPDATE
      SET last_post_id = greatest(talk.last_post_id, excluded.last_post_id),
        unread = talk.unread OR excluded.unread`.execute(tx)
}

/** Conversations whose last post is gone end with the one before it, or end altogether. */
export async function mendTalks(tx: Tx): Promise<void> {
  await sql`
    UPDATE talk SET last_post_id = (
      SELECT max(post.id) FROM post WHERE post.conversation_id = talk.conversation_id
        AND post.visibility = 'direct' AND NOT post.held
        AND (post.account_id = talk.owner_id OR EXISTS (
          SELECT 1 FROM mention WHERE mention.post_id = post.id AND mention.account_id = talk.owner_id)))
    WHERE last_post_id IS NULL`.execute(tx)
  await tx.deleteFrom('talk').where('last_post_id', 'is', null).execute()
}

export async function setUnread(tx: Tx, id: TalkId, unread: boolean): Promise<void> {
  await tx.updateTable('talk').set({ unread }).where('id', '=', id).execute()
}

export async function deleteTalk(tx: Tx, id: TalkId): Promise<void> {
  await tx.deleteFrom('talk').where('id', '=', id).execute()
}
