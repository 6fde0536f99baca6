import { sql } from 'kysely'
import type { AccountId, PostId } from '../../base/ids.ts'
import type { Db } from '../../db/connect.ts'
import { statement } from '../../db/statement.ts'
import type { Tx } from '../../db/transact.ts'
import type { Was } from '../../facts/facts.ts'
import { type KnownPost, postColumns } from './find.ts'
import type { NewPost } from './post.ts'
import type { Extension } from './written.ts'

/** Held until the transaction ends, so that edits and removals of one post follow each other. */
export async function lockPost(tx: Tx, uri: string): Promise<KnownPost | undefined> {
  return tx.selectFrom('post').select(postColumns).where('post.uri', '=', uri).forUpdate().executeTakeFirst()
}

/** The same for several, by uri, in the order of their ids so that two transactions never wait for each other in a ring. */
export async function lockPosts(tx: Tx, uris: readonly string[]): Promise<Map<string, KnownPost>> {
  const rows = await tx
    .selectFrom('post')
    .select(postColumns)
    .where('post.uri', '=', sql<string>`any(${uris}::text[])`)
    .orderBy('post.id')
    .forUpdate()
    .execute()
  return new Map(rows.map((row) => [row.uri, row]))
}

/** Some posts of an account, held likewise; boosts are not among them. */
export async function lockSomePostsOf(tx: Tx, accountId: AccountId, limit: number): Promise<KnownPost[]> {
  return tx
    .selectFrom('post')
    .select(postColumns)
    .where('post.account_id', '=', accountId)
    .where('post.boost_of_id', 'is', null)
    .orderBy('post.id')
    .limit(limit)
    .forUpdate()
    .execute()
}

export async function insertPost(tx: Tx, post: NewPost): Promise<void> {
  await tx
    .insertInto('post')
    .values({
      id: post.id,
      uri: post.uri,
      url: post.url,
      local: true,
      account_id: post.author.id,
      visibility: post.visibility,
      in_reply_to_id: post.inReplyTo?.id ?? null,
      in_reply_to_uri: post.inReplyToUri,
      in_reply_to_account_id: post.inReplyTo?.accountId ?? null,
      conversation_id: post.conversationId,
      audience_uri: post.audience,
      kind: post.kind,
      title: post.title,
      summary: post.summary,
      sensitive: post.sensitive,
      content_html: post.contentHtml,
      source: post.source,
      source_type: post.sourceType,
      extension: post.extension && JSON.stringify(post.extension),
      content_map: post.contentMap && JSON.stringify(post.contentMap),
      language: post.language,
      policy: post.policy && JSON.stringify(post.policy),
      client_id: post.clientId,
      held: post.held,
      published_at: post.publishedAt,
      received_at: post.publishedAt,
    })
    .execute()
}

export interface NewMention {
  readonly postId: PostId
  readonly accountId: AccountId
  /** may read it, though it does not name them */
  readonly silent?: boolean
  /** nor may anybody know */
  readonly blind?: boolean
}

/** Adds to who is mentioned; whoever already is stays so once. */
export async function insertMentions(tx: Tx, mentions: readonly NewMention[]): Promise<void> {
  if (mentions.length === 0) return
  await tx
    .insertInto('mention')
    .values(
      mentions.map(({ postId, accountId, silent = false, blind = false }) => ({
        post_id: postId,
        account_id: accountId,
        silent,
        blind,
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

/** These are named from now on, be it that nobody was to know of them before. */
export async function nameMentions(tx: Tx, postId: PostId, accountIds: readonly AccountId[]): Promise<void> {
  if (accountIds.length === 0) return
  await tx
    .updateTable('mention')
    .set({ silent: false, blind: false })
    .where('post_id', '=', postId)
    .where('account_id', '=', sql<AccountId>`any(${accountIds}::bigint[])`)
    .execute()
}

/** All others may read it as before, and are not named. */
export async function silenceMentions(tx: Tx, postId: PostId, except: readonly AccountId[]): Promise<void> {
  await tx
    .updateTable('mention')
    .set({ silent: true })
    .where('post_id', '=', postId)
    .where('account_id', '!=', sql<AccountId>`all(${except}::bigint[])`)
    .where('silent', '=', false)
    .execute()
}

/** Whoever is named no more; whom nobody knows of is none of them. */
export async function deleteMentionsExcept(
  tx: Tx,
  postId: PostId,
  keep: readonly AccountId[],
): Promise<void> {
  await tx
    .deleteFrom('mention')
    .where('post_id', '=', postId)
    .where('account_id', '!=', sql<AccountId>`all(${keep}::bigint[])`)
    .where('blind', '=', false)
    .execute()
}

export interface PostHashtag {
  readonly postId: PostId
  readonly name: string
  readonly displayName: string
}

export async function insertHashtags(tx: Tx, tags: readonly PostHashtag[]): Promise<void> {
  if (tags.length === 0) return
  const names = new Map(tags.map((tag) => [tag.name, tag.displayName]))
  const sorted = [...names].sort(([a], [b]) => (a < b ? -1 : 1))
  await sql`
    WITH new AS (SELECT * FROM unnest(${sorted.map(([name]) => name)}::text[], ${sorted.map(([, shown]) => shown)}::text[]) AS t (name, display_name))
    INSERT INTO hashtag (name, display_name) SELECT name, display_name FROM new ORDER BY name
    ON CONFLICT (name) DO NOTHING`.execute(tx)
  await sql`
    INSERT INTO post_hashtag (post_id, hashtag_id)
    SELECT t.post_id, hashtag.id
    FROM unnest(${tags.map((tag) => tag.postId)}::bigint[], ${tags.map((tag) => tag.name)}::text[]) AS t (post_id, name)
    JOIN hashtag ON hashtag.name = t.name
    ON CONFLICT DO NOTHING`.execute(tx)
}

export async function deleteHashtags(tx: Tx, postId: PostId): Promise<void> {
  await tx.deleteFrom('post_hashtag').where('post_id', '=', postId).execute()
}

/** Counts public replies of posts, in the order of their ids. */
export async function countReplies(
  tx: Tx,
  changes: readonly { postId: PostId; by: number }[],
): Promise<void> {
  if (changes.length === 0) return
  const sums = new Map<PostId, number>()
  for (const { postId, by } of changes) sums.set(postId, (sums.get(postId) ?? 0) + by)
  await sql`
    INSERT INTO post_stat (post_id, replies)
    SELECT t.id, greatest(t.n, 0) FROM unnest(${[...sums.keys()]}::bigint[], ${[...sums.values()]}::int[]) AS t (id, n)
    WHERE EXISTS (SELECT 1 FROM post WHERE post.id = t.id)
    ORDER BY t.id
    ON CONFLICT (post_id) DO UPDATE SET replies = greatest(post_stat.replies
      + (SELECT n FROM unnest(${[...sums.keys()]}::bigint[], ${[...sums.values()]}::int[]) AS d (id, n) WHERE d.id = post_stat.post_id), 0)`.execute(
    tx,
  )
}

export interface Revision {
  readonly contentHtml: string
  readonly source: string | null
  readonly summary: string
  readonly sensitive: boolean
  readonly language: string | null
  readonly contentMap: Readonly<Record<string, string>> | null
  readonly sourceType: string | null
  readonly title: string | null
  /** `question` where there is a poll */
  readonly kind: string
}

const revise = statement(
  'posts.revise',
  `WITH kept AS (
     INSERT INTO post_edit (post_id, version, content_html, source, summary, sensitive, title, created_at,
       attachments, poll_options, extension)
     SELECT id, (SELECT coalesce(max(version) + 1, 0) FROM post_edit WHERE post_id = post.id), content_html, source,
       summary, sensitive, title, coalesce(edited_at, published_at),
       (SELECT jsonb_agg(jsonb_build_object('id', id::text, 'kind', kind, 'url', url,
         'mediaType', media_type, 'description', description, 'width', width, 'height', height, 'duration', duration,
         'blurhash', blurhash, 'previewUrl', preview_url, 'file', file) ORDER BY position)
         FROM attachment WHERE attachment.post_id = post.id),
       (SELECT array_agg(poll_option.title ORDER BY position) FROM poll_option WHERE poll_option.post_id = post.id),
       extension
     FROM post WHERE id = $1::bigint
   )
   UPDATE post SET content_html = $2, source = $3, summary = $4, sensitive = $5, language = $6,
     content_map = $7::jsonb, source_type = $8, title = $9, kind = $10, edited_at = $11
   WHERE id = $1::bigint`,
)

/** Keeps what the post said until now as a version of its history, then lets it say something else. */
export async function revisePost(tx: Tx, post: KnownPost, revision: Revision, now: Date): Promise<void> {
  await revise(tx, [
    post.id,
    revision.contentHtml,
    revision.source,
    revision.summary,
    revision.sensitive,
    revision.language,
    revision.contentMap && JSON.stringify(revision.contentMap),
    revision.sourceType,
    revision.title,
    revision.kind,
    now,
  ])
}

/** What its author's app says of it in other words than ours. */
export async function setExtension(tx: Tx, postId: PostId, extension: Extension | null): Promise<void> {
  await tx
    .updateTable('post')
    .set({ extension: extension && JSON.stringify(extension) })
    .where('id', '=', postId)
    .execute()
}

/** Takes a post away with all that hangs on it; replies to it stay and keep its uri. */
export async function deletePost(tx: Tx, post: KnownPost): Promise<void> {
  await tx.updateTable('post').set({ in_reply_to_id: null }).where('in_reply_to_id', '=', post.id).execute()
  await tx.deleteFrom('post').where('id', '=', post.id).execute()
}

/** Forgets what accounts elsewhere deleted before then. */
export async function deleteTombstones(db: Db, before: Date): Promise<void> {
  await sql`
    DELETE FROM tombstone WHERE deleted_at < ${before}
      AND NOT EXISTS (SELECT 1 FROM account WHERE account.uri = tombstone.account_uri AND account.local)`.execute(
    db,
  )
}

/**
 * Remembers that this address is gone for good, so that a late Create cannot bring it back.
 * @param was of what was ours, what is told of it; `hidden` where only whoever deleted it may know
 */
export async function insertTombstone(
  tx: Tx,
  uri: string,
  accountUri: string,
  now: Date,
  was?: Was & { readonly hidden: boolean },
): Promise<void> {
  await tx
    .insertInto('tombstone')
    .values({
      uri,
      account_uri: accountUri,
      deleted_at: now,
      ...(was && {
        kind: was.kind,
        published_at: was.publishedAt,
        edited_at: was.editedAt,
        hidden: was.hidden,
      }),
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}
