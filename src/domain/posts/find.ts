import { sql } from 'kysely'
import type { AccountId, PostId } from '../../base/ids.ts'
import type { Visibility } from '../../base/visibility.ts'
import { compiled } from '../../db/compiled.ts'
import type { Db } from '../../db/connect.ts'
import { type Viewer, visibleTo } from './audience.ts'

/** What operations need to know of a post that is already there. */
export interface KnownPost {
  readonly id: PostId
  readonly uri: string
  readonly local: boolean
  readonly accountId: AccountId
  readonly visibility: Visibility
  readonly kind: string
  readonly title: string | null
  readonly conversationId: PostId
  /** of a boost, what it shows again */
  readonly boostOfId: PostId | null
  readonly inReplyToId: PostId | null
  readonly inReplyToUri: string | null
  /** the group that it was said in */
  readonly audienceUri: string | null
  /** waits for the author of what it answers to approve it */
  readonly held: boolean
  readonly contentHtml: string
  readonly source: string | null
  readonly summary: string
  readonly sensitive: boolean
  readonly language: string | null
  readonly publishedAt: Date
  readonly editedAt: Date | null
}

export const postColumns = [
  'post.id',
  'post.uri',
  'post.local',
  'post.account_id as accountId',
  'post.visibility',
  'post.kind',
  'post.title',
  'post.conversation_id as conversationId',
  'post.boost_of_id as boostOfId',
  'post.in_reply_to_id as inReplyToId',
  'post.in_reply_to_uri as inReplyToUri',
  'post.audience_uri as audienceUri',
  'post.held',
  'post.content_html as contentHtml',
  'post.source',
  'post.summary',
  'post.sensitive',
  'post.language',
  'post.published_at as publishedAt',
  'post.edited_at as editedAt',
] as const

/** A post that this reader may see; of one that they may not, as of one that is not there, nothing. */
export async function findVisible(db: Db, id: PostId, viewer: Viewer): Promise<KnownPost | undefined> {
  const [post] = await (viewer ? visibleToOne(db, id, viewer.accountId) : visibleToAll(db, id))
  return post
}

const visibleToOne = compiled<KnownPost, [PostId, AccountId]>('posts.visible', (db, id, accountId) =>
  db.selectFrom('post').select(postColumns).where('post.id', '=', id).where(visibleTo({ accountId })),
)
const visibleToAll = compiled<KnownPost, [PostId]>('posts.visible-to-all', (db, id) =>
  db.selectFrom('post').select(postColumns).where('post.id', '=', id).where(visibleTo(undefined)),
)

/** Those of one author's that this reader may see, and whom each answers. */
export async function findVisibleOf(
  db: Db,
  authorId: AccountId,
  ids: readonly PostId[],
  viewer: Viewer,
): Promise<{ readonly id: PostId; readonly uri: string; readonly answersId: AccountId | null }[]> {
  if (ids.length === 0) return []
  return db
    .selectFrom('post')
    .select(['post.id', 'post.uri', 'post.in_reply_to_account_id as answersId'])
    .where('post.id', '=', sql<PostId>`any(${ids}::bigint[])`)
    .where('post.account_id', '=', authorId)
    .where(visibleTo(viewer))
    .execute()
}

export async function findPostByUri(db: Db, uri: string): Promise<KnownPost | undefined> {
  return db.selectFrom('post').select(postColumns).where('post.uri', '=', uri).executeTakeFirst()
}

/** Those of `uris` that are known, by uri. */
export async function findPostsByUris(db: Db, uris: readonly string[]): Promise<Map<string, KnownPost>> {
  if (uris.length === 0) return new Map()
  const rows = await db
    .selectFrom('post')
    .select(postColumns)
    .where('post.uri', '=', sql<string>`any(${uris}::text[])`)
    .execute()
  return new Map(rows.map((row) => [row.uri, row]))
}

/** Those of `ids` that are known, by id. */
export async function findPostsByIds(db: Db, ids: readonly PostId[]): Promise<Map<PostId, KnownPost>> {
  if (ids.length === 0) return new Map()
  const rows = await db
    .selectFrom('post')
    .select(postColumns)
    .where('post.id', '=', sql<PostId>`any(${ids}::bigint[])`)
    .execute()
  return new Map(rows.map((row) => [row.id, row]))
}

/** Replies to a post that are held for its sake alone: nobody is asked about them. */
export async function findHeldBelow(db: Db, postId: PostId): Promise<KnownPost[]> {
  return db
    .selectFrom('post')
    .select(postColumns)
    .where('post.in_reply_to_id', '=', postId)
    .where('post.held', '=', true)
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('approval')
            .select('approval.id')
            .whereRef('approval.uri', '=', 'post.uri')
            .where('approval.kind', '=', 'reply')
            .where('approval.state', '!=', 'approved'),
        ),
      ),
    )
    .execute()
}

/** Whom a post is for, one by one; `blind` are those of whom nobody may know. */
export async function mentionedIn(
  db: Db,
  postId: PostId,
): Promise<{ readonly accountId: AccountId; readonly blind: boolean; readonly silent: boolean }[]> {
  return db
    .selectFrom('mention')
    .select(['account_id as accountId', 'blind', 'silent'])
    .where('post_id', '=', postId)
    .execute()
}

export async function findTombstone(db: Db, uri: string) {
  return db
    .selectFrom('tombstone')
    .select([
      'uri',
      'account_uri as accountUri',
      'deleted_at as deletedAt',
      'kind',
      'published_at as publishedAt',
      'edited_at as editedAt',
      'hidden',
    ])
    .where('uri', '=', uri)
    .executeTakeFirst()
}

export async function findTombstones(db: Db, uris: readonly string[]): Promise<Set<string>> {
  if (uris.length === 0) return new Set()
  const rows = await db
    .selectFrom('tombstone')
    .select('uri')
    .where('uri', '=', sql<string>`any(${uris}::text[])`)
    .execute()
  return new Set(rows.map((row) => row.uri))
}

/** By its id as others write it, or by the address of its page. */
export async function findPostByAddress(db: Db, address: string): Promise<KnownPost | undefined> {
  const byUri = await findPostByUri(db, address)
  if (byUri) return byUri
  return db
    .selectFrom('post')
    .select(postColumns)
    .where('post.url', '=', address)
    .where('post.local', '=', false)
    .executeTakeFirst()
}

/** The replies that came before private posts with these uris, and wait to be joined to them. */
export async function findAwaiting(
  db: Db,
  uris: readonly string[],
): Promise<{ replyId: PostId; authorId: AccountId; parentId: PostId }[]> {
  return db
    .selectFrom('post as reply')
    .innerJoin('post as parent', 'parent.uri', 'reply.in_reply_to_uri')
    .select(['reply.id as replyId', 'reply.account_id as authorId', 'parent.id as parentId'])
    .where('reply.in_reply_to_uri', '=', sql<string>`any(${uris}::text[])`)
    .where('parent.visibility', 'not in', ['public', 'unlisted'])
    .where('reply.in_reply_to_id', 'is', null)
    .execute()
}

/** Who said a post, whoever may see it. */
export async function findAuthorOf(db: Db, id: PostId): Promise<AccountId | undefined> {
  const row = await db.selectFrom('post').select('account_id').where('id', '=', id).executeTakeFirst()
  return row?.account_id
}
