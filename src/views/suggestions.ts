import { type RawBuilder, sql } from 'kysely'
import type { AccountId } from '../base/ids.ts'
import type { Db } from '../db/connect.ts'
import { areApart, isMuted } from '../domain/blocks/find.ts'

/** Why somebody is suggested. */
export type SuggestionSource =
  /** those who look after this server recommend them */
  | 'featured'
  /** people whom one follows follow them */
  | 'friends_of_friends'
  /** whoever follows whom one followed lately follows them, too */
  | 'similar_to_recently_followed'
  /** many like and boost what they say now */
  | 'most_interactions'

export interface SuggestionView {
  readonly id: AccountId
  readonly sources: readonly SuggestionSource[]
}

/** As many of each step are looked at: what is suggested costs the same however many somebody follows. */
const FRIENDS = 150
const LATELY = 10
const NEIGHBOURS = 30
const FOLLOWED_BY_EACH = 60
const MOST_OF_A_KIND = 100

/**
 * Whom somebody may want to follow, the best known first: who wants to be found, and has nothing to do with them yet.
 * Nobody whom they refused to be suggested, block or mute.
 */
export async function listSuggestions(
  db: Db,
  accountId: AccountId,
  limit: number,
): Promise<readonly SuggestionView[]> {
  const me = sql`${accountId}::bigint`
  const { rows } = await sql<SuggestionView>`
    WITH friend AS MATERIALIZED (
      SELECT followed_id AS id, follow.id AS since FROM follow
      WHERE follower_id = ${me} AND state = 'accepted' ORDER BY follow.id DESC LIMIT ${FRIENDS}
    ), neighbour AS (
      SELECT DISTINCT near.follower_id AS id FROM (SELECT id FROM friend ORDER BY since DESC LIMIT ${LATELY}) AS late
      CROSS JOIN LATERAL (
        SELECT follower_id FROM follow WHERE followed_id = late.id AND state = 'accepted' AND follower_id <> ${me}
        ORDER BY follow.id DESC LIMIT ${NEIGHBOURS}) AS near
    ), found AS (
      SELECT id, source, weight FROM (${featured}) AS one
      UNION ALL SELECT id, source, weight FROM (${followedBy('friends_of_friends', sql`friend`)}) AS two
      UNION ALL SELECT id, source, weight FROM (${followedBy('similar_to_recently_followed', sql`neighbour`)}) AS three
      UNION ALL SELECT id, source, weight FROM (${talkedOf}) AS four
    )
    SELECT found.id, array_agg(found.source ORDER BY found.weight DESC, found.source) AS sources
    FROM found JOIN account ON account.id = found.id
    WHERE account.discoverable AND account.kind <> 'application' AND account.deleted_at IS NULL
      AND account.suspended_at IS NULL AND NOT account.suspended_afar AND account.limited_at IS NULL
      AND account.moved_to_uri IS NULL AND account.id <> ${me}
      AND NOT EXISTS (SELECT 1 FROM follow WHERE follow.followed_id = account.id AND follow.follower_id = ${me})
      AND NOT EXISTS (SELECT 1 FROM suggestion_refused AS refused
        WHERE refused.account_id = ${me} AND refused.target_id = account.id)
      AND NOT ${areApart(me, sql`account.id`)} AND NOT ${isMuted(me, sql`account.id`, 'posts')}
    GROUP BY found.id ORDER BY sum(found.weight) DESC, found.id DESC LIMIT ${limit}`.execute(db)
  return rows
}

/** Whom those who look after the server recommend on their profiles. */
const featured = sql`
  SELECT endorsement.target_id AS id, 'featured' AS source, 1000.0 AS weight
  FROM login JOIN endorsement ON endorsement.account_id = login.account_id
  WHERE login.role IN ('owner', 'admin', 'moderator') LIMIT ${MOST_OF_A_KIND}`

/** Whom several of these follow. */
const followedBy = (source: SuggestionSource, whom: RawBuilder<unknown>) => sql`
  SELECT theirs.followed_id AS id, ${source} AS source, count(*)::numeric AS weight
  FROM ${whom} AS whose CROSS JOIN LATERAL (
    SELECT followed_id FROM follow WHERE follower_id = whose.id AND state = 'accepted'
    ORDER BY follow.id DESC LIMIT ${FOLLOWED_BY_EACH}) AS theirs
  GROUP BY theirs.followed_id ORDER BY count(*) DESC LIMIT ${MOST_OF_A_KIND}`

/** Who said what many like now, unless that was refused. */
const talkedOf = sql`
  SELECT post.account_id AS id, 'most_interactions' AS source, 0.5 AS weight
  FROM trend JOIN post ON post.id = trend.subject_id
  WHERE trend.kind = 'post' AND post.visibility = 'public' AND NOT EXISTS (SELECT 1 FROM trend_review AS review
    WHERE review.kind = 'post' AND review.subject_id = post.id AND NOT review.approved)
  ORDER BY trend.score DESC LIMIT ${MOST_OF_A_KIND}`
