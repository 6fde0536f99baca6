import { type RawBuilder, sql } from 'kysely'
import type { AccountId } from '../../base/ids.ts'
import type { NoticeWish } from '../../db/tables/notifications.ts'

/**
 * Whether a policy treats a notification in one of these ways, as a condition in a query of `notification` with who it is
 * from as `account`, its post as `post`, and its owner's policy as `policy`. Who is followed, whoever was taken by name,
 * and the moderators of this server are kept back by little or nothing; nor are news of one's own doing.
 */
export function isHeld(ownerId: AccountId, ways: readonly Exclude<NoticeWish, 'accept'>[]) {
  const me = sql`${ownerId}::bigint`
  // What is null is no wish; unless that is said, all that is asked beside it would be looked up in vain.
  const is = (wish: RawBuilder<unknown>) => sql`(${wish} = ANY (${ways}::text[])) IS TRUE`
  const followed = sql`EXISTS (SELECT 1 FROM follow WHERE follow.follower_id = ${me}
    AND follow.followed_id = account.id AND follow.state = 'accepted')`
  // Whoever follows only to be read is none yet.
  const follows = sql`EXISTS (SELECT 1 FROM follow WHERE follow.follower_id = account.id
    AND follow.followed_id = ${me} AND follow.state = 'accepted'
    AND coalesce(follow.accepted_at, follow.created_at) < now() - interval '3 days')`
  // Most have no policy at all: what of it is null holds nothing back.
  return sql<boolean>`(
    notification.kind IN ('mention', 'follow', 'follow_request', 'like', 'boost', 'reaction', 'quote',
      'quote-request', 'reply-request', 'like-request', 'boost-request')
    AND ((${is(sql`coalesce(policy.limited_accounts, 'filter')`)} AND account.limited_at IS NOT NULL AND NOT ${followed})
      OR (${is(sql`policy.not_following`)} AND NOT ${followed})
      OR (${is(sql`policy.not_followers`)} AND NOT ${follows})
      OR (${is(sql`policy.new_accounts`)} AND account.created_at > now() - interval '30 days' AND NOT ${followed})
      OR (${is(sql`policy.bots`)} AND account.kind IN ('service', 'application') AND NOT ${followed})
      OR (${is(sql`policy.private_mentions`)} AND notification.kind = 'mention' AND post.visibility = 'direct'
        AND post.in_reply_to_account_id IS DISTINCT FROM ${me} AND NOT ${followed})) IS TRUE
    AND NOT EXISTS (SELECT 1 FROM notification_sender AS taken
      WHERE taken.owner_id = ${me} AND taken.account_id = account.id)
    AND NOT EXISTS (SELECT 1 FROM login AS staff WHERE staff.account_id = account.id AND staff.role <> 'user'))`
}
