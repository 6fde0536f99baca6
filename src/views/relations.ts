import { type RawBuilder, sql } from 'kysely'
import type { AccountId } from '../base/ids.ts'
import type { Db } from '../db/connect.ts'
import type { FollowState } from '../db/tables/posts.ts'
import { areApart } from '../domain/blocks/find.ts'
import { inOrder, keyset, type Range } from './ranges.ts'
import type { Viewer } from './view.ts'

/** Somebody in a list, with what a reader wants to know at once. */
export interface PersonView {
  readonly id: AccountId
  readonly uri: string
  readonly url: string
  readonly local: boolean
  readonly kind: string
  readonly name: string
  readonly host: string | null
  readonly displayName: string
  readonly avatarUrl: string | null
  readonly inboxUrl: string | null
  readonly outboxUrl: string | null
}

/** A relation of an account to somebody: one item of a list of them. */
export interface RelationView extends PersonView {
  /** where it stands in its list */
  readonly key: string
  /** the id of the activity that began it */
  readonly activityUri: string
}

export const personColumns = sql`far.id, far.uri, coalesce(far.url, far.uri) AS url, far.local, far.kind, far.name,
  far.host, far.display_name AS "displayName", far.avatar_url AS "avatarUrl",
  (SELECT inbox.url FROM inbox WHERE inbox.id = far.inbox_id) AS "inboxUrl", far.outbox_url AS "outboxUrl"`

export type Side = 'followers' | 'following'

/** Who follows an account or asks to, or whom it follows or asks, the latest first; without whom this reader is kept apart from. */
export async function listRelations(
  db: Db,
  accountId: AccountId,
  side: Side,
  state: FollowState,
  viewer: Viewer,
  range: Range,
): Promise<readonly RelationView[]> {
  const { where, rest } = keyset('follow.id', range)
  const { rows } = await sql<RelationView>`
    SELECT follow.id AS key, follow.uri AS "activityUri", ${personColumns}
    FROM follow JOIN account AS far ON far.id = ${theirs(side)}
    WHERE ${mine(side)} = ${accountId}::bigint AND follow.state = ${state} AND ${where}
      AND far.deleted_at IS NULL ${unlessApart(viewer)} ${rest}`.execute(db)
  return inOrder(rows, range)
}

export async function countRequests(db: Db, accountId: AccountId, side: Side): Promise<number> {
  const { rows } = await sql<{ n: string }>`
    SELECT count(*) AS n FROM follow JOIN account AS far ON far.id = ${theirs(side)}
    WHERE ${mine(side)} = ${accountId}::bigint AND follow.state = 'requested' AND far.deleted_at IS NULL`.execute(
    db,
  )
  return Number(rows[0]?.n ?? 0)
}

/** How many of a list this reader is kept apart from, by a block of either. */
export async function countApart(
  db: Db,
  accountId: AccountId,
  side: Side,
  viewer: NonNullable<Viewer>,
): Promise<number> {
  const me = sql`${viewer.accountId}::bigint`
  const { rows } = await sql<{ n: string }>`
    SELECT count(*) AS n FROM follow JOIN (
      SELECT target_id AS id FROM block WHERE account_id = ${me}
      UNION SELECT account_id FROM block WHERE target_id = ${me}) AS apart ON apart.id = ${theirs(side)}
    WHERE ${mine(side)} = ${accountId}::bigint AND follow.state = 'accepted' `.execute(db)
  return Number(rows[0]?.n ?? 0)
}

/** Where somebody stands in such a list, by their id or by that of the Follow. */
export async function findRelation(
  db: Db,
  accountId: AccountId,
  side: Side,
  state: FollowState,
  viewer: Viewer,
  uri: string,
): Promise<string | undefined> {
  const by =
    state === 'accepted'
      ? sql`far.id = (SELECT named.id FROM account AS named WHERE named.uri = ${uri})`
      : sql`follow.uri = ${uri}`
  const { rows } = await sql<{ key: string }>`
    SELECT follow.id AS key FROM follow JOIN account AS far ON far.id = ${theirs(side)}
    WHERE ${mine(side)} = ${accountId}::bigint AND follow.state = ${state} AND ${by}
      AND far.deleted_at IS NULL ${unlessApart(viewer)} LIMIT 1`.execute(db)
  return rows[0]?.key
}

/** Whom an account blocks, the latest first. */
export async function listBlocks(
  db: Db,
  accountId: AccountId,
  range: Range,
): Promise<readonly RelationView[]> {
  const { where, rest } = keyset('block.id', range)
  const { rows } = await sql<RelationView>`
    SELECT block.id AS key, block.uri AS "activityUri", ${personColumns}
    FROM block JOIN account AS far ON far.id = block.target_id
    WHERE block.account_id = ${accountId}::bigint AND ${where} ${rest}`.execute(db)
  return inOrder(rows, range)
}

export async function countBlocks(db: Db, accountId: AccountId): Promise<number> {
  const { rows } = await sql<{ n: string }>`
    SELECT count(*) AS n FROM block WHERE account_id = ${accountId}::bigint`.execute(db)
  return Number(rows[0]?.n ?? 0)
}

/** Where a block stands among them, by its own id or by whom it is against. */
export async function findBlockKey(db: Db, accountId: AccountId, uri: string): Promise<string | undefined> {
  const { rows } = await sql<{ key: string }>`
    SELECT block.id AS key FROM block JOIN account AS far ON far.id = block.target_id
    WHERE block.account_id = ${accountId}::bigint AND (block.uri = ${uri} OR far.uri = ${uri}) LIMIT 1`.execute(
    db,
  )
  return rows[0]?.key
}

const mine = (side: Side) => (side === 'followers' ? sql`follow.followed_id` : sql`follow.follower_id`)
const theirs = (side: Side) => (side === 'followers' ? sql`follow.follower_id` : sql`follow.followed_id`)

function unlessApart(viewer: Viewer): RawBuilder<unknown> {
  return viewer ? sql`AND NOT ${areApart(sql`${viewer.accountId}::bigint`, sql`far.id`)}` : sql``
}
