import { type RawBuilder, sql } from 'kysely'
import type { AccountId, NotificationId, PostId } from '../base/ids.ts'
import type { Db } from '../db/connect.ts'
import type { NotificationKind } from '../db/tables/posts.ts'
import { areApart, isMuted } from '../domain/blocks/find.ts'
import { isHeld } from '../domain/notifications/held-find.ts'
import { visibleTo } from '../domain/posts/audience.ts'
import type { PageQuery } from './pages.ts'
import { inOrder, keyset, type Range } from './ranges.ts'
import type { NotificationView, Page } from './view.ts'

/** Not of somebody from whom a block keeps them apart, nor of whom they mute. */
function isWanted(ownerId: AccountId) {
  const me = sql`${ownerId}::bigint`
  return sql<boolean>`NOT (${areApart(me, sql`account.id`, sql`account`)} OR ${isMuted(me, sql`account.id`, 'notifications')})`
}

function isKept(ownerId: AccountId, held: Held) {
  if (held === 'out') return sql<boolean>`NOT ${isHeld(ownerId, ['filter', 'drop'])}`
  const isThere = sql<boolean>`NOT ${isHeld(ownerId, ['drop'])}`
  return held === 'in' ? isThere : sql<boolean>`(${isThere} AND ${isHeld(ownerId, ['filter'])})`
}

/** What their policy keeps back: left out, in with the rest, or alone. What it drops is never there. */
export type Held = 'out' | 'in' | 'only'

/**
 * Whether somebody is still to be reminded of what they were told: not of what they may not see any more, nor of whom they
 * keep away. As a condition in a query of `notification`, with who it is from as `account`, its post as `post`, whose that
 * is as `author`, and its owner's policy as `policy`.
 */
function isShown(ownerId: AccountId, held: Held): RawBuilder<boolean> {
  return sql<boolean>`(${isWelcome(ownerId, held)}
    AND (notification.post_id IS NULL OR ${visibleTo({ accountId: ownerId }, sql`author`)}))`
}

/** All of it but whether they may see the post: for whoever looks at the posts as well, and needs no `author`. */
export function isWelcome(ownerId: AccountId, held: Held): RawBuilder<boolean> {
  return sql<boolean>`(${isKept(ownerId, held)}
    AND (notification.kind IN ('report', 'sign-up', 'warning') OR (account.suspended_at IS NULL AND ${isWanted(ownerId)})))`
}

/**
 * What `isWelcome` needs, for a query of one owner's that is written out: each looked up by its key, which is what it takes where
 * the notices are few and the accounts many. Unless told, a planner may read all accounts there are.
 */
export const besideNotice = (ownerId: AccountId) => sql`
  JOIN LATERAL (SELECT * FROM account WHERE account.id = notification.from_account_id OFFSET 0) AS account ON true
  LEFT JOIN LATERAL (SELECT * FROM post WHERE post.id = notification.post_id OFFSET 0) AS post ON true
  LEFT JOIN notification_policy AS policy ON policy.account_id = ${ownerId}::bigint`

/** What somebody was told, as far as they are still to be reminded of it. */
function notices(db: Db, ownerId: AccountId, held: Held = 'out') {
  return db
    .selectFrom('notification')
    .innerJoin('account', 'account.id', 'notification.from_account_id')
    .leftJoin('post', 'post.id', 'notification.post_id')
    .leftJoin('account as author', 'author.id', 'post.account_id')
    .leftJoin('notification_policy as policy', 'policy.account_id', 'notification.owner_id')
    .where('notification.owner_id', '=', ownerId)
    .where(isShown(ownerId, held))
}

const withParts = (query: ReturnType<typeof notices>) =>
  query
    .select((eb) => [
      'notification.id as noticeId',
      'notification.kind',
      'notification.post_id as postId',
      eb.fn.coalesce('post.url', 'post.uri').as('postUrl'),
      'notification.created_at as createdAt',
      'account.id',
      'account.uri',
      eb.fn.coalesce('account.url', 'account.uri').as('url'),
      'account.name',
      'account.host',
    ])
    .select(
      sql<string[]>`ARRAY(SELECT reaction.emoji FROM reaction
        WHERE notification.kind = 'reaction' AND reaction.post_id = notification.post_id
          AND reaction.account_id = notification.from_account_id AND reaction.emoji IS NOT NULL ORDER BY reaction.id)`.as(
        'emoji',
      ),
    )

type NoticeRow = Awaited<ReturnType<ReturnType<typeof withParts>['execute']>>[number]

function noticeFrom({
  noticeId,
  kind,
  emoji,
  postId,
  postUrl,
  createdAt,
  ...from
}: NoticeRow): NotificationView {
  const { id, uri, url, name, host } = from
  return { id: noticeId, kind, emoji, postId, postUrl, createdAt, from: { id, uri, url, name, host } }
}

/** What somebody was told, newest first. */
export async function listNotifications(
  db: Db,
  ownerId: AccountId,
  options: { readonly maxId?: NotificationId; readonly limit: number },
): Promise<Page<NotificationView>> {
  const rows = await withParts(notices(db, ownerId))
    .$if(options.maxId !== undefined, (query) =>
      query.where('notification.id', '<', options.maxId as NotificationId),
    )
    .orderBy('notification.id', 'desc')
    .limit(options.limit + 1)
    .execute()
  const items = rows.slice(0, options.limit).map(noticeFrom)
  const last = items.at(-1)
  return rows.length > options.limit && last ? { items, next: last.id } : { items }
}

/** The same with what it takes to say it as an activity. */
export interface NoticeView extends NotificationView {
  /** the id of the Like or Follow that it tells of */
  readonly activityUri: string | null
  /** of a boost, the boost */
  readonly boostId: PostId | null
  readonly postUri: string | null
  /** where whom it tells of has moved to */
  readonly movedToUri: string | null
}

const withActivity = (query: ReturnType<typeof notices>) =>
  withParts(query)
    .select(['post.uri as postUri', 'account.moved_to_uri as movedToUri'])
    .select([
      sql<string | null>`CASE WHEN notification.kind IN ('like', 'reaction') THEN (
          SELECT reaction.uri FROM reaction WHERE reaction.post_id = notification.post_id
            AND reaction.account_id = notification.from_account_id
            AND (reaction.emoji IS NULL) = (notification.kind = 'like') ORDER BY reaction.id LIMIT 1)
        WHEN notification.kind IN ('follow', 'follow_request') THEN (
          SELECT follow.uri FROM follow WHERE follow.followed_id = notification.owner_id
            AND follow.follower_id = notification.from_account_id) END`.as('activityUri'),
      sql<PostId | null>`CASE WHEN notification.kind = 'boost' THEN (
        SELECT boost.id FROM post AS boost WHERE boost.boost_of_id = notification.post_id
          AND boost.account_id = notification.from_account_id) END`.as('boostId'),
    ])
    // Reports are for moderators, and the Flag that they came as is for nobody else; who signs up says so to nobody.
    .where('notification.kind', 'not in', ['report', 'sign-up', 'warning'])

/** A piece of what somebody was told, or the one of that id. */
export async function listNotices(
  db: Db,
  ownerId: AccountId,
  range: Range | NotificationId,
): Promise<{
  readonly items: readonly NoticeView[]
  readonly more: boolean
  readonly reached?: NotificationId
}> {
  const piece = typeof range === 'string' ? { limit: 1 } : range
  const { where } = keyset('notification.id', piece)
  const rows = await withActivity(notices(db, ownerId))
    .where(where)
    .$if(typeof range === 'string', (query) => query.where('notification.id', '=', range as NotificationId))
    .orderBy('notification.id', piece.back === undefined ? 'desc' : 'asc')
    .limit(piece.limit + 1)
    .execute()
  const found = rows.slice(0, piece.limit)
  const items = found.map(({ activityUri, boostId, postUri, movedToUri, ...row }) => {
    return { ...noticeFrom(row), activityUri, boostId, postUri, movedToUri }
  })
  const reached = items.at(-1)?.id
  return { items: inOrder(items, piece), more: rows.length > piece.limit, ...(reached && { reached }) }
}

/** What somebody was told, and nothing beside it. */
export interface Told {
  readonly id: NotificationId
  readonly kind: NotificationKind
  /** who did it; of a report, who made it */
  readonly fromId: AccountId
  /** of a report, whom it is about */
  readonly aboutId?: AccountId
  readonly postId: PostId | null
  readonly createdAt: Date
}

/** Which of it is asked for. */
export interface ToldQuery extends PageQuery {
  readonly kinds: readonly NotificationKind[]
  readonly fromId?: AccountId
  readonly held?: Held
}

/** A report is told of as being of whom it is about; who made the last of them is who did it. */
export const whoDid = sql<AccountId>`(CASE WHEN notification.kind = 'report' THEN coalesce((
    SELECT report.reporter_id FROM report WHERE report.target_id = notification.from_account_id
      AND report.resolved_at IS NULL ORDER BY report.id DESC LIMIT 1), notification.from_account_id)
  ELSE notification.from_account_id END)`

/** All that somebody was told and is still to be reminded of: what pages and groups are made of. */
export const told = (db: Db, ownerId: AccountId, held?: Held) =>
  notices(db, ownerId, held).select([
    'notification.id',
    'notification.kind',
    whoDid.as('fromId'),
    'notification.from_account_id as aboutId',
    'notification.post_id as postId',
    'notification.created_at as createdAt',
  ])

/** One thing that somebody was told, whatever it is. */
export async function findTold(db: Db, ownerId: AccountId, id: NotificationId): Promise<Told | undefined> {
  return told(db, ownerId, 'in').where('notification.id', '=', id).executeTakeFirst()
}

/** Numbers of JavaScript tell ids apart that differ by more. */
const ROUNDED_BY = 32n

/** The same for an app that was given the id as a number, if this is one that has lost its last digits. */
export async function findRounded(db: Db, ownerId: AccountId, id: NotificationId): Promise<Told | undefined> {
  if (String(Number(id)) !== id) return undefined
  const bound = (by: bigint) => String(BigInt(id) + by) as NotificationId
  const near = await told(db, ownerId, 'in')
    .where('notification.id', '>=', bound(-ROUNDED_BY))
    .where('notification.id', '<=', bound(ROUNDED_BY))
    .orderBy('notification.id')
    .execute()
  return near.find((each) => Number(each.id) === Number(id))
}

/** What is kept back of these. */
export async function listHeldIds(
  db: Db,
  ownerId: AccountId,
  fromIds: readonly AccountId[],
): Promise<readonly NotificationId[]> {
  const rows = await told(db, ownerId, 'only')
    .where('notification.from_account_id', '=', sql<AccountId>`any(${fromIds}::bigint[])`)
    .execute()
  return rows.map(({ id }) => id)
}

/** Whoever was told more often is not counted further. */
const COUNTED = 10_000

/** How often somebody was told of something, as far as they are still to be reminded of it. */
export async function countNotices(db: Db, ownerId: AccountId): Promise<number> {
  const { n } = await db
    .selectFrom(
      notices(db, ownerId)
        .select('notification.id')
        .where('notification.kind', 'not in', ['report', 'sign-up', 'warning'])
        .limit(COUNTED)
        .as('told'),
    )
    .select((eb) => eb.fn.countAll<string>().as('n'))
    .executeTakeFirstOrThrow()
  return Number(n)
}
