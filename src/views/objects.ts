import { type RawBuilder, sql } from 'kysely'
import type { AccountId, ObjectId } from '../base/ids.ts'
import type { Visibility } from '../base/visibility.ts'
import type { Db } from '../db/connect.ts'
import { areApart } from '../domain/blocks/find.ts'
import { objectReadableBy, visibleTo } from '../domain/posts/audience.ts'
import type { InteractionView, PostKey } from './interactions.ts'
import { inOrder, keyset, type Range } from './ranges.ts'
import type { Viewer } from './view.ts'

/** Something of ours that is no post, as its author's app said it. */
export interface ObjectView {
  readonly id: ObjectId
  readonly accountId: AccountId
  readonly visibility: Visibility
  /** the JSON that is served at its id */
  readonly body: string
  readonly publishedAt: Date
  readonly editedAt: Date | null
}

/** It, if it is there and this reader may see it. */
export async function viewObject(db: Db, id: ObjectId, viewer: Viewer): Promise<ObjectView | undefined> {
  const { rows } = await sql<ObjectView>`
    SELECT object.id, object.account_id AS "accountId", object.visibility, object.body,
      object.published_at AS "publishedAt", object.edited_at AS "editedAt"
    FROM object WHERE object.id = ${id}::bigint AND ${objectReadableBy(viewer)}`.execute(db)
  return rows[0]
}

/** It as its maker sees it: for what the server itself does with it. */
export async function viewObjectAsMaker(db: Db, id: ObjectId): Promise<ObjectView | undefined> {
  const row = await db.selectFrom('object').select('account_id').where('id', '=', id).executeTakeFirst()
  return row && viewObject(db, id, { accountId: row.account_id })
}

/** How many like it, share it and answer it. */
export interface ObjectCounts {
  readonly likes: number
  readonly shares: number
  readonly replies: number
}

/** As whoever may see it counts them; what answers it only as far as they may see that. */
export async function countAroundObject(
  db: Db,
  { id, accountId }: Pick<ObjectView, 'id' | 'accountId'>,
  uri: string,
  viewer: Viewer,
): Promise<ObjectCounts> {
  const { rows } = await sql<ObjectCounts>`
    SELECT count(*) FILTER (WHERE reaction.kind = 'like')::int AS likes,
      count(*) FILTER (WHERE reaction.kind = 'announce')::int AS shares,
      (SELECT count(*)::int FROM post WHERE ${answers(uri, accountId)} AND ${visibleTo(viewer)}) AS replies
    FROM object_reaction AS reaction JOIN account AS far ON far.id = reaction.account_id
    WHERE reaction.object_id = ${id}::bigint AND ${isThere}`.execute(db)
  return rows[0] ?? { likes: 0, shares: 0, replies: 0 }
}

interface ReactionsOf {
  readonly id: ObjectId
  readonly kind: 'like' | 'announce'
  /** of somebody alone, where the object is not for everyone */
  readonly only?: AccountId | undefined
}

/** Who likes or shares it, the latest first; whether its reader may see it is to be asked before. */
export async function listObjectReactions(
  db: Db,
  of: ReactionsOf,
  viewer: Viewer,
  range: Range,
): Promise<readonly InteractionView[]> {
  const { where, rest } = keyset('reaction.id', range)
  const { rows } = await sql<InteractionView>`
    SELECT reaction.id AS key, reaction.uri, far.uri AS "actorUri" FROM ${reactionsOf(of, viewer)} AND ${where}
    ${rest}`.execute(db)
  return inOrder(rows, range)
}

/** Where one of them stands, by its id. */
export async function findObjectReaction(
  db: Db,
  of: ReactionsOf,
  viewer: Viewer,
  uri: string,
): Promise<string | undefined> {
  const { rows } = await sql<{ key: string }>`
    SELECT reaction.id AS key FROM ${reactionsOf(of, viewer)} AND reaction.uri = ${uri}`.execute(db)
  return rows[0]?.key
}

/** The posts that answer it and that this reader may see, the first one first. */
export async function listAnswersTo(
  db: Db,
  { accountId }: Pick<ObjectView, 'accountId'>,
  uri: string,
  viewer: Viewer,
  range: Range,
): Promise<readonly PostKey[]> {
  const { where, rest } = keyset('post.id', range, 'oldest')
  const { rows } = await sql<PostKey>`
    SELECT post.id AS key, post.id, post.uri FROM post
    WHERE ${answers(uri, accountId)} AND ${where} AND ${visibleTo(viewer)} ${rest}`.execute(db)
  return inOrder(rows, range)
}

const isThere = sql<boolean>`far.suspended_at IS NULL AND far.deleted_at IS NULL`

function reactionsOf({ id, kind, only }: ReactionsOf, viewer: Viewer): RawBuilder<unknown> {
  const mine = only === undefined ? sql`` : sql`AND reaction.account_id = ${only}::bigint`
  const welcome = viewer ? sql`AND NOT ${areApart(sql`${viewer.accountId}::bigint`, sql`far.id`)}` : sql``
  return sql`object_reaction AS reaction JOIN account AS far ON far.id = reaction.account_id
    WHERE reaction.object_id = ${id}::bigint AND reaction.kind = ${kind} AND ${isThere} ${welcome} ${mine}`
}

/** Whom its maker is kept apart from does not stand below it. */
const answers = (uri: string, accountId: AccountId) =>
  sql<boolean>`post.in_reply_to_uri = ${uri} AND post.in_reply_to_id IS NULL
    AND NOT ${areApart(sql`${accountId}::bigint`, sql`post.account_id`)}`
