import { sql } from 'kysely'
import type { AccountId, NotificationId, PostId } from '../base/ids.ts'
import type { Db } from '../db/connect.ts'
import type { NotificationKind } from '../db/tables/posts.ts'
import { GROUP_MS, type Group, type GroupedKind, groupOf } from '../domain/notifications/group.ts'
import { findTold, listTold, type Told, type ToldQuery, told } from './notifications.ts'
import { newestFirst, type PageQuery, pageBy } from './pages.ts'

/** What somebody was told together. */
export interface GroupView {
  readonly group: Group
  readonly kind: NotificationKind
  readonly postId: PostId | null
  readonly count: number
  readonly newestId: NotificationId
  /** some of those who did it, the last of them first */
  readonly fromIds: readonly AccountId[]
  /** what of it belongs to the page that was asked for */
  readonly page?: { readonly minId: NotificationId; readonly maxId: NotificationId; readonly at: Date }
}

const SAMPLE = 8
/** So many times as many are read as groups are asked for, and no more than so many. */
const READ_FOR_EACH = 10
const MOST_READ = 400

export interface GroupPage {
  readonly groups: readonly GroupView[]
  /** the oldest that belongs to the page, when there may be more */
  readonly next?: NotificationId | undefined
  readonly prev?: NotificationId | undefined
}

/**
 * A page of what somebody was told, with what belongs together in one place, newest first. A group that goes on beyond
 * the end of its page is met again on the next, by the same name.
 */
export async function listGroups(
  db: Db,
  ownerId: AccountId,
  query: ToldQuery,
  grouped: readonly GroupedKind[],
): Promise<GroupPage> {
  const limit = Math.min(query.limit * READ_FOR_EACH, MOST_READ)
  const rows = await listTold(db, ownerId, { ...query, limit })
  const found = firstGroups(query.minId === undefined ? rows : rows.toReversed(), query.limit, grouped)
  const items = newestFirst(found.items, query)
  const groups = [...byGroup(items, grouped).values()]
  const totals = await totalsOf(db, ownerId, groups)
  const isFull = found.groups >= query.limit || rows.length >= limit
  return {
    groups: groups.flatMap((each) => viewFrom(each, totals)),
    next: isFull ? items.at(-1)?.id : undefined,
    prev: items[0]?.id,
  }
}

/** All of a group; undefined when there is nothing of it. */
export async function findGroup(db: Db, ownerId: AccountId, group: Group): Promise<GroupView | undefined> {
  if ('id' in group) {
    const one = await findTold(db, ownerId, group.id)
    return one && { ...aloneFrom(one), group }
  }
  const total = (await totalsOf(db, ownerId, [{ group, items: [] }])).get(nameOf(group))
  return total && { group, kind: group.kind, postId: group.postId, ...total }
}

/** A page of what a group is made of, newest first. */
export async function listGroup(
  db: Db,
  ownerId: AccountId,
  group: Group,
  page: PageQuery,
): Promise<readonly Told[]> {
  const rows = await told(db, ownerId)
    .where(pageBy('notification.id', page).where)
    .where('id' in group ? sql<boolean>`notification.id = ${group.id}::bigint` : isOf(group))
    .orderBy('notification.id', page.minId === undefined ? 'desc' : 'asc')
    .limit(page.limit)
    .execute()
  return newestFirst(rows, page)
}

/** How many groups there are of what is newest, as far as so many are counted. */
export async function countGroups(
  db: Db,
  ownerId: AccountId,
  query: ToldQuery,
  grouped: readonly GroupedKind[],
): Promise<number> {
  const rows = await listTold(db, ownerId, { ...query, limit: MOST_READ })
  return Math.min(byGroup(rows, grouped).size, query.limit)
}

interface Gathered {
  readonly group: Group
  readonly items: Told[]
}

/** As far as there is room for groups. */
function firstGroups(rows: readonly Told[], most: number, grouped: readonly GroupedKind[]) {
  const names = new Set<string>()
  for (const [at, row] of rows.entries()) {
    const name = nameOf(groupOf(row, grouped))
    if (!names.has(name) && names.size === most) return { items: rows.slice(0, at), groups: names.size }
    names.add(name)
  }
  return { items: rows, groups: names.size }
}

function byGroup(items: readonly Told[], grouped: readonly GroupedKind[]): Map<string, Gathered> {
  const groups = new Map<string, Gathered>()
  for (const item of items) {
    const group = groupOf(item, grouped)
    const known = groups.get(nameOf(group))
    if (known) known.items.push(item)
    else groups.set(nameOf(group), { group, items: [item] })
  }
  return groups
}

function nameOf(group: Group): string {
  return 'id' in group ? group.id : `${group.kind} ${group.postId ?? ''} ${group.span}`
}

type Total = Pick<GroupView, 'count' | 'newestId' | 'fromIds'>

function viewFrom({ group, items }: Gathered, totals: ReadonlyMap<string, Total>): GroupView[] {
  const [newest, oldest] = [items[0], items.at(-1)]
  if (!newest || !oldest) return []
  const page = { minId: oldest.id, maxId: newest.id, at: newest.createdAt }
  return [{ ...aloneFrom(newest), ...totals.get(nameOf(group)), group, page }]
}

function aloneFrom({ id, kind, postId, fromId }: Told): Omit<GroupView, 'group'> {
  return { kind, postId, count: 1, newestId: id, fromIds: [fromId] }
}

/** What belongs to groups altogether, beyond any page: one query for all of them, none where all stand alone. */
async function totalsOf(
  db: Db,
  ownerId: AccountId,
  groups: readonly Gathered[],
): Promise<ReadonlyMap<string, Total>> {
  const grouped = groups.flatMap(({ group }) => ('id' in group ? [] : [group]))
  if (grouped.length === 0) return new Map()
  const { rows } = await sql<Total & { place: string }>`
    SELECT asked.place, count(*)::int AS count, max(told.id) AS "newestId",
      (array_agg(told."fromId" ORDER BY told.id DESC))[1:${SAMPLE}::int] AS "fromIds"
    FROM unnest(${grouped.map(({ kind }) => kind)}::text[], ${grouped.map(({ postId }) => postId)}::bigint[],
      ${grouped.map(({ span }) => startOf(span))}::timestamptz[], ${grouped.map(({ span }) => startOf(span + 1))}::timestamptz[])
      WITH ORDINALITY AS asked (kind, post_id, since, until, place)
    JOIN ${told(db, ownerId)} AS told ON told.kind = asked.kind AND told."postId" IS NOT DISTINCT FROM asked.post_id
      AND told."createdAt" >= asked.since AND told."createdAt" < asked.until
    GROUP BY asked.place`.execute(db)
  return new Map(
    rows.flatMap(({ place, ...total }) => {
      const group = grouped[Number(place) - 1]
      return group ? [[nameOf(group), total]] : []
    }),
  )
}

function isOf({ kind, postId, span }: Exclude<Group, { id: NotificationId }>) {
  return sql<boolean>`(notification.kind = ${kind} AND notification.post_id IS NOT DISTINCT FROM ${postId}::bigint
    AND notification.created_at >= ${startOf(span)}::timestamptz
    AND notification.created_at < ${startOf(span + 1)}::timestamptz)`
}

function startOf(span: number): string {
  return new Date(span * GROUP_MS).toISOString()
}
