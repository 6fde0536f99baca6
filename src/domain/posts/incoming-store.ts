import { sql } from 'kysely'
import type { AccountId, PostId } from '../../base/ids.ts'
import type { Visibility } from '../../base/visibility.ts'
import type { Db } from '../../db/connect.ts'
import { statement } from '../../db/statement.ts'
import type { PostTable } from '../../db/tables/posts.ts'
import type { Tx } from '../../db/transact.ts'
import { joinTalks } from '../conversations/store.ts'
import type { Part } from './admit.ts'
import type { Held } from './held.ts'

/** A post from elsewhere, ready to be stored. */
export interface IncomingRow extends Part {
  readonly id: PostId
  readonly uri: string
  readonly local: false
  readonly url: string | null
  readonly accountId: AccountId
  readonly kind: string
  readonly visibility: Visibility
  readonly inReplyToId: PostId | null
  /** what it answers is a post of ours */
  readonly answersUs: boolean
  readonly inReplyToUri: string | null
  readonly inReplyToAccountId: AccountId | null
  readonly conversationId: PostId
  readonly contextUri: string | null
  /** it was looked for, not sent */
  readonly found: boolean
  /** the activity that said it, if one was sent */
  readonly activityUri?: string | undefined
  readonly holds: Held
  readonly host: string | null
  readonly title: string | null
  readonly summary: string
  readonly sensitive: boolean
  readonly contentHtml: string
  readonly source: string | null
  readonly language: string | null
  readonly publishedAt: Date
  readonly editedAt: Date | null
  readonly receivedAt: Date
  readonly mentions: readonly AccountId[]
  /** may read it, and nobody may know */
  readonly blind: readonly AccountId[]
  readonly hashtags: readonly { readonly name: string; readonly displayName: string }[]
  readonly audience: string | null
}

/** Which of these ids are in use. */
export async function idsTaken(db: Db, ids: readonly PostId[]): Promise<Set<PostId>> {
  if (ids.length === 0) return new Set()
  const rows = await db
    .selectFrom('post')
    .select('id')
    .where('id', '=', sql<PostId>`any(${ids}::bigint[])`)
    .execute()
  return new Set(rows.map((row) => row.id))
}

/** Each column with what of a row stands in it. */
const columns: Readonly<Partial<Record<keyof PostTable, (row: IncomingRow) => unknown>>> = {
  id: (row) => row.id,
  uri: (row) => row.uri,
  url: (row) => row.url,
  local: (row) => row.local,
  account_id: (row) => row.accountId,
  kind: (row) => row.kind,
  visibility: (row) => row.visibility,
  in_reply_to_id: (row) => row.inReplyToId,
  in_reply_to_uri: (row) => row.inReplyToUri,
  in_reply_to_account_id: (row) => row.inReplyToAccountId,
  conversation_id: (row) => row.conversationId,
  context_uri: (row) => row.contextUri,
  title: (row) => row.title,
  summary: (row) => row.summary,
  sensitive: (row) => row.sensitive,
  content_html: (row) => row.contentHtml,
  source: (row) => row.source,
  source_type: (row) => row.holds.sourceType,
  content_map: (row) => row.holds.contentMap,
  language: (row) => row.language,
  published_at: (row) => row.publishedAt,
  edited_at: (row) => row.editedAt,
  received_at: (row) => row.receivedAt,
  audience_uri: (row) => row.audience,
  held: (row) => row.held,
  policy: (row) => row.policy,
}
const names = Object.keys(columns)

function columnsOf(row: IncomingRow): Record<string, unknown> {
  return Object.fromEntries(Object.entries(columns).map(([name, of]) => [name, of(row)]))
}

/** Its target is named: without one, a clash of ids would be taken for a post that is already known. */
const insertPosts = statement(
  'post-receive',
  `INSERT INTO post (${names})
   SELECT ${names} FROM json_populate_recordset(NULL::post, $1::json)
   ON CONFLICT (uri) DO NOTHING RETURNING id`,
)

/** As JSON that PostgreSQL takes: without NUL and halves of surrogate pairs, which its texts cannot hold. */
function jsonOf(rows: readonly object[]): string {
  const json = JSON.stringify(rows)
  if (!/\\u(?:0000|d[89a-f])/.test(json)) return json
  return JSON.stringify(rows, (_name, value) =>
    typeof value === 'string' ? value.toWellFormed().replaceAll('\0', '') : value,
  )
}

/**
 * Stores posts that are not yet known by their uri, but for those whose Delete came meanwhile: a Delete holds the row of
 * the author, for which every insert waits, so what it wrote can be seen after the insert.
 * @returns the ids of those that were new
 */
export async function insertIncoming(tx: Tx, rows: readonly IncomingRow[]): Promise<Set<PostId>> {
  const inserted = await insertPosts<{ id: PostId }>(tx, [jsonOf(rows.map(columnsOf))])
  const ids = inserted.map((row) => row.id)
  const gone = await sql<{ id: PostId }>`
    DELETE FROM post USING tombstone WHERE post.id = any(${ids}::bigint[]) AND tombstone.uri = post.uri
    RETURNING post.id`.execute(tx)
  const left = new Set(ids)
  for (const { id } of gone.rows) left.delete(id)
  return left
}

/**
 * Held until the transaction ends: whoever stores a post and whoever stores an answer to it at the same moment follow
 * each other, so that one of them sees the other. To be called before anything is inserted.
 */
export async function lockUris(tx: Tx, uris: readonly string[]): Promise<void> {
  await sql`
    SELECT pg_advisory_xact_lock(key) FROM (
      SELECT DISTINCT hashtextextended(uri, 8) AS key FROM unnest(${uris}::text[]) AS t (uri) ORDER BY 1
    ) AS keys`.execute(tx)
}

/**
 * Replies that came before what they answer are joined to it, and their conversations become one.
 * @param outside replies that stay apart: their authors may not see what they answer
 */
export async function adoptReplies(
  tx: Tx,
  uris: readonly string[],
  outside: readonly PostId[],
): Promise<void> {
  const adopted = await sql<{ from: PostId; to: PostId }>`
    WITH waiting AS (
      SELECT reply.id, reply.conversation_id AS from_id, parent.id AS parent_id, parent.account_id,
        parent.conversation_id AS to_id, reply.visibility
      FROM post AS reply JOIN post AS parent ON parent.uri = reply.in_reply_to_uri
      WHERE reply.in_reply_to_uri = any(${uris}::text[]) AND reply.in_reply_to_id IS NULL AND reply.id <> parent.id
        AND reply.id <> ALL (${outside}::bigint[])
    ), joined AS (
      UPDATE post SET in_reply_to_id = waiting.parent_id, in_reply_to_account_id = waiting.account_id
      FROM waiting WHERE post.id = waiting.id
    ), counted AS (
      INSERT INTO post_stat (post_id, replies)
      SELECT parent_id, count(*) FROM waiting WHERE visibility IN ('public', 'unlisted') GROUP BY 1 ORDER BY 1
      ON CONFLICT (post_id) DO UPDATE SET replies = post_stat.replies + excluded.replies
    )
    SELECT DISTINCT from_id AS "from", to_id AS "to" FROM waiting`.execute(tx)
  for (const { from, to } of adopted.rows) {
    await sql`UPDATE post SET conversation_id = ${to}::bigint WHERE conversation_id = ${from}::bigint`.execute(
      tx,
    )
    if (from !== to) await joinTalks(tx, from, to)
  }
}
