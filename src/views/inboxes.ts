import { type RawBuilder, sql } from 'kysely'
import { type AccountId, type InboxItemId, idAt, type PostId } from '../base/ids.ts'
import type { Db } from '../db/connect.ts'
import {
  findReceived,
  findReceivedById,
  type InboxRow,
  inboxColumns,
  isHeard,
} from '../domain/inboxes/find.ts'
import { followersUrisOf } from './accounts.ts'
import { viewPosts } from './posts.ts'
import { inOrder, keyset, type Range } from './ranges.ts'
import type { PostView } from './view.ts'

/** Something that came to somebody here: about a post that they may see, or as it was said. */
export interface ReceivedView {
  readonly id: InboxItemId
  /** the id of the activity */
  readonly uri: string
  readonly kind: string
  readonly post: PostView | null
  /** the followers collections of those elsewhere whose posts it shows, by account */
  readonly followersUris: ReadonlyMap<AccountId, string>
  /** JSON, where no post says it */
  readonly body: string | null
  readonly at: Date
}

/** What an inbox may be narrowed to. */
export interface InboxFilter {
  readonly type?: string
  readonly objectType?: string
  /** the id of what an activity is about */
  readonly object?: string
  readonly actor?: string
  readonly publishedAfter?: Date
}

/** As many as are looked at for one page, so that a rare find costs no more than a frequent one. */
const LOOKED_AT = 2000

export interface InboxPage {
  /** those that this range has, in its order; fewer than its limit though more may follow */
  readonly items: readonly ReceivedView[]
  /** whether more follow in the direction in which was looked */
  readonly more: boolean
  /** the last that was looked at, shown or not */
  readonly reached?: InboxItemId
}

/** A piece of somebody's inbox, in a fixed number of queries; without those of whom they want to hear nothing. */
export async function listInbox(
  db: Db,
  ownerId: AccountId,
  range: Range,
  filter: InboxFilter = {},
): Promise<InboxPage> {
  const near = await nearOf(db, ownerId, range, filter)
  if (near === undefined) return { items: [], more: false }
  const order = range.back === undefined ? sql`DESC` : sql`ASC`
  const { rows } = await sql<InboxRow>`
    SELECT ${inboxColumns} FROM (${near}) AS item JOIN account ON account.id = item.actor_id
    WHERE ${isHeard(sql`${ownerId}::bigint`)} AND ${ofObjectType(filter)}
    ORDER BY item.id ${order} LIMIT ${range.limit + 1}`.execute(db)
  const found = rows.slice(0, range.limit)
  const items = inOrder(await viewReceived(db, ownerId, found), range)
  if (rows.length > range.limit) {
    return { items, more: true, ...reachedBy(found.at(-1)) }
  }
  // Short of what was asked for: either the list ends here, or there was too much to pass over.
  const { rows: ends } = await sql<{ id: InboxItemId }>`
    SELECT id FROM (${near}) AS item ORDER BY id ${order} OFFSET ${LOOKED_AT - 1}`.execute(db)
  return ends[0]
    ? { items, more: true, ...reachedBy(ends[0]) }
    : { items, more: false, ...reachedBy(found.at(-1)) }
}

const reachedBy = (row: { readonly id: InboxItemId } | undefined) => (row ? { reached: row.id } : {})

/** How much is in it, without those of whom they want to hear nothing. */
export async function countInbox(db: Db, ownerId: AccountId): Promise<number> {
  const me = sql`${ownerId}::bigint`
  const { rows } = await sql<{ n: string }>`
    SELECT coalesce(sum(counted.items), 0) AS n FROM inbox_count AS counted
    JOIN account ON account.id = counted.actor_id
    WHERE counted.owner_id = ${me} AND ${isHeard(me)}`.execute(db)
  return Number(rows[0]?.n ?? 0)
}

/** What came to somebody here under that id, whether or not the server that it is from can be reached. */
export async function viewReceivedByUri(
  db: Db,
  ownerId: AccountId,
  uri: string,
): Promise<ReceivedView | undefined> {
  return viewOne(db, ownerId, await findReceived(db, ownerId, uri))
}

export async function viewReceivedById(
  db: Db,
  ownerId: AccountId,
  id: InboxItemId,
): Promise<ReceivedView | undefined> {
  return viewOne(db, ownerId, await findReceivedById(db, ownerId, id))
}

async function viewOne(
  db: Db,
  ownerId: AccountId,
  row: InboxRow | undefined,
): Promise<ReceivedView | undefined> {
  return row && (await viewReceived(db, ownerId, [row]))[0]
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

/** Rows as they are to be shown, in their order; those about posts that the owner may not see are left out. */
async function viewReceived(
  db: Db,
  ownerId: AccountId,
  rows: readonly InboxRow[],
): Promise<readonly ReceivedView[]> {
  const ids = [...new Set(rows.flatMap(({ postId }) => postId ?? []))]
  const posts = new Map((await viewPosts(db, ids, { accountId: ownerId })).map((post) => [post.id, post]))
  const followersUris = await followersUrisOf(db, [...posts.values()].flatMap(authorsOf))
  return rows.flatMap((row): ReceivedView[] => {
    const post = row.postId === null ? null : posts.get(row.postId)
    const { id, uri, kind, body, createdAt: at } = row
    return post === undefined ? [] : [{ id, uri, kind, post, followersUris, body, at }]
  })
}

const authorsOf = (post: PostView): AccountId[] =>
  [post.author, ...(post.boostOf ? [post.boostOf.author] : [])].flatMap(({ id, local }) =>
    local ? [] : [id],
  )

/** The next two thousand that the indexes find; undefined when there can be none. */
async function nearOf(
  db: Db,
  ownerId: AccountId,
  range: Range,
  filter: InboxFilter,
): Promise<RawBuilder<unknown> | undefined> {
  const parts: RawBuilder<unknown>[] = []
  if (filter.actor !== undefined) {
    const actor = await db
      .selectFrom('account')
      .select('id')
      .where('uri', '=', filter.actor)
      .executeTakeFirst()
    if (!actor) return undefined
    parts.push(sql`AND item.actor_id = ${actor.id}::bigint`)
  }
  if (filter.type !== undefined) parts.push(sql`AND item.kind = ${filter.type}`)
  if (filter.object !== undefined) parts.push(sql`AND item.id IN (${aboutOf(ownerId, filter.object)})`)
  if (filter.publishedAfter !== undefined) {
    parts.push(sql`AND item.id >= ${idAt(new Date(Math.max(0, filter.publishedAfter.getTime())))}::bigint`)
  }
  const { where, rest } = keyset('item.id', { ...range, limit: LOOKED_AT })
  return sql`
    SELECT item.* FROM inbox_item AS item
    WHERE item.owner_id = ${ownerId}::bigint AND ${where} ${parts.length > 0 ? sql.join(parts, sql` `) : sql``} ${rest}`
}

/** What somebody said of that object, showed of it, or did to it. */
function aboutOf(ownerId: AccountId, object: string): RawBuilder<unknown> {
  const me = sql`${ownerId}::bigint`
  return sql`
    SELECT id FROM inbox_item WHERE owner_id = ${me} AND object_uri = ${object}
    UNION ALL SELECT about.id FROM post
      JOIN inbox_item AS about ON about.post_id = post.id WHERE post.uri = ${object} AND about.owner_id = ${me}
    UNION ALL SELECT about.id FROM post JOIN post AS boost ON boost.boost_of_id = post.id
      JOIN inbox_item AS about ON about.post_id = boost.id WHERE post.uri = ${object} AND about.owner_id = ${me}`
}

/** NUL and halves of surrogate pairs, which PostgreSQL cannot read in JSON. */
const NO_JSONB = String.raw`\\u(0000|[dD][89aAbB])`

function ofObjectType({ objectType }: InboxFilter): RawBuilder<boolean> {
  if (objectType === undefined) return sql<boolean>`true`
  return sql<boolean>`(EXISTS (SELECT 1 FROM post LEFT JOIN post AS shown ON shown.id = post.boost_of_id
      WHERE post.id = item.post_id AND coalesce(shown.kind, post.kind) = lower(${objectType}))
    OR CASE WHEN item.body ~ ${NO_JSONB} THEN false
      ELSE item.body::jsonb -> 'object' -> 'type' @> to_jsonb(${objectType}::text) END)`
}
