import { type RawBuilder, sql } from 'kysely'
import { areApart } from '../blocks/find.ts'
import type { Viewer } from '../posts/audience.ts'

/** The rule of who may see a post, for the table `collection`. */
export function collectionReadableBy(viewer: Viewer): RawBuilder<boolean> {
  const open = sql`collection.visibility IN ('public', 'unlisted')`
  if (!viewer) return sql<boolean>`(${open} AND ${ownerIsThere})`
  const me = sql`${viewer.accountId}::bigint`
  return sql<boolean>`(collection.account_id = ${me} OR (
    (${open}
      OR EXISTS (SELECT 1 FROM collection_reader AS reader
        WHERE reader.collection_id = collection.id AND reader.account_id = ${me})
      OR (collection.visibility = 'followers' AND EXISTS (
        SELECT 1 FROM follow WHERE follow.followed_id = collection.account_id
          AND follow.follower_id = ${me} AND follow.state = 'accepted')))
    AND ${ownerIsThere} AND NOT ${areApart(me, sql`collection.account_id`)}))`
}

const ownerIsThere = sql<boolean>`EXISTS (
  SELECT 1 FROM account AS owner WHERE owner.id = collection.account_id
    AND owner.suspended_at IS NULL AND NOT owner.suspended_afar AND owner.deleted_at IS NULL)`
