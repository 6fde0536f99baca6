import { type RawBuilder, sql } from 'kysely'
import type { AccountId } from '../../base/ids.ts'
import type { Visibility } from '../../base/visibility.ts'
import { areApart, isMuted } from '../blocks/find.ts'

/** Who is reading: a person here, another server's actor by its signature, or nobody in particular. */
export type Viewer = { readonly accountId: AccountId } | undefined

/**
 * Not one reader but each of many: in every row of a query, whom that column names. So that one query says for all of
 * them what the same rule would say for each.
 */
export function eachIn(column: RawBuilder<unknown>): Viewer {
  // Where an id goes into a query, an expression can.
  return { accountId: column as unknown as AccountId }
}

/** What decides whether a reader may see a post. */
export interface Audience {
  readonly visibility: Visibility
  readonly authorId: AccountId
  readonly mentionedIds: readonly AccountId[]
  /** suspended here or at home, or gone */
  readonly authorHidden?: boolean
  /** set while a reply waits for the author of what it answers to approve it */
  readonly held?: { readonly parentAuthorId: AccountId | null }
}

/** How a reader stands to an author. */
export interface Standing {
  /** accepted, not only asked for */
  readonly follows: boolean
  /** one blocks the other, or the other's domain */
  readonly apart: boolean
}

/**
 * The one rule of who may see a post: its author, always; nobody else as long as the author is suspended, and never one
 * from whom a block keeps them apart, whoever made it. For all others, public and unlisted, everyone; `followers`, the
 * accepted followers and the people mentioned; `direct`, the people mentioned. A reply that is held is for its author and
 * the author of what it answers alone. `visibleTo` is the same rule as SQL, and
 * test/domain/posts/audience.test.ts holds the two against each other.
 */
export function maySee(audience: Audience, viewer: Viewer, standing: Standing): boolean {
  if (viewer?.accountId === audience.authorId) return true
  if (audience.authorHidden || standing.apart) return false
  if (audience.held && (!viewer || audience.held.parentAuthorId !== viewer.accountId)) return false
  if (audience.visibility === 'public' || audience.visibility === 'unlisted') return true
  if (!viewer) return false
  if (audience.mentionedIds.includes(viewer.accountId)) return true
  return audience.visibility === 'followers' && standing.follows
}

/**
 * The rule as a condition on a query that has the table `post` in it, under that name.
 * @param author the table of a query that has the author's account at hand: then it is not looked up once more
 */
export function visibleTo(viewer: Viewer, author?: RawBuilder<unknown>): RawBuilder<boolean> {
  const open = sql`post.visibility IN ('public', 'unlisted')`
  const authorIsThere = author ? isThere(author) : speakerIsThere(sql`post.account_id`)
  if (!viewer) return sql<boolean>`(${open} AND NOT post.held AND ${authorIsThere})`
  const me = sql`${viewer.accountId}::bigint`
  return sql<boolean>`(post.account_id = ${me} OR (
    (${open}
      OR EXISTS (SELECT 1 FROM mention WHERE mention.post_id = post.id AND mention.account_id = ${me})
      OR (post.visibility = 'followers' AND ${follows(me, sql`post.account_id`)}))
    AND (NOT post.held OR post.in_reply_to_account_id = ${me})
    AND ${authorIsThere} AND NOT ${areApart(me, sql`post.account_id`, author)}))`
}

/**
 * Whether a reader may come upon a post that they did not look for, in a list that strangers read: what they may see
 * less who is limited and not followed by them, and whom they mute. As a condition like `visibleTo`, and beside it.
 * @param author as `visibleTo` takes it
 */
export function shownTo(viewer: Viewer, author?: RawBuilder<unknown>): RawBuilder<boolean> {
  const quiet = sql`SELECT 1 FROM account AS quiet WHERE quiet.id = post.account_id AND quiet.limited_at IS NOT NULL`
  if (!viewer) return sql<boolean>`(${visibleTo(viewer, author)} AND NOT EXISTS (${quiet}))`
  const me = sql`${viewer.accountId}::bigint`
  if (author)
    return sql<boolean>`(${visibleTo(viewer, author)} AND NOT ${isMuted(me, sql`post.account_id`, 'posts')}
      AND (${author}.limited_at IS NULL OR post.account_id = ${me} OR ${follows(me, sql`post.account_id`, lineByLine)}))`
  return sql<boolean>`(${visibleTo(viewer)} AND NOT ${isMuted(me, sql`post.account_id`, 'posts')}
    AND NOT EXISTS (${quiet} AND quiet.id <> ${me} AND NOT ${follows(me, sql`quiet.id`)}))`
}

/**
 * The rule of who may see a post, for the table `activity`: what is about a post or another object is for those who may
 * see that now, whatever held when it was said. Of the rest, what was said to everyone is for everyone, and what was said
 * to some for them.
 */
export function activityReadableBy(viewer: Viewer): RawBuilder<boolean> {
  if (!viewer)
    return sql<boolean>`(${saidTo(viewer)} AND ${speakerIsThere(sql`activity.account_id`, lineByLine)})`
  const me = sql`${viewer.accountId}::bigint`
  return sql<boolean>`(activity.account_id = ${me} OR (
    ${saidTo(viewer)} AND ${speakerIsThere(sql`activity.account_id`, lineByLine)} AND NOT ${areApart(me, sql`activity.account_id`)}))`
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
      OR (activity.to_followers AND ${follows(me, sql`activity.account_id`, lineByLine)}))`
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
  if (!viewer) return sql<boolean>`(${open} AND ${speakerIsThere(owner, lineByLine)})`
  const me = sql`${viewer.accountId}::bigint`
  return sql<boolean>`(${owner} = ${me} OR (
    (${open}
      OR EXISTS (SELECT 1 FROM ${sql.table(`${table}_recipient`)} AS told
        WHERE ${sql.ref(`told.${table}_id`)} = ${sql.ref(`${table}.id`)} AND told.account_id = ${me})
      OR (${visibility} = 'followers' AND ${follows(me, owner, lineByLine)}))
    AND ${speakerIsThere(owner, lineByLine)} AND NOT ${areApart(me, owner)}))`
}

const nothing = sql``

/** Accepted, not only asked for. */
const follows = (me: RawBuilder<unknown>, owner: RawBuilder<unknown>, how = nothing) => sql<boolean>`EXISTS (
  SELECT 1 FROM follow WHERE follow.followed_id = ${owner} AND follow.follower_id = ${me}
    AND follow.state = 'accepted' ${how})`

const isThere = (account: RawBuilder<unknown>) => sql<boolean>`(${account}.suspended_at IS NULL
  AND NOT ${account}.suspended_afar AND ${account}.deleted_at IS NULL)`

const speakerIsThere = (owner: RawBuilder<unknown>, how = nothing) => sql<boolean>`EXISTS (
  SELECT 1 FROM account AS speaker WHERE speaker.id = ${owner} AND ${isThere(sql`speaker`)} ${how})`
