import { sql } from 'kysely'
import type { AccountId, PostId } from '../base/ids.ts'
import { compiled } from '../db/compiled.ts'
import type { Db } from '../db/connect.ts'
import { visibleTo } from '../domain/posts/audience.ts'
import { type Mine, mineOf } from './mine.ts'
import type { Viewer } from './view.ts'

/** A post as one reader may have it: that they may see it, what belongs to it, and what they did to it. */
export interface Standing {
  readonly id: PostId
  readonly boostOfId: PostId | null
  /** what it quotes with the leave of its author; whether the reader may see that is said by whether it is here too */
  readonly quotedId: PostId | null
  /** in a poll, the places of the answers that they chose */
  readonly chosen: readonly number[] | null
  /** null for nobody in particular */
  readonly mine: Mine | null
}

interface Row extends Mine {
  readonly id: PostId
  readonly boostOfId: PostId | null
  readonly quotedId: PostId | null
  readonly chosen: readonly number[] | null
}

/** These posts, what they boost, and what either quotes. */
const together = (ids: readonly PostId[]) => sql`
  WITH asked AS (
    SELECT id FROM unnest(${ids}::bigint[]) AS asked (id)
    UNION SELECT boost.boost_of_id FROM post AS boost
      WHERE boost.id = ANY (${ids}::bigint[]) AND boost.boost_of_id IS NOT NULL
  ), together AS (
    SELECT id FROM asked
    UNION SELECT quote.quoted_id FROM asked JOIN quote ON quote.post_id = asked.id
      WHERE quote.state = 'accepted' AND quote.quoted_id IS NOT NULL
  )`

const columns = sql`post.id, post.boost_of_id AS "boostOfId", quote.quoted_id AS "quotedId"`
const tables = sql`FROM together JOIN post ON post.id = together.id
  LEFT JOIN quote ON quote.post_id = post.id AND quote.state = 'accepted'
  JOIN account AS author ON author.id = post.account_id AND author.deleted_at IS NULL AND author.suspended_at IS NULL`

const toSomebody = compiled<Row, [readonly PostId[], AccountId]>('views.standing', (_db, ids, accountId) => {
  const me = sql`${accountId}::bigint`
  return sql`${together(ids)}
    SELECT ${columns}, ${mineOf(me)},
      CASE WHEN post.kind = 'question' THEN (SELECT array_agg(poll_vote.position ORDER BY poll_vote.position)
        FROM poll_vote WHERE poll_vote.post_id = post.id AND poll_vote.account_id = ${me}) END AS chosen
    ${tables} WHERE ${visibleTo({ accountId })}`
})

const toNobody = compiled<Omit<Row, keyof Mine>, [readonly PostId[]]>(
  'views.standing-of-nobody',
  (_db, ids) => sql`${together(ids)}
    SELECT ${columns}, NULL::integer[] AS chosen ${tables} WHERE ${visibleTo(undefined)}`,
)

/**
 * Those of these posts, of what they boost and of what either quotes that a reader may see. One statement, however many
 * they are; it decides alone who sees what, so all else can be read without asking who reads.
 */
export async function standingOf(
  db: Db,
  ids: readonly PostId[],
  viewer: Viewer,
): Promise<ReadonlyMap<PostId, Standing>> {
  if (ids.length === 0) return new Map()
  if (!viewer) {
    const rows = await toNobody(db, ids)
    return new Map(rows.map((row) => [row.id, { ...row, mine: null }]))
  }
  const rows = await toSomebody(db, ids, viewer.accountId)
  return new Map(
    rows.map((row) => [
      row.id,
      { id: row.id, boostOfId: row.boostOfId, quotedId: row.quotedId, chosen: row.chosen, mine: row },
    ]),
  )
}
