import { sql } from 'kysely'
import type { AccountId, ActivityId, InboxItemId, PostId } from '../../base/ids.ts'
import type { Tx } from '../../db/transact.ts'
import { aboutIn } from '../activities/about.ts'
import { areApart, isShunned } from '../blocks/find.ts'

/** That somebody said, changed or showed a post. */
export interface PostItem {
  readonly id: InboxItemId
  readonly uri: string
  readonly kind: 'Create' | 'Update' | 'Announce'
  readonly postId: PostId
}

/** Anything else that somebody did. */
export interface OtherItem {
  readonly id: InboxItemId
  readonly uri: string
  readonly actorId: AccountId
  readonly kind: string
  readonly objectUri: string | null
  /** as JSON */
  readonly body: string
  readonly concerns: Concerns
}

/** Whom something is for: these people, who said these posts, and who did these things. */
export interface Concerns {
  readonly accountIds: readonly AccountId[]
  readonly postIds?: readonly PostId[]
  readonly activityIds?: readonly ActivityId[]
  /** and whoever follows the actor */
  readonly followers?: boolean
}

const isOpen = sql`login.inbox_since IS NOT NULL`

/**
 * Enters posts into the inboxes of those to whom they came: who follows the author, whom the post names, openly or
 * blindly, and whose post it shows again. Nobody gets what they said themselves, or what is from or of somebody from whom
 * a block keeps them apart.
 * @param most followers that get it now, in the order of their ids
 * @returns those that came to somebody, each with one to whom it came
 */
export async function insertPostItems(
  tx: Tx,
  items: readonly PostItem[],
  { now, most }: { readonly now: Date; readonly most: number },
): Promise<Map<PostId, AccountId>> {
  if (items.length === 0) return new Map()
  const { rows } = await sql<{ postId: PostId; ownerId: AccountId }>`
    INSERT INTO inbox_item (owner_id, id, uri, actor_id, kind, post_id, created_at)
    SELECT owner.id, item.id, item.uri, post.account_id, item.kind, post.id, ${now}
    FROM unnest(${items.map(({ id }) => id)}::bigint[], ${items.map(({ uri }) => uri)}::text[],
      ${items.map(({ kind }) => kind)}::text[], ${items.map(({ postId }) => postId)}::bigint[])
      AS item (id, uri, kind, post_id)
    JOIN post ON post.id = item.post_id
    CROSS JOIN LATERAL (
      (SELECT follow.follower_id AS id FROM login JOIN follow ON follow.follower_id = login.account_id
        WHERE ${isOpen} AND follow.followed_id = post.account_id AND follow.follower_local
          AND follow.state = 'accepted' AND post.visibility <> 'direct'
        ORDER BY follow.follower_id LIMIT ${most})
      UNION
      SELECT mention.account_id FROM mention JOIN login ON login.account_id = mention.account_id
        WHERE ${isOpen} AND mention.post_id = post.id
      UNION
      SELECT shown.account_id FROM post AS shown JOIN login ON login.account_id = shown.account_id
        WHERE ${isOpen} AND shown.id = post.boost_of_id AND post.visibility IN ('public', 'unlisted')
    ) AS owner
    WHERE ${wanted}
    ON CONFLICT DO NOTHING RETURNING post_id AS "postId", owner_id AS "ownerId"`.execute(tx)
  return new Map(rows.map(({ postId, ownerId }) => [postId, ownerId]))
}

const wanted = sql`owner.id <> post.account_id AND NOT ${areApart(sql`owner.id`, sql`post.account_id`)}
  AND NOT ${isShunned(sql`owner.id`, [sql`(SELECT shown.account_id FROM post AS shown WHERE shown.id = post.boost_of_id)`])}`

/**
 * Enters one post into the inboxes of the next `limit` followers of its author, in the order of their ids.
 * @returns the last follower reached, or undefined when there are no more
 */
export async function insertPostItemForSome(
  tx: Tx,
  item: PostItem,
  { after, limit, now }: { readonly after: AccountId | '0'; readonly limit: number; readonly now: Date },
): Promise<AccountId | undefined> {
  const { rows } = await sql<{ last: AccountId | null; n: number }>`
    WITH owner AS (
      SELECT follow.follower_id AS id FROM post JOIN follow ON follow.followed_id = post.account_id
      JOIN login ON login.account_id = follow.follower_id
      WHERE post.id = ${item.postId}::bigint AND post.visibility <> 'direct' AND ${isOpen}
        AND follow.follower_local AND follow.state = 'accepted' AND follow.follower_id > ${after}::bigint
      ORDER BY follow.follower_id LIMIT ${limit}
    ), entered AS (
      INSERT INTO inbox_item (owner_id, id, uri, actor_id, kind, post_id, created_at)
      SELECT owner.id, ${item.id}::bigint, ${item.uri}, post.account_id, ${item.kind}, post.id, ${now}
      FROM owner JOIN post ON post.id = ${item.postId}::bigint WHERE ${wanted}
      ON CONFLICT DO NOTHING
    )
    SELECT max(id) AS last, count(*)::int AS n FROM owner`.execute(tx)
  const row = rows[0]
  return row && row.n === limit && row.last ? row.last : undefined
}

/** Enters what else was done into the inboxes of those whom it concerns, but for those kept apart from who did it. */
export async function insertOtherItems(tx: Tx, items: readonly OtherItem[], now: Date): Promise<void> {
  if (items.length === 0) return
  const people = pairs(items, ({ accountIds }) => accountIds)
  const posts = pairs(items, ({ postIds }) => postIds)
  const activities = pairs(items, ({ activityIds }) => activityIds)
  await sql`
    INSERT INTO inbox_item (owner_id, id, uri, actor_id, kind, object_uri, object_types, body, created_at)
    SELECT owner.id, item.id, item.uri, item.actor_id, item.kind, item.object_uri,
      string_to_array(item.object_types, ' '), item.body, ${now}
    FROM unnest(${items.map(({ id }) => id)}::bigint[], ${items.map(({ uri }) => uri)}::text[],
      ${items.map(({ actorId }) => actorId)}::bigint[], ${items.map(({ kind }) => kind)}::text[],
      ${items.map(({ objectUri }) => objectUri)}::text[],
      ${items.map(({ body }) => aboutIn(body).types.join(' '))}::text[], ${items.map(({ body }) => body)}::text[],
      ${items.map(({ concerns }) => concerns.followers ?? false)}::boolean[])
      WITH ORDINALITY AS item (id, uri, actor_id, kind, object_uri, object_types, body, followers, place)
    CROSS JOIN LATERAL (
      SELECT named.id FROM unnest(${people.places}::int[], ${people.ids}::bigint[]) AS named (place, id)
        WHERE named.place = item.place
      UNION
      SELECT post.account_id FROM unnest(${posts.places}::int[], ${posts.ids}::bigint[]) AS named (place, id)
        JOIN post ON post.id = named.id WHERE named.place = item.place
      UNION
      SELECT done.account_id FROM unnest(${activities.places}::int[], ${activities.ids}::bigint[]) AS named (place, id)
        JOIN activity AS done ON done.id = named.id WHERE named.place = item.place
      UNION
      SELECT follow.follower_id FROM follow
        WHERE item.followers AND follow.followed_id = item.actor_id AND follow.follower_local AND follow.state = 'accepted'
    ) AS owner
    JOIN login ON login.account_id = owner.id AND ${isOpen}
    WHERE owner.id <> item.actor_id AND NOT ${areApart(sql`owner.id`, sql`item.actor_id`)}
    ON CONFLICT DO NOTHING`.execute(tx)
}

/** For each id the place of its item, from 1. */
function pairs(items: readonly OtherItem[], of: (concerns: Concerns) => readonly string[] | undefined) {
  const all = items.flatMap(({ concerns }, at) => (of(concerns) ?? []).map((id) => ({ place: at + 1, id })))
  return { places: all.map(({ place }) => place), ids: all.map(({ id }) => id) }
}

/** A follow has ended: what only followers may read, and does not name the owner, is not for them any more. */
export async function deleteFollowersOnly(tx: Tx, ownerId: AccountId, authorId: AccountId): Promise<void> {
  await sql`
    DELETE FROM inbox_item USING post
    WHERE inbox_item.owner_id = ${ownerId}::bigint AND inbox_item.actor_id = ${authorId}::bigint
      AND post.id = inbox_item.post_id AND post.visibility = 'followers' AND NOT EXISTS (
        SELECT 1 FROM mention WHERE mention.post_id = post.id AND mention.account_id = ${ownerId}::bigint)`.execute(
    tx,
  )
}

/** The owner wants nothing of somebody any more: nor what others showed of them. */
export async function deleteShowing(tx: Tx, ownerId: AccountId, accountId: AccountId): Promise<void> {
  await sql`
    DELETE FROM inbox_item USING post, post AS shown
    WHERE inbox_item.owner_id = ${ownerId}::bigint AND inbox_item.kind = 'Announce' AND post.id = inbox_item.post_id
      AND shown.id = post.boost_of_id AND shown.account_id = ${accountId}::bigint`.execute(tx)
}

/**
 * Takes the oldest beyond the newest `most` out of an inbox, and those older than `before`: some of them at once.
 * @returns how many that were
 */
export async function deleteOldest(
  tx: Tx,
  ownerId: AccountId,
  bounds: { readonly most: number; readonly before: InboxItemId; readonly limit: number },
): Promise<number> {
  const gone = await sql`
    WITH last AS (
      SELECT id FROM inbox_item WHERE owner_id = ${ownerId}::bigint ORDER BY id DESC OFFSET ${bounds.most} LIMIT 1
    ), old AS (
      SELECT id FROM inbox_item WHERE owner_id = ${ownerId}::bigint
        AND id <= greatest(${bounds.before}::bigint - 1, (SELECT id FROM last))
      ORDER BY id LIMIT ${bounds.limit}
    )
    DELETE FROM inbox_item WHERE owner_id = ${ownerId}::bigint AND id IN (SELECT id FROM old) RETURNING 1`.execute(
    tx,
  )
  return gone.rows.length
}

/** Some of what is in the inbox of an account that is gone; how much that was. */
export async function deleteInbox(tx: Tx, ownerId: AccountId, limit: number): Promise<number> {
  const gone = await sql`
    DELETE FROM inbox_item WHERE owner_id = ${ownerId}::bigint AND id IN (
      SELECT id FROM inbox_item WHERE owner_id = ${ownerId}::bigint LIMIT ${limit}) RETURNING 1`.execute(tx)
  return gone.rows.length
}

/** Counts of nobody's doings are of no use. */
export async function deleteEmptyCounts(tx: Tx, ownerId: AccountId): Promise<void> {
  await sql`DELETE FROM inbox_count WHERE owner_id = ${ownerId}::bigint AND items = 0`.execute(tx)
}
