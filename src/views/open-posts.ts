import { sql } from 'kysely'
import type { AccountId, ActivityId, PostId } from '../base/ids.ts'
import type { Db } from '../db/connect.ts'
import { shownTo, type Viewer, visibleTo } from '../domain/posts/audience.ts'
import { inOrder, keyset, type Range } from './ranges.ts'

/** A post in a list, with the Create that said it where it is one of ours. */
export interface OpenPost {
  readonly id: PostId
  readonly createId: ActivityId | null
}

/** What somebody here says and shows to everyone, the latest first. */
export async function listOpenPosts(
  db: Db,
  accountId: AccountId,
  range: Range,
): Promise<readonly OpenPost[]> {
  const { where, rest } = keyset('post.id', range)
  const { rows } = await sql<OpenPost>`
    SELECT post.id, (SELECT activity.id FROM activity
      WHERE activity.post_id = post.id AND activity.kind = 'Create' LIMIT 1) AS "createId"
    FROM post WHERE post.account_id = ${accountId}::bigint AND post.visibility IN ('public', 'unlisted')
      AND NOT post.held AND ${where} ${rest}`.execute(db)
  return inOrder(rows, range)
}

/** Where a post or boost stands among them, by the id of its activity. */
export async function findOpenPost(
  db: Db,
  accountId: AccountId,
  activityId: ActivityId,
): Promise<PostId | undefined> {
  const { rows } = await sql<{ id: PostId }>`
    SELECT post.id FROM activity JOIN post ON post.id = activity.post_id
    WHERE activity.id = ${activityId}::bigint AND activity.kind IN ('Create', 'Announce')
      AND post.account_id = ${accountId}::bigint AND post.visibility IN ('public', 'unlisted')
      AND NOT post.held`.execute(db)
  return rows[0]?.id
}

/** What came from elsewhere for everyone, the latest first, as far as a reader may come upon it. */
export async function listReceivedInPublic(db: Db, viewer: Viewer, range: Range): Promise<readonly PostId[]> {
  const { where, rest } = keyset('post.id', range)
  const { rows } = await sql<{ id: PostId }>`
    SELECT post.id FROM post
    WHERE NOT post.local AND post.visibility = 'public' AND post.boost_of_id IS NULL
      AND ${where} AND ${shownTo(viewer)} ${rest}`.execute(db)
  return inOrder(rows, range).map(({ id }) => id)
}

/** The posts of a conversation that this reader may see, the first one first. */
export async function listConversationPosts(
  db: Db,
  conversationId: PostId,
  viewer: Viewer,
  range: Range,
): Promise<readonly { readonly key: string; readonly uri: string }[]> {
  const { where, rest } = keyset('post.id', range, 'oldest')
  const { rows } = await sql<{ key: string; uri: string }>`
    SELECT post.id AS key, post.uri FROM post
    WHERE post.conversation_id = ${conversationId}::bigint AND post.kind <> 'boost'
      AND ${where} AND ${visibleTo(viewer)} ${rest}`.execute(db)
  return inOrder(rows, range)
}
