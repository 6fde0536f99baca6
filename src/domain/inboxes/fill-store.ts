import { sql } from 'kysely'
import type { AccountId, InboxItemId } from '../../base/ids.ts'
import type { Uris } from '../../base/uris.ts'
import type { Tx } from '../../db/transact.ts'

/** What an inbox that was not kept before begins with. */
export interface Beginning {
  readonly ownerId: AccountId
  /** nothing that was said before */
  readonly since: InboxItemId
  readonly now: Date
}

/**
 * Enters what had come before, as far as it can still be told: what stands in their home, whatever names them, who follows
 * them, and who likes or shows what they said. What is there already stays as it is, so it may be repeated.
 */
export async function fillInbox(
  tx: Tx,
  uris: Pick<Uris, 'received' | 'activity'>,
  { ownerId, since, now }: Beginning,
): Promise<void> {
  const me = sql`${ownerId}::bigint`
  const activityBefore = uris.activity('' as never)
  const receivedBefore = uris.received('' as never)
  await sql`
    INSERT INTO inbox_item (owner_id, id, uri, actor_id, kind, post_id, object_uri, body, created_at)
    SELECT ${me}, came.id, came.uri, came.actor_id, came.kind, came.post_id, came.object_uri, came.body, ${now}
    FROM (
      SELECT post.id, CASE
          WHEN post.boost_of_id IS NOT NULL THEN post.uri
          WHEN said.id IS NOT NULL THEN ${activityBefore}::text || said.id
          ELSE ${receivedBefore}::text || post.id END AS uri,
        post.account_id AS actor_id, CASE WHEN post.boost_of_id IS NULL THEN 'Create' ELSE 'Announce' END AS kind,
        post.id AS post_id, NULL::text AS object_uri, NULL::text AS body
      FROM (
        SELECT post_id AS id FROM home_entry WHERE owner_id = ${me}
        UNION SELECT post_id FROM mention WHERE account_id = ${me}
        UNION SELECT post_id FROM notification WHERE owner_id = ${me} AND kind IN ('mention', 'quote')
        UNION SELECT boost.id FROM notification JOIN post AS boost ON boost.boost_of_id = notification.post_id
            AND boost.account_id = notification.from_account_id
          WHERE notification.owner_id = ${me} AND notification.kind = 'boost'
      ) AS shown
      JOIN post ON post.id = shown.id
      LEFT JOIN LATERAL (
        SELECT min(activity.id) AS id FROM activity WHERE activity.post_id = post.id AND activity.kind = 'Create'
      ) AS said ON post.local
      WHERE NOT post.held
      UNION ALL
      SELECT reaction.id, reaction.uri, reaction.account_id, 'Like', NULL, post.uri, json_strip_nulls(json_build_object(
        '@context', 'https://www.w3.org/ns/activitystreams', 'id', reaction.uri, 'type', 'Like', 'actor', actor.uri,
        'to', json_build_array(owner.uri), 'object', post.uri, 'content', reaction.emoji))::text
      FROM notification JOIN reaction ON reaction.post_id = notification.post_id
        AND reaction.account_id = notification.from_account_id
      JOIN account AS actor ON actor.id = reaction.account_id
      JOIN account AS owner ON owner.id = ${me}
      JOIN post ON post.id = reaction.post_id
      WHERE notification.owner_id = ${me} AND notification.kind IN ('like', 'reaction')
        AND (reaction.emoji IS NULL) = (notification.kind = 'like')
      UNION ALL
      SELECT follow.id, follow.uri, follow.follower_id, 'Follow', NULL, owner.uri, json_build_object(
        '@context', 'https://www.w3.org/ns/activitystreams', 'id', follow.uri, 'type', 'Follow', 'actor', actor.uri,
        'to', json_build_array(owner.uri), 'object', owner.uri)::text
      FROM follow JOIN account AS actor ON actor.id = follow.follower_id
      JOIN account AS owner ON owner.id = follow.followed_id
      WHERE follow.followed_id = ${me}
    ) AS came
    WHERE came.actor_id <> ${me} AND came.id >= ${since}::bigint
    ORDER BY came.id
    ON CONFLICT DO NOTHING`.execute(tx)
}
