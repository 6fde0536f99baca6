import { sql } from 'kysely'
import type { AccountId, PostId } from '../base/ids.ts'
import { compiled } from '../db/compiled.ts'
import type { Db } from '../db/connect.ts'
import { mentionsOfAccounts } from './accounts.ts'
import { type CardRow, cardColumn, cardFrom } from './cards.ts'
import { type AttachmentRow, attachmentsColumn, attachmentsFrom, type OpenPoll, type Said } from './held.ts'
import type { QuoteRow } from './quotes.ts'
import type { AccountMention, PostView } from './view.ts'

/** What a post is to everybody: the same whoever reads, and so nothing to be shown before it is known who may. */
export interface PostBody extends Omit<PostView, 'boostOf' | 'quote' | 'poll' | 'author' | 'toAll'> {
  /** whether it quotes anything */
  readonly quotes: boolean
}

/** A post as everybody sees it, without who wrote it. */
export interface Whole {
  readonly body: PostBody
  readonly poll: OpenPoll | null
  readonly quoteRow: QuoteRow | null
}

interface BodyRow
  extends Omit<
    PostBody,
    'inReplyTo' | 'attachments' | 'emojis' | 'card' | 'counts' | 'remoteCounts' | 'mentions' | 'hashtags'
  > {
  readonly authorId: AccountId
  readonly host: string | null
  readonly clientId: string | null
  readonly replyId: PostId | null
  readonly replyUri: string | null
  readonly replyAccountId: AccountId | null
  readonly replies: number
  readonly likes: number
  readonly boosts: number
  readonly quoted: number
  readonly titles: readonly string[] | null
  readonly hasOrigin: boolean
  readonly originReplies: number | null
  readonly originLikes: number | null
  readonly originBoosts: number | null
  readonly mentions: PostView['mentions'] | null
  readonly hashtags: PostView['hashtags'] | null
  readonly attachments: readonly AttachmentRow[] | null
  readonly cardRow: CardRow | null
}

const findBodies = compiled<BodyRow, [readonly PostId[]]>(
  'views.bodies',
  (_db, ids) => sql`
    SELECT post.id, post.uri, coalesce(post.url, post.uri) AS url, post.local, post.kind,
      post.account_id AS "authorId", author.host, post.client_id AS "clientId",
      post.visibility, post.in_reply_to_id AS "replyId", post.in_reply_to_uri AS "replyUri",
      post.in_reply_to_account_id AS "replyAccountId", post.conversation_id AS "conversationId",
      root.context_uri AS "contextUri", post.title, post.summary,
      post.sensitive OR (author.sensitized_at IS NOT NULL AND EXISTS (
        SELECT 1 FROM attachment WHERE attachment.post_id = post.id)) AS sensitive,
      post.content_html AS "contentHtml",
      post.source, post.source_type AS "sourceType", post.content_map AS "contentMap", post.language,
      post.published_at AS "publishedAt", post.edited_at AS "editedAt", post.audience_uri AS audience, post.policy,
      post.held, post.approved_by AS "approvedBy", post.extension,
      coalesce(post_stat.replies, 0) AS replies, coalesce(post_stat.likes, 0) AS likes,
      coalesce(post_stat.boosts, 0) AS boosts, coalesce(post_stat.quotes, 0) AS quoted,
      origin.post_id IS NOT NULL AS "hasOrigin", origin.replies AS "originReplies", origin.likes AS "originLikes",
      origin.boosts AS "originBoosts",
      CASE WHEN app.id IS NOT NULL THEN json_build_object('name', app.name, 'website', app.website) END AS app,
      EXISTS (SELECT 1 FROM quote WHERE quote.post_id = post.id) AS quotes,
      CASE WHEN post.kind = 'question' THEN (
        SELECT array_agg(title) FROM poll_option WHERE poll_option.post_id = post.id) END AS titles,
      ${cardColumn} AS "cardRow", ${attachmentsColumn} AS attachments,
      (SELECT json_agg(json_build_object('silent', mention.silent, 'id', account.id::text, 'uri', account.uri,
          'url', coalesce(account.url, account.uri), 'name', account.name, 'host', account.host) ORDER BY account.id)
        FROM mention JOIN account ON account.id = mention.account_id
        WHERE mention.post_id = post.id AND NOT mention.blind) AS mentions,
      (SELECT json_agg(json_build_object('name', hashtag.name, 'displayName', hashtag.display_name) ORDER BY hashtag.name)
        FROM post_hashtag JOIN hashtag ON hashtag.id = post_hashtag.hashtag_id
        WHERE post_hashtag.post_id = post.id) AS hashtags
    FROM post
    JOIN account AS author ON author.id = post.account_id
    LEFT JOIN post AS root ON root.id = post.conversation_id
    LEFT JOIN post_stat ON post_stat.post_id = post.id
    LEFT JOIN post_origin AS origin ON origin.post_id = post.id
    LEFT JOIN client AS app ON app.id = post.client_id
    WHERE post.id = ANY (${ids}::bigint[])`,
)

export interface ReadBody {
  readonly body: PostBody
  /** who says it, and where custom emoji may stand */
  readonly said: Said
  /** of all that it is made of, for `Kept` */
  readonly keys: readonly string[]
}

/** What these posts are to everybody, as the database has it, in two statements at most, without their custom emoji. */
export async function readBodies(db: Db, ids: readonly PostId[]): Promise<readonly ReadBody[]> {
  if (ids.length === 0) return []
  const rows = await findBodies(db, ids)
  const creators = rows.flatMap((row) => row.cardRow?.creatorId ?? [])
  const makers = await mentionsOfAccounts(db, creators)
  return rows.map((row) => {
    const texts = [row.title, row.summary, row.contentHtml, ...(row.titles ?? [])]
    return { body: bodyFrom(row, makers), said: { host: row.host, texts }, keys: keysOf(row) }
  })
}

function keysOf(row: BodyRow): string[] {
  const { id, authorId, mentions, hashtags, conversationId, clientId, cardRow } = row
  const { previewId, madeById } = cardRow ?? {}
  return [
    `p${id}`,
    `a${authorId}`,
    ...(mentions ?? []).map((account) => `a${account.id}`),
    ...(hashtags ?? []).map(({ name }) => `h${name}`),
    ...(conversationId === id ? [] : [`p${conversationId}`]),
    ...(clientId === null ? [] : [`c${clientId}`]),
    ...(previewId ? [`w${previewId}`] : []),
    ...(madeById ? [`a${madeById}`] : []),
  ]
}

function bodyFrom(row: BodyRow, makers: ReadonlyMap<AccountId, AccountMention>): PostBody {
  return {
    id: row.id,
    uri: row.uri,
    url: row.url,
    local: row.local,
    kind: row.kind,
    visibility: row.visibility,
    inReplyTo:
      row.replyUri === null ? null : { id: row.replyId, uri: row.replyUri, accountId: row.replyAccountId },
    conversationId: row.conversationId,
    contextUri: row.contextUri,
    title: row.title,
    summary: row.summary,
    sensitive: row.sensitive,
    contentHtml: row.contentHtml,
    source: row.source,
    sourceType: row.sourceType,
    contentMap: row.contentMap,
    language: row.language,
    publishedAt: row.publishedAt,
    editedAt: row.editedAt,
    attachments: attachmentsFrom(row.attachments),
    card: cardFrom(row.cardRow, makers),
    emojis: [],
    mentions: row.mentions ?? [],
    hashtags: row.hashtags ?? [],
    audience: row.audience,
    counts: { replies: row.replies, likes: row.likes, boosts: row.boosts, quotes: row.quoted },
    remoteCounts: row.hasOrigin
      ? { replies: row.originReplies, likes: row.originLikes, boosts: row.originBoosts }
      : null,
    quotes: row.quotes,
    policy: row.policy,
    held: row.held,
    approvedBy: row.approvedBy,
    extension: row.extension ?? null,
    app: row.app ?? null,
  }
}
