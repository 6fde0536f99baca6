import { type RawBuilder, sql } from 'kysely'
import { areApart, isMuted } from '../domain/blocks/find.ts'
import type { StreamEvent } from '../domain/events/event.ts'
import { isHeard } from '../domain/inboxes/find.ts'
import {
  activityReadableBy,
  collectionReadableBy,
  objectReadableBy,
  shownTo,
  visibleTo,
} from '../domain/posts/audience.ts'
import type { Viewer } from './view.ts'

/**
 * What is asked of an event: a join, with conditions, of the rows that are named by `pair.id` and `pair.subject`; and whose
 * they are, so that a block between them and a reader keeps it from that reader.
 */
export interface Rule {
  readonly rows: (viewer: Viewer) => RawBuilder<unknown>
  /** ids of accounts; left out where there is more to be asked of each reader than whether a block stands between */
  readonly of?: RawBuilder<unknown>
  /** of an owner's own list: a mute keeps it from them as well */
  readonly mutes?: boolean
}

const ofPost = sql`post.account_id`

const posts: Rule = {
  rows: (viewer) => sql`JOIN post ON post.id = pair.id WHERE ${visibleTo(viewer)}`,
  of: ofPost,
}

/** What strangers come upon in a list. */
const shown: Rule = {
  rows: (viewer) => sql`JOIN post ON post.id = pair.id WHERE ${shownTo(viewer)}`,
  of: ofPost,
  mutes: true,
}

/** What happens to a post is for those who may see it, too. */
const subjectSeen = (viewer: Viewer) => sql`EXISTS (
  SELECT 1 FROM post WHERE post.id = pair.subject AND ${visibleTo(viewer)})`
const ofSubject = sql`(SELECT subject.account_id FROM post AS subject WHERE subject.id = pair.subject)`

const shares: Rule = {
  rows: (viewer) => sql`JOIN post ON post.id = pair.id WHERE ${visibleTo(viewer)} AND ${subjectSeen(viewer)}`,
  of: sql`${ofPost}, ${ofSubject}`,
}

/** Whom the author of a post is kept apart from does not stand below it. */
const replies: Rule = {
  rows: (viewer) => sql`JOIN post ON post.id = pair.id WHERE ${visibleTo(viewer)} AND ${subjectSeen(viewer)}
    AND NOT ${areApart(ofSubject, ofPost)}`,
  of: sql`${ofPost}, ${ofSubject}`,
}

/** Who likes a post that is not for everyone is told to nobody. */
const likes: Rule = {
  rows: (viewer) => sql`JOIN post ON post.id = pair.subject JOIN account AS far ON far.id = pair.id
    WHERE ${visibleTo(viewer)} AND post.visibility IN ('public', 'unlisted')
      AND far.suspended_at IS NULL AND far.deleted_at IS NULL ${unlessApart(viewer)}`,
  of: sql`${ofPost}, far.id`,
}

/** What somebody likes is theirs to know; others hear of what they said openly that they like. */
const liked: Rule = {
  rows: (viewer) => sql`JOIN post ON post.id = pair.id
    WHERE ${visibleTo(viewer)} AND (pair.subject = ${viewer ? sql`pair.reader` : sql`NULL`} OR EXISTS (
      SELECT 1 FROM reaction JOIN activity ON activity.account_id = reaction.account_id
        AND activity.id = substring(reaction.uri FROM '/ap/activities/([0-9]{1,18})$')::bigint
      WHERE reaction.account_id = pair.subject AND reaction.post_id = post.id AND reaction.emoji IS NULL
        AND activity.kind = 'Like' AND activity.public))`,
}

const activities: Rule = {
  rows: (viewer) => sql`JOIN activity ON activity.id = pair.id WHERE ${activityReadableBy(viewer)}`,
  of: sql`activity.account_id, coalesce((SELECT said.account_id FROM post AS said WHERE said.id = activity.post_id),
    activity.account_id)`,
}

const objects: Rule = {
  rows: (viewer) => sql`JOIN object ON object.id = pair.id WHERE ${objectReadableBy(viewer)}`,
  of: sql`object.account_id`,
}

const collections: Rule = {
  rows: (viewer) => sql`JOIN collection ON collection.id = pair.id WHERE ${collectionReadableBy(viewer)}`,
  of: sql`collection.account_id`,
}

/** What is in a collection is for those who may read both. */
const members = (rule: Rule): Rule => ({
  rows: (viewer) => sql`${rule.rows(viewer)} AND EXISTS (
    SELECT 1 FROM collection WHERE collection.id = pair.subject AND ${collectionReadableBy(viewer)})`,
})
const MEMBERS: Readonly<Record<string, Rule>> = {
  post: members(posts),
  object: members(objects),
  id: members({ rows: () => sql`WHERE true` }),
}

const people: Rule = {
  rows: (
    viewer,
  ) => sql`JOIN account AS far ON far.id = pair.id WHERE far.deleted_at IS NULL ${unlessApart(viewer)}
    ${viewer ? sql`AND NOT ${areApart(sql`${viewer.accountId}::bigint`, sql`pair.subject`)}` : sql``}`,
  of: sql`far.id, pair.subject`,
}

/** Of somebody's own lists, whoever may read them at all may read everything in them. */
const blocked: Rule = { rows: () => sql`JOIN account AS far ON far.id = pair.id` }

const received: Rule = {
  rows: (viewer) => sql`JOIN inbox_item AS item ON item.owner_id = pair.subject AND item.id = pair.id
    JOIN account ON account.id = item.actor_id
    WHERE ${viewer ? isHeard(sql`pair.subject`) : isThere(sql`account`)} AND (item.post_id IS NULL OR EXISTS (
      SELECT 1 FROM post WHERE post.id = item.post_id AND ${visibleTo(viewer)}))`,
  of: sql`item.actor_id`,
  mutes: true,
}

const home: Rule = {
  rows: (viewer) => sql`JOIN post ON post.id = pair.id LEFT JOIN post AS shown ON shown.id = post.boost_of_id
    WHERE ${visibleTo(viewer)} AND (shown.id IS NULL OR EXISTS (
      SELECT 1 FROM post WHERE post.id = shown.id AND ${visibleTo(viewer)}))
    ${viewer ? sql`AND NOT ${isMuted(sql`pair.subject`, ofPost, 'posts')}` : sql``}`,
  of: sql`${ofPost}, coalesce(shown.account_id, ${ofPost})`,
  mutes: true,
}

const notifications: Rule = {
  rows: (viewer) => sql`
    JOIN notification ON notification.owner_id = pair.subject AND notification.id = pair.id
    JOIN account ON account.id = notification.from_account_id
    WHERE (notification.kind IN ('report', 'sign-up', 'warning') OR (account.suspended_at IS NULL
        AND NOT ${areApart(sql`pair.subject`, sql`account.id`)}
        AND NOT ${isMuted(sql`pair.subject`, sql`account.id`, 'notifications')}))
      AND (notification.post_id IS NULL OR EXISTS (
        SELECT 1 FROM post WHERE post.id = notification.post_id AND ${visibleTo(viewer)}))`,
}

export function isThere(table: RawBuilder<unknown>): RawBuilder<boolean> {
  return sql<boolean>`(${table}.suspended_at IS NULL AND NOT ${table}.suspended_afar AND ${table}.deleted_at IS NULL)`
}

function unlessApart(viewer: Viewer): RawBuilder<unknown> {
  return viewer ? sql`AND NOT ${areApart(sql`${viewer.accountId}::bigint`, sql`far.id`)}` : sql``
}

/** undefined: whoever listens may know, since only an id is told that they knew already. */
export function ruleFor({ thing, verb, topic: { name } }: StreamEvent): Rule | undefined {
  if (name === 'replies' && thing === 'post') return replies
  if (name === 'shares' && thing === 'act') return shares
  if (name === 'liked') return thing === 'post' ? liked : undefined
  if (name === 'likes') return likes
  if (name === 'home') return home
  if (name === 'public') return shown
  if (name === 'blocked') return blocked
  if (name === 'collection' && thing in MEMBERS) return verb === 'Delete' ? undefined : MEMBERS[thing]
  return isRuled(thing) ? RULES[thing] : undefined
}

type Ruled = Exclude<StreamEvent['thing'], 'id' | 'announcement' | 'homes' | 'alert' | 'alerts' | 'filters'>
const isRuled = (thing: StreamEvent['thing']): thing is Ruled => thing in RULES

const RULES: Readonly<Record<Ruled, Rule>> = {
  account: people,
  post: posts,
  act: posts,
  activity: activities,
  received,
  notification: notifications,
  object: objects,
  collection: collections,
}
