import { type RawBuilder, sql } from 'kysely'
import { areApart } from '../blocks/find.ts'
import { type Viewer, visibleTo } from '../posts/audience.ts'

/**
 * The rule of who may see a post, for the table `activity`: what is about a post or another object is for those who may
 * see that now, whatever held when it was said. Of the rest, what was said to everyone is for everyone, and what was said
 * to some for them.
 */
export function activityReadableBy(viewer: Viewer): RawBuilder<boolean> {
  if (!viewer) return sql<boolean>`(${saidTo(viewer)} AND ${isThere('activity')})`
  const me = sql`${viewer.accountId}::bigint`
  return sql<boolean>`(activity.account_id = ${me} OR (
    ${saidTo(viewer)} AND ${isThere('activity')} AND NOT ${areApart(me, sql`activity.account_id`)}))`
}

/** PostgreSQL would rather find out once for every post or account that there is than for each line of a page. */
const lineByLine = sql`OFFSET 0`

/** The same of somebody who is known to be there, and from whom no block keeps this reader: what of it was for them. */
export function saidTo(viewer: Viewer): RawBuilder<boolean> {
  const ofPost = sql`EXISTS (SELECT 1 FROM post WHERE post.id = activity.post_id AND ${visibleTo(viewer)} ${lineByLine})`
  const ofObject = sql`EXISTS (SELECT 1 FROM object
    WHERE object.id = activity.object_id AND ${objectReadableBy(viewer)} ${lineByLine})`
  const me = viewer && sql`${viewer.accountId}::bigint`
  const told = me
    ? sql`(activity.public
      OR EXISTS (SELECT 1 FROM activity_recipient AS told
        WHERE told.activity_id = activity.id AND told.account_id = ${me})
      OR (activity.to_followers AND ${follows(me, 'activity')}))`
    : sql`activity.public`
  return sql<boolean>`CASE
    WHEN activity.post_id IS NOT NULL THEN ${ofPost}
    WHEN activity.object_id IS NOT NULL THEN ${ofObject}
    ELSE ${told} END`
}

/** The same for the table `object`: what is no post. */
export function objectReadableBy(viewer: Viewer): RawBuilder<boolean> {
  return thingReadableBy(viewer, 'object')
}

/** The same for the table `collection`. */
export function collectionReadableBy(viewer: Viewer): RawBuilder<boolean> {
  return thingReadableBy(viewer, 'collection')
}

function thingReadableBy(viewer: Viewer, table: 'object' | 'collection'): RawBuilder<boolean> {
  const [owner, visibility] = [sql.ref(`${table}.account_id`), sql.ref(`${table}.visibility`)]
  const open = sql`${visibility} IN ('public', 'unlisted')`
  if (!viewer) return sql<boolean>`(${open} AND ${isThere(table)})`
  const me = sql`${viewer.accountId}::bigint`
  return sql<boolean>`(${owner} = ${me} OR (
    (${open}
      OR EXISTS (SELECT 1 FROM ${sql.table(`${table}_recipient`)} AS told
        WHERE ${sql.ref(`told.${table}_id`)} = ${sql.ref(`${table}.id`)} AND told.account_id = ${me})
      OR (${visibility} = 'followers' AND ${follows(me, table)}))
    AND ${isThere(table)} AND NOT ${areApart(me, owner)}))`
}

type Table = 'activity' | 'object' | 'collection'

const follows = (me: RawBuilder<unknown>, table: Table) => sql<boolean>`EXISTS (
  SELECT 1 FROM follow WHERE follow.followed_id = ${sql.ref(`${table}.account_id`)}
    AND follow.follower_id = ${me} AND follow.state = 'accepted' ${lineByLine})`

const isThere = (table: Table) => sql<boolean>`EXISTS (
  SELECT 1 FROM account AS speaker WHERE speaker.id = ${sql.ref(`${table}.account_id`)}
    AND speaker.suspended_at IS NULL AND NOT speaker.suspended_afar AND speaker.deleted_at IS NULL
  ${lineByLine})`
