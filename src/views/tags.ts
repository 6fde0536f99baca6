import { sql } from 'kysely'
import { type AccountId, idAt } from '../base/ids.ts'
import type { Db } from '../db/connect.ts'
import { newestFirst, type PageQuery, pageBy } from './pages.ts'
import type { Viewer } from './view.ts'

/** How often a hashtag was used on a day, and by how many. */
export interface Day {
  /** midnight */
  readonly day: Date
  readonly uses: number
  readonly accounts: number
}

/** A hashtag as one reader knows it. */
export interface HashtagView {
  readonly id: string
  readonly name: string
  readonly displayName: string
  /** the newest day first */
  readonly history: readonly Day[]
  /** only for somebody */
  readonly following?: boolean
  readonly featuring?: boolean
}

const DAY = 86_400_000
const DAYS = 7
/** Of each hashtag no more is counted than this, the newest of it; and of several together no more than that. */
const MOST_COUNTED = 2000
const MOST_TOGETHER = 8000

/** Of a hashtag that nobody has used here yet. */
export const UNKNOWN_TAG = '0'

/** Hashtags by their names in lower case, also those that nobody has used here yet. In two queries. */
export async function viewTags(
  db: Db,
  names: readonly string[],
  viewer: Viewer,
  now: Date,
): Promise<Map<string, HashtagView>> {
  if (names.length === 0) return new Map()
  const me = sql`${viewer?.accountId ?? null}::bigint`
  const { rows } = await sql<Omit<Required<HashtagView>, 'history'>>`
    SELECT coalesce(hashtag.id, 0) AS id, wanted.name, coalesce(hashtag.display_name, wanted.name) AS "displayName",
      EXISTS (SELECT 1 FROM tag_follow WHERE tag_follow.hashtag_id = hashtag.id AND tag_follow.account_id = ${me}) AS following,
      EXISTS (SELECT 1 FROM featured_tag WHERE featured_tag.name = wanted.name AND featured_tag.account_id = ${me}) AS featuring
    FROM unnest(${names}::text[]) AS wanted (name) LEFT JOIN hashtag ON hashtag.name = wanted.name`.execute(
    db,
  )
  const ids = rows.map(({ id }) => id)
  const counted = await countDays(db, ids, now)
  return new Map(
    rows.map(({ following, featuring, ...tag }) => [
      tag.name,
      {
        ...tag,
        history: historyOf((day) => counted.get(`${tag.id} ${day}`), now),
        ...(viewer && { following, featuring }),
      },
    ]),
  )
}

type Counted = ReadonlyMap<string, { readonly uses: number; readonly accounts: number }>

async function countDays(db: Db, ids: readonly string[], now: Date): Promise<Counted> {
  const each = Math.min(MOST_COUNTED, Math.ceil(MOST_TOGETHER / Math.max(1, ids.length)))
  const first = idAt(new Date((today(now) - DAYS + 1) * DAY))
  const { rows } = await sql<{ id: string; day: number; uses: number; accounts: number }>`
    SELECT wanted.id, used.day, count(*)::int AS uses, count(DISTINCT used.account_id)::int AS accounts
    FROM unnest(${ids}::bigint[]) AS wanted (id) CROSS JOIN LATERAL (
      SELECT ((post.id >> 16) / ${DAY})::int AS day, post.account_id
      FROM post_hashtag JOIN post ON post.id = post_hashtag.post_id
      WHERE post_hashtag.hashtag_id = wanted.id AND post_hashtag.post_id >= ${first}::bigint
        AND post.visibility = 'public'
      ORDER BY post_hashtag.post_id DESC LIMIT ${each}
    ) AS used GROUP BY wanted.id, used.day`.execute(db)
  return new Map(rows.map(({ id, day, ...count }) => [`${id} ${day}`, count]))
}

type Count = { readonly uses: number; readonly accounts: number }

/** The last days, today first. @param count of a day since 1970; undefined for none */
export function historyOf(count: (day: number) => Count | undefined, now: Date): Day[] {
  return Array.from({ length: DAYS }, (_, back) => {
    const day = today(now) - back
    const { uses = 0, accounts = 0 } = count(day) ?? {}
    return { day: new Date(day * DAY), uses, accounts }
  })
}

const today = (now: Date) => Math.floor(now.getTime() / DAY)

/** The hashtags that somebody follows, the one followed last first. */
export async function listFollowedTags(
  db: Db,
  accountId: AccountId,
  query: PageQuery,
): Promise<readonly { readonly key: string; readonly name: string }[]> {
  const { where, rest } = pageBy('tag_follow.id', query)
  const { rows } = await sql<{ key: string; name: string }>`
    SELECT tag_follow.id AS key, hashtag.name FROM tag_follow JOIN hashtag ON hashtag.id = tag_follow.hashtag_id
    WHERE tag_follow.account_id = ${accountId}::bigint AND ${where} ${rest}`.execute(db)
  return newestFirst(rows, query)
}
