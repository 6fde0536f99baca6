import type { Db } from '../db/connect.ts'
import type { Tx } from '../db/transact.ts'
import { type Expansion, type Recipients, sayActivity } from '../domain/activities/keep.ts'
import { everyInbox, followerInboxes, inboxesOf } from '../domain/follows/find.ts'
import type { World } from '../domain/world.ts'
import type { Fact, FactOf, FactType } from '../facts/facts.ts'
import type { Effect } from '../facts/record.ts'
import type { Seal } from '../federation/seal.ts'
import { expandDeliveries } from '../jobs/deliveries.ts'
import type { JobHandler } from '../jobs/outcomes.ts'
import { sayAccounts } from './say/accounts.ts'
import { sayApprovals } from './say/approvals.ts'
import { sayFollows } from './say/follows.ts'
import { sayLifecycle } from './say/lifecycle.ts'
import { sayModeration } from './say/moderation.ts'
import { sayPolls } from './say/polls.ts'
import { sayPosts } from './say/posts.ts'
import { sayReactions } from './say/reactions.ts'
import type { Sayer, Sayers, Saying, SayingParts } from './say/saying.ts'

/** Each fact has one sayer at most. */
const sayers: Sayers = {
  ...sayPosts,
  ...sayAccounts,
  ...sayLifecycle,
  ...sayFollows,
  ...sayPolls,
  ...sayReactions,
  ...sayModeration,
  ...sayApprovals,
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

async function say(parts: DeliverParts, tx: Tx, saying: Saying): Promise<void> {
  const { id, accountId } = saying
  const json = isForAll(saying) ? await parts.seal(tx, accountId, saying.json) : saying.json
  const activity = {
    id,
    accountId,
    kind: String(json.type),
    postId: saying.postId ?? null,
    public: saying.public ?? false,
    body: JSON.stringify(json),
  }
  await sayActivity(parts, tx, activity, saying.subject, saying.recipients)
}

/** What others may pass on is signed in itself: anything public, and that something is gone. */
function isForAll({ public: open = false, json }: Saying): boolean {
  return open || json.type === 'Delete'
}

const CHUNK = 1000

/**
 * The job `deliver`: turns recipients into deliveries, a thousand inboxes at a time; may be repeated without harm. It
 * is one job to its end, so that what is said next about the same subject waits until all of this stands in the lanes.
 */
export function expand(world: Pick<World, 'db'>): JobHandler {
  return async (payload, signal, save) => {
    const { activityId, subject, recipients, after: begin } = payload as Expansion
    const named =
      begin === 0
        ? [...(await inboxesOf(world.db, recipients.accountIds)), ...(recipients.inboxIds ?? [])]
        : []
    for (let after = begin; ; ) {
      const followers = await nextInboxes(world.db, recipients, after)
      const inboxIds = [...new Set([...(after === 0 ? named : []), ...followers])]
      if (inboxIds.length > 0) await expandDeliveries(world.db, { activityId, subject, inboxIds })
      const last = followers.at(-1)
      if (followers.length < CHUNK || last === undefined) return
      after = last
      await save({ activityId, subject, recipients, after } satisfies Expansion)
      signal.throwIfAborted()
    }
  }
}

async function nextInboxes(
  db: Db,
  { everywhere, followersOf }: Recipients,
  after: number,
): Promise<readonly number[]> {
  if (everywhere) return everyInbox(db, after, CHUNK)
  return followersOf ? followerInboxes(db, followersOf, after, CHUNK) : []
}
