import { type RawBuilder, sql } from 'kysely'
import type { AccountId } from '../base/ids.ts'
import type { Db } from '../db/connect.ts'
import {
  activityReadableBy,
  collectionReadableBy,
  objectReadableBy,
} from '../domain/activities/audience-find.ts'
import { areApart, isMuted } from '../domain/blocks/find.ts'
import type { Gone, StreamEvent } from '../domain/events/event.ts'
import { isHeard } from '../domain/inboxes/find.ts'
import { eachIn, maySee, visibleTo } from '../domain/posts/audience.ts'
import type { Viewer } from './view.ts'

/** Whether one reader may hear of one event. Nobody in particular is `null`. */
export interface Hearing {
  readonly event: StreamEvent
  readonly readerId: AccountId | null
}

/** What an event is asked about: by which rule, and by the ids that stand in its query as `pair.id` and `pair.subject`. */
type Rule = (viewer: Viewer) => RawBuilder<unknown>

/**
 * Which of these may be told, by the very rules by which their reader could read the same at its address now; a fixed
 * number of queries, however many readers there are. What is gone is for those who could see it.
 */
export async function mayHear(db: Db, hearings: readonly Hearing[]): Promise<Set<Hearing>> {
  const allowed = new Set<Hearing>()
  const byRule = new Map<Rule, Hearing[]>()
  const gone: Hearing[] = []
  for (const hearing of hearings) {
    const { event } = hearing
    const rule = ruleFor(event)
    if (event.audience) gone.push(hearing)
    else if (rule === undefined) allowed.add(hearing)
    else byRule.set(rule, [...(byRule.get(rule) ?? []), hearing])
  }
  for (const [rule, asked] of byRule) await ask(db, rule, asked, allowed)
  await askOfGone(db, gone, allowed)
  return allowed
}

const posts: Rule = (viewer) => sql`JOIN post ON post.id = pair.id WHERE ${visibleTo(viewer)}`

/** Whom the author of a post is kept apart from does not stand below it. */
const replies: Rule = (viewer) => sql`JOIN post ON post.id = pair.id
  WHERE ${visibleTo(viewer)} AND NOT ${areApart(
    sql`(SELECT asked.account_id FROM post AS asked WHERE asked.id = pair.subject)`,
    sql`post.account_id`,
  )}`

/** Who likes a post that is not for everyone is told to nobody. */
const likes: Rule = (
  viewer,
) => sql`JOIN post ON post.id = pair.subject JOIN account AS far ON far.id = pair.id
  WHERE ${visibleTo(viewer)} AND post.visibility IN ('public', 'unlisted')
    AND far.suspended_at IS NULL AND far.deleted_at IS NULL ${unlessApart(viewer)}`

/** What somebody likes is theirs to know; others hear of what they said openly that they like. */
const liked: Rule = (viewer) => sql`JOIN post ON post.id = pair.id
  WHERE ${visibleTo(viewer)} AND (pair.subject = ${viewer ? sql`pair.reader` : sql`NULL`} OR EXISTS (
    SELECT 1 FROM reaction JOIN activity ON activity.account_id = reaction.account_id
      AND activity.body::jsonb ->> 'id' = reaction.uri
    WHERE reaction.account_id = pair.subject AND reaction.post_id = post.id AND reaction.emoji IS NULL
      AND activity.kind = 'Like' AND activity.public))`

const activities: Rule = (viewer) => sql`JOIN activity ON activity.id = pair.id
  WHERE ${activityReadableBy(viewer)}`

const objects: Rule = (viewer) => sql`JOIN object ON object.id = pair.id WHERE ${objectReadableBy(viewer)}`

const collections: Rule = (viewer) => sql`JOIN collection ON collection.id = pair.id
  WHERE ${collectionReadableBy(viewer)}`

const people: Rule = (viewer) => sql`JOIN account AS far ON far.id = pair.id
  WHERE far.deleted_at IS NULL ${unlessApart(viewer)}`

/** Of somebody's own lists, whoever may read them at all may read everything in them. */
const blocked: Rule = () => sql`JOIN account AS far ON far.id = pair.id`

const received: Rule = (
  viewer,
) => sql`JOIN inbox_item AS item ON item.owner_id = pair.subject AND item.id = pair.id
  JOIN account ON account.id = item.actor_id
  WHERE ${isHeard(sql`pair.subject`)} AND (item.post_id IS NULL OR EXISTS (
    SELECT 1 FROM post WHERE post.id = item.post_id AND ${visibleTo(viewer)}))`

const home: Rule = (viewer) => sql`JOIN post ON post.id = pair.id
  WHERE ${visibleTo(viewer)} AND NOT ${isMuted(sql`pair.subject`, sql`post.account_id`, 'posts')}`

const notifications: Rule = (viewer) => sql`
  JOIN notification ON notification.owner_id = pair.subject AND notification.id = pair.id
  JOIN account ON account.id = notification.from_account_id
  WHERE (notification.kind = 'report' OR (account.suspended_at IS NULL
      AND NOT ${areApart(sql`pair.subject`, sql`account.id`)}
      AND NOT ${isMuted(sql`pair.subject`, sql`account.id`, 'notifications')}))
    AND (notification.post_id IS NULL OR EXISTS (
      SELECT 1 FROM post WHERE post.id = notification.post_id AND ${visibleTo(viewer)}))`

function unlessApart(viewer: Viewer): RawBuilder<unknown> {
  return viewer ? sql`AND NOT ${areApart(sql`${viewer.accountId}::bigint`, sql`far.id`)}` : sql``
}

/** undefined: whoever listens may know, since only an id is told that they knew already. */
function ruleFor({ thing, topic: { name } }: StreamEvent): Rule | undefined {
  if (name === 'replies' && thing === 'post') return replies
  if (name === 'liked') return thing === 'post' ? liked : undefined
  if (name === 'likes') return likes
  if (name === 'home') return home
  if (name === 'blocked') return blocked
  if (thing === 'id') return undefined
  return RULES[thing]
}

const RULES: Readonly<Record<Exclude<StreamEvent['thing'], 'id'>, Rule>> = {
  account: people,
  post: posts,
  act: posts,
  activity: activities,
  received,
  notification: notifications,
  object: objects,
  collection: collections,
}

async function ask(db: Db, rule: Rule, hearings: readonly Hearing[], allowed: Set<Hearing>): Promise<void> {
  const known = hearings.filter(({ readerId }) => readerId !== null)
  const strangers = hearings.filter(({ readerId }) => readerId === null)
  await askAs(db, rule(eachIn(sql`pair.reader`)), known, allowed)
  await askAs(db, rule(undefined), strangers, allowed)
}

async function askAs(
  db: Db,
  rest: RawBuilder<unknown>,
  hearings: readonly Hearing[],
  allowed: Set<Hearing>,
): Promise<void> {
  if (hearings.length === 0) return
  const { rows } = await sql<{ n: number }>`
    SELECT pair.n::int AS n FROM unnest(
      ${hearings.map(({ event }) => event.thingId)}::bigint[],
      ${hearings.map(({ event }) => event.topic.subject)}::bigint[],
      ${hearings.map(({ readerId }) => readerId)}::bigint[]
    ) WITH ORDINALITY AS pair (id, subject, reader, n) ${rest}`.execute(db)
  for (const { n } of rows) {
    const hearing = hearings[n - 1]
    if (hearing) allowed.add(hearing)
  }
}

/** The rule in its other form, since there is no row left to ask about. */
async function askOfGone(db: Db, hearings: readonly Hearing[], allowed: Set<Hearing>): Promise<void> {
  if (hearings.length === 0) return
  const authorOf = ({ event }: Hearing): AccountId | null => event.audience?.authorId ?? null
  const { rows } = await sql<{ n: number; follows: boolean; apart: boolean; hidden: boolean }>`
    SELECT pair.n::int AS n, ${areApart(sql`pair.reader`, sql`pair.author`)} AS apart,
      EXISTS (SELECT 1 FROM follow WHERE follow.followed_id = pair.author AND follow.follower_id = pair.reader
        AND follow.state = 'accepted') AS follows,
      NOT EXISTS (SELECT 1 FROM account WHERE account.id = pair.author
        AND account.suspended_at IS NULL AND NOT account.suspended_afar) AS hidden
    FROM unnest(${hearings.map(authorOf)}::bigint[], ${hearings.map(({ readerId }) => readerId)}::bigint[])
      WITH ORDINALITY AS pair (author, reader, n)`.execute(db)
  for (const { n, follows, apart, hidden } of rows) {
    const hearing = hearings[n - 1]
    if (
      hearing?.event.audience &&
      couldSee(hearing.event.audience, hearing.readerId, { follows, apart, hidden })
    )
      allowed.add(hearing)
  }
}

function couldSee(
  gone: Gone,
  readerId: AccountId | null,
  standing: { readonly follows: boolean; readonly apart: boolean; readonly hidden: boolean },
): boolean {
  const viewer = readerId === null ? undefined : { accountId: readerId }
  return maySee({ ...gone, authorHidden: standing.hidden }, viewer, standing)
}
