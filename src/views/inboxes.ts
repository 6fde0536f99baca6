import { type RawBuilder, sql } from 'kysely'
import type { AccountId, InboxItemId, PostId } from '../base/ids.ts'
import type { Visibility } from '../base/visibility.ts'
import type { Db } from '../db/connect.ts'
import { prepared } from '../db/prepared.ts'
import { isMuted } from '../domain/blocks/find.ts'
import { isHeard } from '../domain/inboxes/find.ts'
import { eachIn, visibleTo } from '../domain/posts/audience.ts'
import { type InboxFilter, LOOKED_AT, nearOf, ofObjectType, plainNear } from './inbox-near.ts'
import { type InboxRow, nextRows, stampOf } from './inbox-rows.ts'
import { viewPosts } from './posts.ts'
import { inOrder, type Range } from './ranges.ts'
import type { PostView } from './view.ts'

/** Something that came to somebody here: about a post that they may see, or as it was said. */
export interface ReceivedView {
  readonly id: InboxItemId
  /** the id of the activity */
  readonly uri: string
  readonly kind: string
  /** JSON, where no post says it */
  readonly body: string | null
  /** what it is about, where that is a post; of a boost, the boost */
  readonly postId: PostId | null
  readonly about: AboutPost | null
}

export interface AboutPost {
  readonly actorUri: string
  /** the actor's followers collection, of one elsewhere */
  readonly followersUri: string | null
  readonly actorId: AccountId
  readonly visibility: Visibility
  readonly publishedAt: Date
  readonly editedAt: Date | null
  readonly isBoost: boolean
  /** the post itself, or of a boost the one that it shows */
  readonly shownId: PostId
  readonly authorUri: string
  /** what that one is made of just now */
  readonly stamp: string
  /** how it is written, if that was made of the same before */
  readonly text: { readonly addresses: string; readonly body: string } | null
  /** else what it is to be made of */
  readonly post: PostView | null
  /** the followers collections of authors elsewhere, by account */
  readonly followersUris: ReadonlyMap<AccountId, string>
}

export interface InboxPage {
  /** those that this range has, in its order; fewer than its limit though more may follow */
  readonly items: readonly ReceivedView[]
  /** whether more follow in the direction in which was looked */
  readonly more: boolean
  /** the last that was looked at, shown or not */
  readonly reached?: InboxItemId
}

/** As many as are shown at once. */
export const INBOX_PAGE = 20

/** A piece of somebody's inbox, in a fixed number of queries; without those of whom they want to hear nothing. */
export async function listInbox(
  db: Db,
  ownerId: AccountId,
  range: Pick<Range, 'past' | 'back'>,
  filter?: InboxFilter,
): Promise<InboxPage> {
  const near = filter && (await nearOf(db, ownerId, range, filter))
  const rows = await (near ? rowsFrom(db, ownerId, near, range, filter) : plainRows(db, ownerId, range))
  const found = rows.slice(0, INBOX_PAGE)
  const items = inOrder(await viewRows(db, ownerId, found), range as Range)
  const last = found.at(-1)?.id
  if (rows.length > INBOX_PAGE) return { items, more: true, ...(last && { reached: last }) }
  // Short of what was asked for: either the list ends here, or there was too much to pass over.
  const end = await endOf(db, near ?? plainNear(sql`${ownerId}::bigint`, range), range)
  const reached = end ?? last
  return { items, more: end !== undefined, ...(reached && { reached }) }
}

async function endOf(
  db: Db,
  near: RawBuilder<unknown>,
  { back }: Pick<Range, 'back'>,
): Promise<InboxItemId | undefined> {
  const { rows } = await sql<{ id: InboxItemId }>`
    SELECT id FROM (${near}) AS item ORDER BY id ${back === undefined ? sql`DESC` : sql`ASC`}
    OFFSET ${LOOKED_AT - 1}`.execute(db)
  return rows[0]?.id
}

const countRows = prepared<'me'>('inbox-count', (at) => {
  const me = sql`${at('me')}::bigint`
  return sql`SELECT coalesce(sum(counted.items), 0) AS n FROM inbox_count AS counted
    JOIN account ON account.id = counted.actor_id WHERE counted.owner_id = ${me} AND ${isHeard(me)}`
})

/** How much is in it, without those of whom they want to hear nothing. */
export async function countInbox(db: Db, ownerId: AccountId): Promise<number> {
  return Number((await countRows<{ n: string }>(db, { me: ownerId }))[0]?.n ?? 0)
}

/** What came to somebody here under that id, whether or not the server that it is from can be reached. */
export async function viewReceivedByUri(
  db: Db,
  ownerId: AccountId,
  uri: string,
): Promise<ReceivedView | undefined> {
  return viewOne(db, ownerId, sql`item.uri = ${uri}`)
}

/** The same by the id that it has here. */
export async function viewReceivedById(
  db: Db,
  ownerId: AccountId,
  id: InboxItemId,
): Promise<ReceivedView | undefined> {
  return viewOne(db, ownerId, sql`item.id = ${id}::bigint`)
}

/** Those of these posts that came to somebody here. */
export async function viewReceivedPosts(
  db: Db,
  ownerId: AccountId,
  postIds: readonly PostId[],
): Promise<readonly ReceivedView[]> {
  const me = sql`${ownerId}::bigint`
  const some = sql`SELECT * FROM inbox_item AS item
    WHERE item.owner_id = ${me} AND item.post_id = any(${postIds}::bigint[])`
  const { rows } = await sql<InboxRow>`${rowsOf(me, some)}`.execute(db)
  return viewRows(db, ownerId, rows)
}

async function viewOne(
  db: Db,
  ownerId: AccountId,
  which: RawBuilder<unknown>,
): Promise<ReceivedView | undefined> {
  const me = sql`${ownerId}::bigint`
  const one = sql`SELECT * FROM inbox_item AS item WHERE item.owner_id = ${me} AND ${which}`
  const { rows } = await sql<InboxRow>`${rowsOf(me, one)}`.execute(db)
  return (await viewRows(db, ownerId, rows))[0]
}

/** The ids under which posts came to somebody here, by post. */
export async function receivedUrisOf(
  db: Db,
  ownerId: AccountId,
  postIds: readonly PostId[],
): Promise<Map<PostId, string>> {
  if (postIds.length === 0) return new Map()
  const rows = await db
    .selectFrom('inbox_item')
    .select(['post_id', 'uri'])
    .where('owner_id', '=', ownerId)
    .where('post_id', '=', sql<PostId>`any(${postIds}::bigint[])`)
    .where('kind', 'in', ['Create', 'Announce'])
    .execute()
  return new Map(rows.flatMap(({ post_id, uri }) => (post_id ? [[post_id, uri] as const] : [])))
}

/** Those of `near` that the owner hears of and may see; who may see a post need not be asked whether they hear of its author. */
function rowsOf(me: RawBuilder<unknown>, near: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
    SELECT item.id, item.uri, item.kind, item.body, item.post_id AS "postId", account.id AS "actorId",
      account.uri AS "actorUri", account.followers_url AS "followersUri", post.visibility,
      post.published_at AS "publishedAt", post.edited_at AS "editedAt", post.boost_of_id IS NOT NULL AS "isBoost",
      shown.id AS "shownId", shown.author_uri AS "authorUri", shown.stamp, made.addresses, made.body AS text
    FROM (${near}) AS item
    CROSS JOIN LATERAL (
      SELECT id, uri, followers_url, suspended_at, suspended_afar, deleted_at FROM account
      WHERE account.id = item.actor_id OFFSET 0
    ) AS account
    LEFT JOIN LATERAL (${withAuthor(sql`item.post_id`)}) AS post ON true
    LEFT JOIN LATERAL (
      SELECT it.id, author.uri AS author_uri, ${stampOf(sql`it`)} AS stamp
      FROM post AS it JOIN account AS author ON author.id = it.account_id
      WHERE it.id = coalesce(post.boost_of_id, post.id)
    ) AS shown ON true
    LEFT JOIN post_text AS made ON made.post_id = shown.id AND made.stamp = shown.stamp
    WHERE NOT ${isMuted(me, sql`account.id`, 'posts')} AND CASE WHEN item.post_id IS NULL THEN ${isHeard(me)}
      ELSE ${mayRead(me)} AND (post.boost_of_id IS NULL OR EXISTS (
        SELECT 1 FROM (${withAuthor(sql`post.boost_of_id`)}) AS post WHERE ${mayRead(me)})) END`
}

/** A post with what the rule of who may see it asks of its author. */
const withAuthor = (id: RawBuilder<unknown>) => sql`
  SELECT said.id, said.account_id, said.visibility, said.held, said.in_reply_to_account_id, said.boost_of_id,
    said.published_at, said.edited_at, author.domains, author.suspended_at, author.suspended_afar, author.deleted_at
  FROM post AS said JOIN account AS author ON author.id = said.account_id WHERE said.id = ${id} OFFSET 0`

/** That rule, for an owner who is still to be put in. */
const mayRead = (me: RawBuilder<unknown>) => visibleTo(eachIn(me), sql`post`)

/** Were more looked at by the same statement than nearly always make a page, the plan would be made for all of them. */
async function plainRows(
  db: Db,
  ownerId: AccountId,
  range: Pick<Range, 'past' | 'back'>,
): Promise<readonly InboxRow[]> {
  const rows = await nextRows(db, ownerId, range)
  return rows.length > INBOX_PAGE
    ? rows.slice(0, INBOX_PAGE + 1)
    : rowsFrom(db, ownerId, plainNear(sql`${ownerId}::bigint`, range), range)
}

/** The same with as many looked at as are ever. */
async function rowsFrom(
  db: Db,
  ownerId: AccountId,
  near: RawBuilder<unknown>,
  { back }: Pick<Range, 'back'>,
  filter?: InboxFilter,
): Promise<readonly InboxRow[]> {
  const { rows } = await sql<InboxRow>`${rowsOf(sql`${ownerId}::bigint`, near)} AND ${ofObjectType(filter)}
    ORDER BY item.id ${back === undefined ? sql`DESC` : sql`ASC`} LIMIT 21`.execute(db)
  return rows
}

/** Rows as they are to be shown, in their order; posts are looked at only where no text of them holds any more. */
async function viewRows(
  db: Db,
  ownerId: AccountId,
  rows: readonly InboxRow[],
): Promise<readonly ReceivedView[]> {
  const bare = rows.flatMap(({ shownId, text }) => (shownId !== null && text === null ? [shownId] : []))
  const found = await postsOf(db, ownerId, [...new Set(bare)])
  const posts = new Map(found.map((post) => [post.id, post]))
  const followersUris = new Map(
    found.flatMap(({ author: { id, local, followersUrl } }) =>
      local || followersUrl === null ? [] : [[id, followersUrl] as const],
    ),
  )
  const views: ReceivedView[] = []
  for (const row of rows) {
    const { shownId, addresses, text } = row
    const ready = addresses === null || text === null ? null : { addresses, body: text }
    const post = shownId === null ? null : (posts.get(shownId) ?? null)
    // It went while we looked.
    if (shownId !== null && !ready && !post) continue
    const about = shownId === null ? null : aboutFrom(row, { shownId, text: ready, post, followersUris })
    views.push({ id: row.id, uri: row.uri, kind: row.kind, body: row.body, postId: row.postId, about })
  }
  return views
}

/** What is for everyone is the same in every inbox, and known when the next one asks. */
async function postsOf(db: Db, ownerId: AccountId, ids: readonly PostId[]): Promise<readonly PostView[]> {
  const open = await viewPosts(db, ids, undefined)
  const others = ids.filter((id) => !open.some((post) => post.id === id))
  return others.length === 0 ? open : [...open, ...(await viewPosts(db, others, { accountId: ownerId }))]
}

function aboutFrom(
  row: InboxRow,
  { shownId, text, post, followersUris }: Pick<AboutPost, 'shownId' | 'text' | 'post' | 'followersUris'>,
): AboutPost {
  return {
    actorUri: row.actorUri,
    followersUri: row.followersUri,
    actorId: row.actorId,
    visibility: row.visibility,
    publishedAt: row.publishedAt,
    editedAt: row.editedAt,
    isBoost: row.isBoost,
    shownId,
    authorUri: row.authorUri,
    stamp: row.stamp,
    text,
    post,
    followersUris,
  }
}
