import type { AccountId } from '../base/ids.ts'
import type { Db } from '../db/connect.ts'
import type { Tx } from '../db/transact.ts'
import { findActivity, findBlind } from '../domain/activities/find.ts'
import { type Expansion, sayActivity } from '../domain/activities/keep.ts'
import { forgetReach, rememberReach } from '../domain/activities/reach.ts'
import { engagedInboxes, findReach, mayReachOthers } from '../domain/activities/reach-find.ts'
import type { Recipients } from '../domain/activities/recipients.ts'
import { takeVoice, type Voice } from '../domain/activities/voice.ts'
import { blockedBetween } from '../domain/blocks/find.ts'
import { everyInbox, followerInboxes, inboxesOf } from '../domain/follows/find.ts'
import type { World } from '../domain/world.ts'
import type { Fact, FactOf, FactType } from '../facts/facts.ts'
import type { Effect } from '../facts/record.ts'
import type { Seal } from '../federation/seal.ts'
import { expandDeliveries } from '../jobs/deliveries.ts'
import type { JobHandler } from '../jobs/outcomes.ts'
import { withUsedTerms } from '../translate/to-activity/used-terms.ts'
import { sayAccounts } from './say/accounts.ts'
import { sayApprovals } from './say/approvals.ts'
import { sayFollows } from './say/follows.ts'
import { sayGiven } from './say/given.ts'
import { sayLifecycle } from './say/lifecycle.ts'
import { sayModeration } from './say/moderation.ts'
import { sayPolls } from './say/polls.ts'
import { sayPosts } from './say/posts.ts'
import { sayReactions } from './say/reactions.ts'
import type { Sayer, Sayers, Saying, SayingParts } from './say/saying.ts'
import { sayServer } from './say/server.ts'
import { voiced } from './say/voiced.ts'

/** Each fact has one sayer at most. */
const sayers: Sayers = {
  ...sayPosts,
  ...sayAccounts,
  ...sayLifecycle,
  ...sayServer,
  ...sayFollows,
  ...sayPolls,
  ...sayReactions,
  ...sayModeration,
  ...sayApprovals,
  ...sayGiven,
}

export interface DeliverParts extends SayingParts {
  readonly seal: Seal
}

/** Keeps what we say to the network as the exact bytes to serve, and enqueues its delivery; says only what is ours. */
export function deliver(parts: DeliverParts): Effect {
  return async (tx, facts) => {
    for (const fact of facts) {
      for (const saying of await sayingsFrom(parts, tx, fact)) await say(parts, tx, saying)
    }
  }
}

async function sayingsFrom(parts: SayingParts, tx: Tx, fact: Fact): Promise<readonly Saying[]> {
  const sayer = sayers[fact.type] as Sayer<FactType> | undefined
  const said = await sayer?.(parts, tx, fact as FactOf<FactType>)
  if (said === undefined) return []
  return Array.isArray(said) ? (said as readonly Saying[]) : [said as Saying]
}

async function say(parts: DeliverParts, tx: Tx, plain: Saying): Promise<void> {
  const { id, accountId } = plain
  const voice = takeVoice(tx, accountId, String(plain.json.type), id)
  const saying = voice ? voiced(plain, voice, parts.clock.now()) : plain
  const said = withUsedTerms(saying.json)
  const afar = !saying.stays && (await mayReachOthers(tx, saying.recipients))
  // Whoever fetches it from here needs no seal: that is for what servers hand on to each other.
  const json = afar && isForAll(saying) ? await parts.seal(tx, accountId, said) : said
  const activity = {
    id,
    accountId,
    kind: voice?.kind ?? String(json.type),
    postId: saying.postId ?? null,
    public: saying.public ?? false,
    body: JSON.stringify(json),
    objectId: saying.objectId ?? null,
    lasting: voice !== undefined,
    ...readersOf(saying, voice),
  }
  const { subject, recipients } = saying
  await sayActivity(parts, tx, activity, { subject, recipients, afar })
}

/** Who may read it; of what we say about a post or an object by ourselves, those who may read that. */
function readersOf({ accountId, recipients, postId, objectId, unread }: Saying, voice: Voice | undefined) {
  if (unread || (!voice && (postId !== undefined || objectId !== undefined))) return undefined
  const { accountIds, blindIds = [], followersOf } = recipients
  const open = new Set(accountIds)
  return {
    toFollowers: followersOf === accountId,
    readers: [
      ...[...open].map((id) => ({ accountId: id, blind: false })),
      ...blindIds.filter((id) => !open.has(id)).map((id) => ({ accountId: id, blind: true })),
    ],
  }
}

/** What others may pass on is signed in itself: anything public, and that something is gone. */
function isForAll({ public: open = false, json }: Saying): boolean {
  return open || json.type === 'Delete'
}

const CHUNK = 1000

/**
 * The job `deliver`: turns recipients into deliveries, a thousand inboxes at a time; may be repeated without harm. It
 * is one job to its end, so that what is said next about the same subject waits until all of this stands in the lanes.
 * Where a post goes is remembered before it goes there.
 */
export function expand(world: Pick<World, 'db'>): JobHandler {
  const { db } = world
  return async (payload, signal, save) => {
    const { activityId, subject, recipients, blind, after: begin } = payload as Expansion
    const activity = await findActivity(db, activityId)
    // What was withdrawn before it was sent goes nowhere.
    if (!activity) return
    const carried = CARRIES_POST.has(activity.kind) ? (activity.postId ?? activity.objectId) : null
    const named = begin === 0 ? await namedInboxes(db, activity, recipients) : []
    if (begin === 0 && blind) {
      const inboxIds = await blindInboxes(db, activity)
      await expandDeliveries(db, { activityId, subject, inboxIds })
    }
    for (let after = begin; ; ) {
      const followers = await nextInboxes(db, recipients, after)
      const inboxIds = [...new Set([...(after === 0 ? named : []), ...followers])]
      if (inboxIds.length > 0) {
        if (carried !== null) await rememberReach(db, carried, inboxIds)
        await expandDeliveries(db, { activityId, subject, inboxIds })
      }
      const last = followers.at(-1)
      if (followers.length < CHUNK || last === undefined) break
      after = last
      await save({ activityId, subject, recipients, after } satisfies Expansion)
      signal.throwIfAborted()
    }
    if (activity.kind === 'Delete' && recipients.reachOf) await forgetReach(db, recipients.reachOf)
  }
}

/** What hands a post of ours over, or says that there is one. */
const CARRIES_POST = new Set(['Create', 'Update', 'Announce', 'Add', 'QuoteRequest', 'ReplyRequest'])
/** What is said across a block, and to who is suspended: that something has ended. */
const STILL = new Set(['Undo', 'Reject', 'Block', 'Delete', 'Flag', 'Accept'])

type Said = NonNullable<Awaited<ReturnType<typeof findActivity>>>

async function namedInboxes(
  db: Db,
  activity: Said,
  { accountIds, inboxIds = [], reachOf }: Recipients,
): Promise<readonly number[]> {
  const reached = reachOf ? [...(await findReach(db, reachOf)), ...(await engagedInboxes(db, reachOf))] : []
  return [...(await inboxesOf(db, await notApart(db, activity, accountIds))), ...inboxIds, ...reached]
}

/** Shared with nobody, and remembered nowhere. */
async function blindInboxes(db: Db, activity: Said): Promise<readonly number[]> {
  return inboxesOf(db, await notApart(db, activity, await findBlind(db, activity.id)), 'own')
}

async function notApart(
  db: Db,
  { kind, accountId }: Said,
  accountIds: readonly AccountId[],
): Promise<readonly AccountId[]> {
  if (STILL.has(kind)) return accountIds
  const shut = await blockedBetween(db, accountId, accountIds)
  return accountIds.filter((id) => !shut.has(id))
}

async function nextInboxes(
  db: Db,
  { everywhere, followersOf }: Recipients,
  after: number,
): Promise<readonly number[]> {
  if (everywhere) return everyInbox(db, after, CHUNK)
  return followersOf ? followerInboxes(db, followersOf, after, CHUNK) : []
}
