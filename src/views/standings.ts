import { sql } from 'kysely'
import type { AccountId } from '../base/ids.ts'
import type { Db } from '../db/connect.ts'

/** How somebody here and another account stand to each other. */
export interface RelationshipView {
  readonly id: AccountId
  readonly following: boolean
  readonly followedBy: boolean
  /** asked to follow, and not answered yet */
  readonly requested: boolean
  readonly requestedBy: boolean
  /** of whom they follow or asked to: with what they boost, telling of each post, in these languages alone */
  readonly boosts: boolean
  readonly tells: boolean
  readonly languages: readonly string[] | null
  readonly blocking: boolean
  readonly blockedBy: boolean
  readonly muting: boolean
  readonly mutingNotifications: boolean
  readonly mutingUntil: Date | null
  readonly blockingDomain: boolean
  /** recommends them on their profile */
  readonly endorsing: boolean
  /** what they noted of them */
  readonly remark: string
}

/** How somebody stands to others, in the order asked, in one query; of those who are not there, nothing. */
export async function viewRelationships(
  db: Db,
  accountId: AccountId,
  others: readonly AccountId[],
): Promise<readonly RelationshipView[]> {
  if (others.length === 0) return []
  const me = sql`${accountId}::bigint`
  const { rows } = await sql<RelationshipView>`
    SELECT far.id,
      coalesce(mine.state = 'accepted', false) AS following,
      coalesce(mine.state = 'requested', false) AS requested,
      coalesce(mine.boosts, false) AS boosts, coalesce(mine.tells, false) AS tells, mine.languages,
      coalesce(theirs.state = 'accepted', false) AS "followedBy",
      coalesce(theirs.state = 'requested', false) AS "requestedBy",
      EXISTS (SELECT 1 FROM block WHERE block.account_id = ${me} AND block.target_id = far.id) AS blocking,
      EXISTS (SELECT 1 FROM block WHERE block.account_id = far.id AND block.target_id = ${me}) AS "blockedBy",
      mute.id IS NOT NULL AS muting,
      coalesce(mute.notifications, false) AS "mutingNotifications",
      mute.expires_at AS "mutingUntil",
      EXISTS (SELECT 1 FROM user_domain_block AS refused
        WHERE refused.account_id = ${me} AND refused.domain = ANY (far.domains)) AS "blockingDomain",
      EXISTS (SELECT 1 FROM endorsement WHERE endorsement.account_id = ${me} AND endorsement.target_id = far.id) AS endorsing,
      coalesce((SELECT noted.text FROM account_remark AS noted
        WHERE noted.account_id = ${me} AND noted.target_id = far.id), '') AS remark
    FROM unnest(${others}::bigint[]) WITH ORDINALITY AS asked (id, place)
    JOIN account AS far ON far.id = asked.id AND far.deleted_at IS NULL
    LEFT JOIN follow AS mine ON mine.followed_id = far.id AND mine.follower_id = ${me}
    LEFT JOIN follow AS theirs ON theirs.followed_id = ${me} AND theirs.follower_id = far.id
    LEFT JOIN mute ON mute.account_id = ${me} AND mute.target_id = far.id
      AND (mute.expires_at IS NULL OR mute.expires_at > now())
    ORDER BY asked.place`.execute(db)
  return rows
}

/** How many of a domain somebody follows, and is followed by: what they would lose without it. */
export async function countTies(
  db: Db,
  accountId: AccountId,
  domain: string,
): Promise<{ readonly following: number; readonly followers: number }> {
  const me = sql`${accountId}::bigint`
  const { rows } = await sql<{ following: number; followers: number }>`
    SELECT
      (SELECT count(*)::integer FROM follow JOIN account AS far ON far.id = follow.followed_id
        WHERE follow.follower_id = ${me} AND follow.state = 'accepted' AND ${domain}::text = ANY (far.domains)) AS following,
      (SELECT count(*)::integer FROM follow JOIN account AS far ON far.id = follow.follower_id
        WHERE follow.followed_id = ${me} AND follow.state = 'accepted' AND ${domain}::text = ANY (far.domains)) AS followers`.execute(
    db,
  )
  return rows[0] ?? { following: 0, followers: 0 }
}
