import { type RawBuilder, sql } from 'kysely'
import type { AccountId, PostId } from '../base/ids.ts'
import { compiled } from '../db/compiled.ts'
import type { Db } from '../db/connect.ts'
import { visibleTo } from '../domain/posts/audience.ts'
import { type Mine, mineFrom, mineOf } from './mine.ts'
import type { Viewer } from './view.ts'

/** A post as one reader may have it: that they may see it, what belongs to it, and what they did to it. */
export interface Standing {
  readonly id: PostId
  readonly authorId: AccountId
  readonly boostOfId: PostId | null
  /** what it quotes with the leave of its author; whether a reader may see that is said by whether it stands here too */
  readonly quotedId: PostId | null
  /** in a poll, the places of the answers that they chose */
  readonly chosen: readonly number[] | null
  /** null for nobody in particular */
  readonly mine: Mine | null
}

interface StandingRow extends Omit<Standing, 'mine'> {
  /** for `mineFrom` */
  readonly mine: number | null
}

/**
 * A query for those of some posts, of what they boost and of what either quotes that the reader may see. It is planned for
 * any number of posts: to plan for each number would take longer than to run it.
 * @param given the array of their ids
 */
export function standingQuery(given: RawBuilder<unknown>, viewer: Viewer): RawBuilder<StandingRow> {
  const me = viewer && sql`${viewer.accountId}::bigint`
  const ids = sql`(SELECT ids FROM all_of)::bigint[]`
  return sql`
    WITH asked AS MATERIALIZED (SELECT ${given} AS ids),
    shown AS MATERIALIZED (
      SELECT ids || ARRAY(SELECT boost_of_id FROM post WHERE id = ANY (asked.ids) AND boost_of_id IS NOT NULL) AS ids
      FROM asked
    ),
    all_of AS MATERIALIZED (
      SELECT ids || ARRAY(SELECT quoted_id FROM quote
        WHERE post_id = ANY (shown.ids) AND state = 'accepted' AND quoted_id IS NOT NULL) AS ids
      FROM shown
    )
    SELECT post.id, post.account_id AS "authorId", post.boost_of_id AS "boostOfId", quote.quoted_id AS "quotedId",
      ${me ? mineOf(me, ids) : sql`NULL::integer`} AS mine,
      ${me ? chosenBy(me) : sql`NULL::integer[]`} AS chosen
    FROM (
      SELECT post.id, post.account_id, post.visibility, post.held, post.kind, post.policy, post.boost_of_id,
        post.in_reply_to_account_id, post.conversation_id,
        author.local, author.domains, author.suspended_at, author.suspended_afar, author.deleted_at
      FROM post JOIN account AS author ON author.id = post.account_id
      WHERE post.id = ANY (${ids}) OFFSET 0
    ) AS post
    LEFT JOIN quote ON quote.post_id = post.id AND quote.state = 'accepted'
    WHERE post.deleted_at IS NULL AND post.suspended_at IS NULL AND ${visibleTo(viewer, sql`post`)}`
}

const chosenBy = (me: RawBuilder<unknown>) => sql`CASE WHEN post.kind = 'question' THEN (
  SELECT array_agg(poll_vote.position ORDER BY poll_vote.position) FROM poll_vote
  WHERE poll_vote.post_id = post.id AND poll_vote.account_id = ${me}) END`

const toSomebody = compiled<StandingRow, [readonly PostId[], AccountId]>(
  'views.standing',
  (_db, ids, accountId) => standingQuery(sql`${ids}::bigint[]`, { accountId }),
)
const toNobody = compiled<StandingRow, [readonly PostId[]]>('views.standing-of-nobody', (_db, ids) =>
  standingQuery(sql`${ids}::bigint[]`, undefined),
)

/**
 * Those of these posts, of what they boost and of what either quotes that a reader may see: it decides alone who sees what,
 * so all else can be read without asking who reads. One statement, however many they are.
 */
export async function standingOf(
  db: Db,
  ids: readonly PostId[],
  viewer: Viewer,
): Promise<ReadonlyMap<PostId, Standing>> {
  const rows = await (viewer ? toSomebody(db, ids, viewer.accountId) : toNobody(db, ids))
  return new Map(rows.map((row) => [row.id, { ...row, mine: mineFrom(row.mine) }]))
}
