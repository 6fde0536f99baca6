import { sql } from 'kysely'
import { type AccountId, idAt, type NotificationId, type PostId } from '../base/ids.ts'
import { compiled } from '../db/compiled.ts'
import type { Db } from '../db/connect.ts'
import type { NotificationKind } from '../db/tables/posts.ts'
import { GROUP_MS, type Group, type GroupedKind, groupOf } from '../domain/notifications/group.ts'
import {
  besideNotice,
  findTold,
  type Held,
  isWelcome,
  type Told,
  type ToldQuery,
  told,
  whoDid,
} from './notifications.ts'
import { newestFirst, type PageQuery, pageBy } from './pages.ts'
import { catchUp } from './shelf.ts'
import { listTold, visibleAmong } from './told-pieces.ts'

/** What somebody was told together. */
export interface GroupView {
  readonly group: Group
  readonly kind: NotificationKind
  readonly postId: PostId | null
  readonly count: number
  readonly newestId: NotificationId
  /** some of those who did it, the last of them first */
  readonly fromIds: readonly AccountId[]
  /** of a report, whom it is about */
  readonly aboutId?: AccountId | undefined
  /** what of it belongs to the page that was asked for */
  readonly page?: { readonly minId: NotificationId; readonly maxId: NotificationId; readonly at: Date }
}

const SAMPLE = 8
/** So many times as many are read as groups are asked for; where they make fewer groups, more, but no more than so many. */
const READ_FOR_EACH = 4
const MOST_FOR_EACH = 10
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
  const { rows, ended } = await readForGroups(db, ownerId, query, grouped)
  const found = firstGroups(rows, query.limit, grouped)
  const items = newestFirst(found.items, query)
  const groups = [...byGroup(items, grouped).values()]
  const whole = wholeGroups(newestFirst(rows, query), query, ended, grouped)
  const open = groups.filter(({ group }) => !whole.has(nameOf(group)))
  const totals = new Map([...whole, ...(await totalsOf(db, ownerId, open, query.held))])
  const isFull = found.groups >= query.limit || !ended
  return {
    groups: groups.flatMap((each) => viewFrom(each, totals)),
    next: isFull ? items.at(-1)?.id : undefined,
    prev: items[0]?.id,
  }
}

/** Enough for as many groups as are asked for, in the order in which it is asked for. */
async function readForGroups(
  db: Db,
  ownerId: AccountId,
  query: ToldQuery,
  grouped: readonly GroupedKind[],
): Promise<{ readonly rows: readonly Told[]; readonly ended: boolean }> {
  const most = Math.min(query.limit * MOST_FOR_EACH, MOST_READ)
  const first = Math.min(query.limit * READ_FOR_EACH, most)
  const piece = async (from: Partial<ToldQuery>, limit: number) =>
    newestFirst(await listTold(db, ownerId, { ...query, ...from, limit }), query)
  const rows = await piece({}, first)
  const last = rows.at(-1)
  if (rows.length < first || !last) return { rows, ended: true }
  // One more than it takes, so that what comes last is known to be whole.
  if (byGroup(rows, grouped).size > query.limit || first === most) return { rows, ended: false }
  const more = await piece(query.minId === undefined ? { maxId: last.id } : { minId: last.id }, most - first)
  return { rows: [...rows, ...more], ended: more.length < most - first }
}

/** Ids and times are given by different clocks. */
const APART_MS = 60_000

/**
 * The groups of which all was read, by their names: those whose span lies within what was read.
 * @param rows newest first
 */
function wholeGroups(
  rows: readonly Told[],
  { maxId, minId, sinceId, fromId }: ToldQuery,
  ended: boolean,
  grouped: readonly GroupedKind[],
): Map<string, Total> {
  const [newest, oldest] = [rows[0], rows.at(-1)]
  if (!newest || !oldest || fromId !== undefined) return new Map()
  const isUp = minId !== undefined
  const until =
    maxId === undefined && (!isUp || ended) ? Number.POSITIVE_INFINITY : newest.createdAt.getTime() - APART_MS
  const since =
    ended && !isUp && sinceId === undefined ? Number.NEGATIVE_INFINITY : oldest.createdAt.getTime() + APART_MS
  const whole = [...byGroup(rows, grouped)].filter(([, { group }]) => {
    if ('id' in group) return true
    return group.span * GROUP_MS >= since && (group.span + 1) * GROUP_MS <= until
  })
  return new Map(whole.map(([name, { items }]) => [name, totalOf(items)]))
}

function totalOf(items: readonly Told[]): Total {
  return {
    count: items.length,
    newestId: items[0]?.id as NotificationId,
    fromIds: items.slice(0, SAMPLE).map(({ fromId }) => fromId),
  }
}

/** All of a group; undefined when there is nothing of it. */
export async function findGroup(db: Db, ownerId: AccountId, group: Group): Promise<GroupView | undefined> {
  if ('id' in group) {
    const one = await findTold(db, ownerId, group.id)
    return one && { ...aloneFrom(one), group }
  }
  await catchUp(db)
  const [totals, posts] = await Promise.all([
    totalsOf(db, ownerId, [{ group }]),
    visibleAmong(db, ownerId, [group]),
  ])
  if (group.postId !== null && !posts.has(group.postId)) return undefined
  const total = totals.get(nameOf(group))
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

function aloneFrom({ id, kind, postId, fromId, aboutId }: Told): Omit<GroupView, 'group'> {
  return { kind, postId, count: 1, newestId: id, fromIds: [fromId], aboutId }
}

/**
 * What belongs to groups altogether, beyond any page: one query for all of them, none where all stand alone. That their
 * owner may see the posts that they are of is known.
 */
async function totalsOf(
  db: Db,
  ownerId: AccountId,
  groups: readonly Pick<Gathered, 'group'>[],
  held: Held = 'out',
): Promise<ReadonlyMap<string, Total>> {
  const grouped = groups.flatMap(({ group }) => ('id' in group ? [] : [group]))
  if (grouped.length === 0) return new Map()
  const rows = await totals[held === 'out' ? 'out' : 'in'](
    db,
    ownerId,
    grouped.map(({ kind }) => kind),
    grouped.map(({ postId }) => postId),
    grouped.map(({ span }) => startOf(span)),
    grouped.map(({ span }) => startOf(span + 1)),
    grouped.map(({ span }) => idAt(new Date(span * GROUP_MS - APART_MS))),
    grouped.map(({ span }) => idAt(new Date((span + 1) * GROUP_MS + APART_MS))),
  )
  return new Map(
    rows.flatMap(({ place, ...total }) => {
      const group = grouped[Number(place) - 1]
      return group && total.count > 0 ? [[nameOf(group), total]] : []
    }),
  )
}

type Texts = readonly (string | null)[]
type FindTotals = (
  db: Db,
  ownerId: AccountId,
  ...columns: readonly [Texts, Texts, Texts, Texts, Texts, Texts]
) => Promise<(Total & { readonly place: string })[]>

const totals: Readonly<Record<'in' | 'out', FindTotals>> = { in: findTotals('in'), out: findTotals('out') }

/**
 * What is of a post is found by it; what is of none, by when it was. The planner is not shown how many are asked for: it
 * would make a plan for each call, which takes longer than to do it.
 */
function findTotals(held: Held): FindTotals {
  return compiled(`views.notice-totals-${held}`, (_, ownerId, kinds, posts, since, until, above, below) => ({
    compile: (db) => {
      const within = sql`kind = asked.kind AND created_at >= asked.since AND created_at < asked.until`
      const mine = sql`SELECT * FROM notification WHERE owner_id = ${ownerId}::bigint`
      return sql<Total & { place: string }>`
        SELECT asked.place, count(*)::int AS count, max(notification.id) AS "newestId",
          (array_agg(${whoDid} ORDER BY notification.id DESC))[1:${SAMPLE}::int] AS "fromIds"
        FROM unnest((SELECT ${kinds}::text[]), (SELECT ${posts}::bigint[]), (SELECT ${since}::timestamptz[]),
            (SELECT ${until}::timestamptz[]), (SELECT ${above}::bigint[]), (SELECT ${below}::bigint[]))
          WITH ORDINALITY AS asked (kind, post_id, since, until, above, below, place)
        CROSS JOIN LATERAL (
          ${mine} AND post_id = asked.post_id AND ${within}
          UNION ALL
          ${mine} AND asked.post_id IS NULL AND post_id IS NULL AND id > asked.above AND id < asked.below AND ${within}
        ) AS notification ${besideNotice(ownerId as AccountId)}
        WHERE ${isWelcome(ownerId as AccountId, held)}
        GROUP BY asked.place`.compile(db)
    },
  }))
}

function isOf({ kind, postId, span }: Exclude<Group, { id: NotificationId }>) {
  return sql<boolean>`(notification.kind = ${kind} AND notification.post_id IS NOT DISTINCT FROM ${postId}::bigint
    AND notification.created_at >= ${startOf(span)}::timestamptz
    AND notification.created_at < ${startOf(span + 1)}::timestamptz)`
}

function startOf(span: number): string {
  return new Date(span * GROUP_MS).toISOString()
}
