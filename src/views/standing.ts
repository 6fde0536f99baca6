import { type RawBuilder, sql } from 'kysely'
import type { AccountId, PostId } from '../base/ids.ts'
import { compiled } from '../db/compiled.ts'
import type { Db } from '../db/connect.ts'
import { visibleTo } from '../domain/posts/audience.ts'
import { type Mine, mineFrom, mineOf } from './mine.ts'
import { leadsOf } from './shelf.ts'
import { authorStamp, postStamp, stampTables } from './stamps.ts'
import type { Viewer } from './view.ts'

/** A post as one reader may have it: that they may see it, what belongs to it, and what they did to it. */
export interface Standing extends Stamped {
  /** in a poll, the places of the answers that they chose */
  readonly chosen: readonly number[] | null
  /** null for nobody in particular */
  readonly mine: Mine | null
}

/** What a post and its author are made of just now: what is alike shows the same. */
export interface Stamped {
  readonly id: PostId
  readonly stamp: string
  readonly authorId: AccountId
  readonly authorStamp: string
  readonly boostOfId: PostId | null
  /** what it quotes with the leave of its author; whether a reader may see that is said by whether it stands here too */
  readonly quotedId: PostId | null
}

export interface StandingRow extends Omit<Standing, 'mine'> {
  /** for `mineFrom` */
  readonly mine: number | null
}

/**
 * A query for those of some posts that the reader may see.
 * @param given a query for the array of their ids. As a query it is planned for any number of posts: to plan for each number
 * would take longer than to run it
 * @param more columns
 */
export function standingQuery(
  given: RawBuilder<unknown>,
  viewer: Viewer,
  more: RawBuilder<unknown> = sql``,
): RawBuilder<StandingRow> {
  const me = viewer && sql`${viewer.accountId}::bigint`
  const ids = sql`(${given})::bigint[]`
  return sql`
    SELECT post.id, post.boost_of_id AS "boostOfId", quote.quoted_id AS "quotedId", ${postStamp} AS stamp,
      post.account_id AS "authorId", ${authorStamp} AS "authorStamp",
      ${me ? mineOf(me, ids) : sql`NULL::integer`} AS mine,
      ${me ? chosenBy(me) : sql`NULL::integer[]`} AS chosen${more}
    FROM (
      SELECT post.id, post.account_id, post.visibility, post.held, post.kind, post.policy, post.boost_of_id,
        post.in_reply_to_account_id, post.conversation_id, post.client_id, post.xmin AS written,
        author.local, author.domains, author.suspended_at, author.suspended_afar, author.deleted_at,
        author.xmin AS author_written, author.sensitized_at
      FROM post JOIN account AS author ON author.id = post.account_id
      WHERE post.id = ANY (${ids}) OFFSET 0
    ) AS post
    LEFT JOIN quote ON quote.post_id = post.id AND quote.state = 'accepted'
    ${stampTables(ids)}
    WHERE post.deleted_at IS NULL AND post.suspended_at IS NULL AND ${visibleTo(viewer, sql`post`)}`
}

const chosenBy = (me: RawBuilder<unknown>) => sql`CASE WHEN post.kind = 'question' THEN (
  SELECT array_agg(poll_vote.position ORDER BY poll_vote.position) FROM poll_vote
  WHERE poll_vote.post_id = post.id AND poll_vote.account_id = ${me}) END`

const toSomebody = compiled<StandingRow, [readonly PostId[], AccountId]>(
  'views.standing',
  (_db, ids, accountId) => standingQuery(sql`SELECT ${ids}::bigint[]`, { accountId }),
)
const toNobody = compiled<StandingRow, [readonly PostId[]]>('views.standing-of-nobody', (_db, ids) =>
  standingQuery(sql`SELECT ${ids}::bigint[]`, undefined),
)

/** A boost of a post that quotes another. */
const DEEPEST = 3

/**
 * Those of these posts, of what they boost and of what either quotes that a reader may see: it decides alone who sees what,
 * so all else can be read without asking who reads. One statement where it is known what leads where, and never more than
 * three, however many they are.
 */
export async function standingOf(
  db: Db,
  ids: readonly PostId[],
  viewer: Viewer,
): Promise<ReadonlyMap<PostId, Standing>> {
  const standing = new Map<PostId, Standing>()
  await widen(db, viewer, standing, leadsOf(db, ids))
  return standing
}

/** The same for posts of which some statement has said already who sees them, with what these boost. */
export async function standingFrom(
  db: Db,
  rows: readonly StandingRow[],
  viewer: Viewer,
): Promise<ReadonlyMap<PostId, Standing>> {
  const standing = new Map(rows.map((row) => [row.id, standingIn(row)]))
  const quoted = rows.flatMap(({ quotedId }) => (quotedId === null || standing.has(quotedId) ? [] : quotedId))
  if (quoted.length > 0) await widen(db, viewer, standing, leadsOf(db, quoted))
  return standing
}

async function widen(
  db: Db,
  viewer: Viewer,
  standing: Map<PostId, Standing>,
  first: ReadonlySet<PostId>,
): Promise<void> {
  const asked = new Set<PostId>()
  let next = first
  for (let depth = 0; next.size > 0 && depth < DEEPEST; depth += 1) {
    for (const id of next) asked.add(id)
    const rows = await (viewer ? toSomebody(db, [...next], viewer.accountId) : toNobody(db, [...next]))
    for (const row of rows) standing.set(row.id, standingIn(row))
    const leads = rows.flatMap(({ boostOfId, quotedId }) => [boostOfId, quotedId])
    next = new Set(leads.filter((id) => id !== null && !asked.has(id) && !standing.has(id)) as PostId[])
  }
}

const standingIn = (row: StandingRow): Standing => ({ ...row, mine: mineFrom(row.mine) })
