import { type RawBuilder, sql } from 'kysely'
import type { AccountId, PostId } from '../base/ids.ts'
import type { Db } from '../db/connect.ts'
import type { TrendDay } from '../db/tables/trends.ts'
import { shownTo } from '../domain/posts/audience.ts'
import { decided } from '../domain/trends/find.ts'
import { mentionsOfAccounts } from './accounts.ts'
import { type CardRow, cardFrom, pageFields } from './cards.ts'
import { newestFirst, type PageQuery, pageBy } from './pages.ts'
import { type Day, type HashtagView, historyOf } from './tags.ts'
import type { CardView, Viewer } from './view.ts'

/** Which part of a list that has an order of its own. */
export interface Part {
  readonly offset: number
  readonly limit: number
}

/** What was decided about one: null as long as nobody has. */
export interface Decided {
  readonly approved: boolean | null
}

/** Everybody sees what nobody has refused; who decides sees all. */
export type Eyes = 'everybody' | 'staff'

const order = ({ offset, limit }: Part) =>
  sql`ORDER BY trend.score DESC, trend.subject_id LIMIT ${limit} OFFSET ${offset}`
const unlessRefused = (eyes: Eyes, approved: RawBuilder<unknown>) =>
  eyes === 'staff' ? sql`true` : sql`coalesce(${approved}, true)`

/** A hashtag that many use now. */
export type TrendingTag = HashtagView & Decided

export async function listTrendingTags(
  db: Db,
  viewer: Viewer,
  part: Part,
  now: Date,
  eyes: Eyes = 'everybody',
): Promise<readonly TrendingTag[]> {
  const approved = decided('tag', sql`hashtag.id`)
  return tagsBy(
    db,
    viewer,
    now,
    sql`FROM trend JOIN hashtag ON hashtag.id = trend.subject_id
      WHERE trend.kind = 'tag' AND ${unlessRefused(eyes, approved)} ${order(part)}`,
  )
}

/** One hashtag, whether many use it or not. */
export async function viewTagForStaff(db: Db, id: string, now: Date): Promise<TrendingTag | undefined> {
  const found = await tagsBy(
    db,
    undefined,
    now,
    sql`FROM hashtag LEFT JOIN trend ON trend.kind = 'tag' AND trend.subject_id = hashtag.id
      WHERE hashtag.id = ${id}::bigint`,
  )
  return found[0]
}

/** All hashtags that are known, the newest first. */
export async function listTagsForStaff(db: Db, query: PageQuery, now: Date): Promise<readonly TrendingTag[]> {
  const { where, rest } = pageBy('hashtag.id', query)
  const from = sql`FROM hashtag LEFT JOIN trend ON trend.kind = 'tag' AND trend.subject_id = hashtag.id
    WHERE ${where} ${rest}`
  return newestFirst(await tagsBy(db, undefined, now, from), query)
}

async function tagsBy(
  db: Db,
  viewer: Viewer,
  now: Date,
  from: RawBuilder<unknown>,
): Promise<readonly TrendingTag[]> {
  const me = sql`${viewer?.accountId ?? null}::bigint`
  type Row = Omit<Required<HashtagView>, 'history'> & Decided & { readonly days: readonly TrendDay[] | null }
  const { rows } = await sql<Row>`
    SELECT hashtag.id, hashtag.name, hashtag.display_name AS "displayName", trend.days,
      ${decided('tag', sql`hashtag.id`)} AS approved,
      EXISTS (SELECT 1 FROM tag_follow WHERE tag_follow.hashtag_id = hashtag.id AND tag_follow.account_id = ${me}) AS following,
      EXISTS (SELECT 1 FROM featured_tag WHERE featured_tag.name = hashtag.name AND featured_tag.account_id = ${me}) AS featuring
    ${from}`.execute(db)
  return rows.map(({ days, following, featuring, ...tag }) => ({
    ...tag,
    history: daysFrom(days, now),
    ...(viewer && { following, featuring }),
  }))
}

function daysFrom(days: readonly TrendDay[] | null, now: Date): Day[] {
  const counted = new Map((days ?? []).map((day) => [day.day, day]))
  return historyOf((day) => counted.get(day), now)
}

/** The posts that many like and boost now, as far as a reader may come upon them. */
export async function listTrendingPosts(
  db: Db,
  viewer: Viewer,
  part: Part,
  eyes: Eyes = 'everybody',
): Promise<readonly ({ readonly id: PostId } & Decided)[]> {
  const approved = decided('post', sql`post.id`)
  const { rows } = await sql<{ id: PostId } & Decided>`
    SELECT post.id, ${approved} AS approved FROM trend JOIN post ON post.id = trend.subject_id
    WHERE trend.kind = 'post' AND ${unlessRefused(eyes, approved)}
      AND ${STILL_OPEN} AND ${shownTo(viewer)} ${order(part)}`.execute(db)
  return rows
}

/** Since it was counted its author may have changed it, or their mind. */
const STILL_OPEN = sql`post.visibility = 'public' AND NOT post.sensitive AND post.summary = ''
  AND EXISTS (SELECT 1 FROM account WHERE account.id = post.account_id AND account.discoverable)`

/** What was decided about a post. */
export async function viewPostDecision(db: Db, id: PostId): Promise<boolean | null> {
  const { rows } = await sql<Decided>`SELECT ${decided('post', sql`${id}::bigint`)} AS approved`.execute(db)
  return rows[0]?.approved ?? null
}

/** A page that many link to now. */
export interface TrendingLink extends Decided {
  readonly id: string
  readonly card: CardView
  readonly history: readonly Day[]
}

export async function listTrendingLinks(
  db: Db,
  part: Part,
  now: Date,
  eyes: Eyes = 'everybody',
): Promise<readonly TrendingLink[]> {
  return linksBy(
    db,
    now,
    sql`FROM trend JOIN preview ON preview.id = trend.subject_id
      WHERE trend.kind = 'link' AND preview.title IS NOT NULL AND ${unlessRefused(eyes, ofLink)} ${order(part)}`,
  )
}

/** One page, whether many link to it or not. */
export async function viewLinkForStaff(db: Db, id: string, now: Date): Promise<TrendingLink | undefined> {
  const found = await linksBy(
    db,
    now,
    sql`FROM preview LEFT JOIN trend ON trend.kind = 'link' AND trend.subject_id = preview.id
      WHERE preview.id = ${id}::bigint`,
  )
  return found[0]
}

const ofLink = sql<boolean | null>`coalesce(${decided('link', sql`preview.id`)},
  ${decided('publisher', sql`trend.publisher_id`)})`

async function linksBy(db: Db, now: Date, from: RawBuilder<unknown>): Promise<readonly TrendingLink[]> {
  type Row = { readonly id: string; readonly card: CardRow; readonly days: TrendDay[] | null } & Decided
  const { rows } = await sql<Row>`
    SELECT preview.id, trend.days, ${ofLink} AS approved, json_build_object('carried', NULL, 'creatorId', (
      SELECT creator.id::text FROM account AS creator WHERE creator.id = preview.creator_id
        AND creator.deleted_at IS NULL AND creator.suspended_at IS NULL), ${pageFields}) AS card
    ${from}`.execute(db)
  const creators = await mentionsOfAccounts(
    db,
    rows.flatMap(({ card }): AccountId[] => (card.creatorId ? [card.creatorId] : [])),
  )
  return rows.flatMap(({ id, approved, card: row, days }) => {
    const card = cardFrom(row, creators)
    return card ? [{ id, approved, card, history: daysFrom(days, now) }] : []
  })
}

/** A host whose pages many spoke of at some time. */
export interface PublisherView extends Decided {
  readonly id: string
  readonly host: string
  readonly createdAt: Date
  readonly reviewedAt: Date | null
}

/** The newest first; one of them by its id. */
export async function listPublishers(
  db: Db,
  { offset, limit, id }: Part & { readonly id?: string },
): Promise<readonly PublisherView[]> {
  const { rows } = await sql<PublisherView>`
    SELECT publisher.id, publisher.host, publisher.created_at AS "createdAt", review.approved,
      review.reviewed_at AS "reviewedAt"
    FROM publisher LEFT JOIN trend_review AS review ON review.kind = 'publisher' AND review.subject_id = publisher.id
    WHERE ${id === undefined ? sql`true` : sql`publisher.id = ${id}::bigint`}
    ORDER BY publisher.id DESC LIMIT ${limit} OFFSET ${offset}`.execute(db)
  return rows
}
