import { type RawBuilder, sql } from 'kysely'
import { type AccountId, type ActivityId, idAt, type PostId } from '../base/ids.ts'
import type { Db } from '../db/connect.ts'
import { statement } from '../db/statement.ts'
import { activityReadableBy, saidTo } from '../domain/posts/audience.ts'
import { LARGEST_READ } from './inbox-near.ts'
import { inOrder, keyset, type Range } from './ranges.ts'
import type { Viewer } from './view.ts'

/** An activity of somebody here with its exact bytes. */
export interface SaidView {
  readonly id: ActivityId
  readonly kind: string
  readonly postId: PostId | null
  readonly body: string
  /** its post has been edited since it was said */
  readonly outdated: boolean
}

/** What a list of activities may be narrowed to. */
export interface SaidFilter {
  readonly type?: string
  readonly objectType?: string
  /** the id of an object, as the activity names it */
  readonly object?: string
  readonly publishedAfter?: Date
}

const OWN = `SELECT activity.id, activity.kind, activity.post_id AS "postId", activity.body,
    coalesce(post.edited_at > activity.created_at, false) AS outdated
  FROM activity LEFT JOIN post ON post.id = activity.post_id AND activity.kind = 'Create'
  WHERE activity.account_id = $1 AND activity.id`
const ownOlder = statement('outbox-own-older', `${OWN} < $2 ORDER BY activity.id DESC LIMIT $3`)
const ownNewer = statement('outbox-own-newer', `${OWN} > $2 ORDER BY activity.id LIMIT $3`)
const BEYOND_ALL = '9223372036854775807'

/** All that somebody here has said, the latest first, as themselves. */
export async function listOwnActivities(
  db: Db,
  accountId: AccountId,
  range: Range,
): Promise<readonly SaidView[]> {
  const { past, back, limit } = range
  const rows = await (back === undefined
    ? ownOlder<SaidView>(db, [accountId, past ?? BEYOND_ALL, limit])
    : ownNewer<SaidView>(db, [accountId, back, limit]))
  return inOrder(rows, range)
}

export async function countOwnActivities(db: Db, accountId: AccountId): Promise<number> {
  const { rows } = await sql<{ n: string }>`
    SELECT count(*) AS n FROM activity WHERE account_id = ${accountId}::bigint`.execute(db)
  return Number(rows[0]?.n ?? 0)
}

/** What of it was for this reader; that its author is there, and not kept apart from them, is to be asked before. */
export async function listActivities(
  db: Db,
  accountId: AccountId,
  viewer: Viewer,
  range: Range,
): Promise<readonly SaidView[]> {
  if (viewer?.accountId === accountId) return listOwnActivities(db, accountId, range)
  const { where, rest } = keyset('activity.id', range)
  const { rows } = await sql<SaidView>`
    SELECT activity.id, activity.kind, activity.post_id AS "postId", activity.body,
      coalesce(said.edited_at > activity.created_at, false) AS outdated
    FROM activity LEFT JOIN post AS said ON said.id = activity.post_id AND activity.kind = 'Create'
    WHERE activity.account_id = ${accountId}::bigint AND ${where} AND ${saidTo(viewer)}
    ${rest}`.execute(db)
  return inOrder(rows, range)
}

export async function countActivities(db: Db, accountId: AccountId, viewer: Viewer): Promise<number> {
  if (viewer?.accountId === accountId) return countOwnActivities(db, accountId)
  const { rows } = await sql<{ n: string }>`
    SELECT count(*) AS n FROM activity
    WHERE activity.account_id = ${accountId}::bigint AND ${saidTo(viewer)}`.execute(db)
  return Number(rows[0]?.n ?? 0)
}

/** Where one activity stands in its author's outbox, if this reader may see it. */
export async function findSaid(
  db: Db,
  accountId: AccountId,
  viewer: Viewer,
  id: ActivityId,
): Promise<ActivityId | undefined> {
  const { rows } = await sql<{ id: ActivityId }>`
    SELECT activity.id FROM activity
    WHERE activity.id = ${id}::bigint AND activity.account_id = ${accountId}::bigint
      AND ${activityReadableBy(viewer)}`.execute(db)
  return rows[0]?.id
}

/** As many as are looked at for one page of a narrowed list, so that a rare find costs no more than a frequent one. */
const LOOKED_AT = 2000

/**
 * Those of the next two thousand that fit, the latest first.
 * @returns `next`: where the looking ended, undefined at the end of the list
 */
export async function searchActivities(
  db: Db,
  accountId: AccountId,
  viewer: Viewer,
  { past, limit }: Range,
  filter: SaidFilter,
): Promise<{ readonly items: readonly SaidView[]; readonly next?: string }> {
  const { where, rest } = keyset('activity.id', {
    limit: LOOKED_AT,
    ...(past === undefined ? {} : { past }),
  })
  const { rows } = await sql<SaidView & { fits: boolean }>`
    WITH near AS (
      SELECT id FROM activity
      WHERE account_id = ${accountId}::bigint AND ${where} AND ${sinceOf(filter)} ${rest}
    ), fitting AS (
      SELECT activity.id FROM near JOIN activity ON activity.id = near.id
      WHERE ${fits(filter)} AND ${viewer?.accountId === accountId ? sql`true` : saidTo(viewer)}
      ORDER BY activity.id DESC LIMIT ${limit + 1}
    )
    SELECT activity.id, activity.kind, activity.post_id AS "postId", activity.body, true AS fits,
      coalesce(said.edited_at > activity.created_at, false) AS outdated
    FROM fitting JOIN activity ON activity.id = fitting.id
    LEFT JOIN post AS said ON said.id = activity.post_id AND activity.kind = 'Create'
    UNION ALL
    (SELECT id, '', NULL, '', false, false FROM near ORDER BY id OFFSET 0 LIMIT CASE
      WHEN (SELECT count(*) FROM near) = ${LOOKED_AT} THEN 1 ELSE 0 END)`.execute(db)
  const found = rows.filter((row) => row.fits).sort((a, b) => (BigInt(a.id) < BigInt(b.id) ? 1 : -1))
  const items = found.slice(0, limit)
  const next = found.length > limit ? items.at(-1)?.id : rows.find((row) => !row.fits)?.id
  return next === undefined ? { items } : { items, next }
}

/** Ids sort by time, so a date is a place in the list. */
function sinceOf({ publishedAfter }: SaidFilter): RawBuilder<boolean> {
  if (publishedAfter === undefined) return sql<boolean>`true`
  return sql<boolean>`activity.id >= ${idAt(publishedAfter)}::bigint`
}

function fits({ type, objectType, object }: SaidFilter): RawBuilder<boolean> {
  const parts: RawBuilder<boolean>[] = [sql<boolean>`true`]
  if (type !== undefined) parts.push(sql<boolean>`activity.kind = ${type}`)
  if (objectType !== undefined)
    parts.push(
      about(
        sql`activity.object_types @> ARRAY[${objectType}::text]`,
        sql`activity.body::jsonb -> 'object' -> 'type' @> to_jsonb(${objectType}::text)`,
      ),
    )
  if (object !== undefined)
    parts.push(
      about(
        sql`activity.object_uri = ${object}`,
        sql`(activity.body::jsonb ->> 'object' = ${object} OR activity.body::jsonb -> 'object' ->> 'id' = ${object})`,
      ),
    )
  return sql.join(parts, sql` AND `) as RawBuilder<boolean>
}

/** By what is kept beside it; by itself only where nobody has looked yet, and it is small. */
function about(kept: RawBuilder<unknown>, within: RawBuilder<unknown>): RawBuilder<boolean> {
  return sql<boolean>`CASE WHEN activity.object_types IS NOT NULL THEN ${kept}
    WHEN octet_length(activity.body) <= ${LARGEST_READ} THEN ${within} ELSE false END`
}
