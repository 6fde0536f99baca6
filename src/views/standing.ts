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

interface Row extends Omit<Standing, 'mine'> {
  readonly mine: number | null
}

/** A query for those of these posts that the reader may see. */
function standingQuery(given: readonly PostId[], viewer: Viewer): RawBuilder<Row> {
  const me = viewer && sql`${viewer.accountId}::bigint`
  // As a query of its own it is planned for any number of posts: a plan for each would take longer than to run it.
  const ids = sql`(SELECT ${given}::bigint[])::bigint[]`
  return sql`
    SELECT post.id, post.boost_of_id AS "boostOfId", quote.quoted_id AS "quotedId", ${postStamp} AS stamp,
      post.account_id AS "authorId", ${authorStamp} AS "authorStamp",
      ${me ? mineOf(me, ids) : sql`NULL::integer`} AS mine,
      ${me ? chosenBy(me) : sql`NULL::integer[]`} AS chosen
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

const toSomebody = compiled<Row, [readonly PostId[], AccountId]>('views.standing', (_db, ids, accountId) =>
  standingQuery(ids, { accountId }),
)
const toNobody = compiled<Row, [readonly PostId[]]>('views.standing-of-nobody', (_db, ids) =>
  standingQuery(ids, undefined),
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
  const asked = new Set<PostId>()
  let next = leadsOf(db, ids)
  for (let depth = 0; next.size > 0 && depth < DEEPEST; depth += 1) {
    for (const id of next) asked.add(id)
    const rows = await (viewer ? toSomebody(db, [...next], viewer.accountId) : toNobody(db, [...next]))
    next = new Set()
    for (const row of rows) {
      standing.set(row.id, { ...row, mine: mineFrom(row.mine) })
      for (const id of [row.boostOfId, row.quotedId]) if (id !== null && !asked.has(id)) next.add(id)
    }
  }
  return standing
}
