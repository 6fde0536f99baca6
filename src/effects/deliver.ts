import type { AccountId, ActivityId, PostId } from '../base/ids.ts'
import type { Uris } from '../base/uris.ts'
import { isOpen } from '../base/visibility.ts'
import type { Tx } from '../db/transact.ts'
import { type Expansion, type Recipients, sayActivity } from '../domain/activities/keep.ts'
import { followerInboxes, inboxesOf } from '../domain/follows/find.ts'
import type { World } from '../domain/world.ts'
import type { Fact, FollowFact } from '../facts/facts.ts'
import type { Effect } from '../facts/record.ts'
import { expandDeliveries } from '../jobs/deliveries.ts'
import type { JobHandler } from '../jobs/outcomes.ts'
import type { JsonObject } from '../translate/json.ts'
import {
  acceptFrom,
  actorUpdateFrom,
  createFrom,
  deleteFrom,
  followFrom,
  rejectFrom,
  undoFollowFrom,
  updateFrom,
} from '../translate/to-activity/activities.ts'
import { mentionsOfAccounts, viewAccount } from '../views/accounts.ts'
import { viewPost } from '../views/posts.ts'

type Parts = Pick<World, 'ids' | 'uris' | 'clock'>

interface Saying {
  readonly id: ActivityId
  readonly accountId: AccountId
  readonly json: JsonObject
  readonly postId?: PostId
  readonly public?: boolean
  readonly subject: string
  readonly recipients: Recipients
}

/** Keeps what we say to the network as the exact bytes to serve, and enqueues its delivery; says only what is ours. */
export function deliver(world: Parts): Effect {
  return async (tx, facts) => {
    for (const fact of facts) {
      const saying = await sayingFrom(world, tx, fact)
      if (!saying) continue
      await sayActivity(
        world,
        tx,
        {
          id: saying.id,
          accountId: saying.accountId,
          kind: String(saying.json.type),
          postId: saying.postId ?? null,
          public: saying.public ?? false,
          body: JSON.stringify(saying.json),
        },
        saying.subject,
        saying.recipients,
      )
    }
  }
}

async function sayingFrom(world: Parts, tx: Tx, fact: Fact): Promise<Saying | undefined> {
  switch (fact.type) {
    case 'post.published':
      return sayPost(world, tx, fact.postId, fact.authorId, createFrom, [])
    case 'post.edited':
      return fact.local
        ? sayPost(world, tx, fact.postId, fact.authorId, updateFrom, fact.formerlyMentioned)
        : undefined
    case 'post.removed':
      return fact.local ? sayRemoved(world, fact) : undefined
    case 'account.updated':
      return sayProfile(world, tx, fact.accountId)
    case 'follow.requested':
      return fact.followerLocal && !fact.followedLocal ? sayFollow(world.uris, tx, fact) : undefined
    case 'follow.accepted':
      return fact.followedLocal && !fact.followerLocal ? sayAnswer(world, tx, fact, acceptFrom) : undefined
    case 'follow.rejected':
      return fact.followedLocal && !fact.followerLocal ? sayAnswer(world, tx, fact, rejectFrom) : undefined
    case 'follow.undone':
      return fact.followerLocal && !fact.followedLocal
        ? sayAnswer(world, tx, fact, undoFollowFrom)
        : undefined
    default:
      return undefined
  }
}

async function sayPost(
  world: Parts,
  tx: Tx,
  postId: PostId,
  authorId: AccountId,
  write: typeof createFrom,
  alsoTo: readonly AccountId[],
): Promise<Saying | undefined> {
  const post = await viewPost(tx, postId, { accountId: authorId })
  if (!post) return undefined
  const id = world.ids.next<ActivityId>()
  const mentioned = post.mentions.map((mention) => mention.id)
  return {
    id,
    accountId: authorId,
    json: write(id, post, world.uris),
    postId,
    public: isOpen(post.visibility),
    subject: postId,
    recipients: {
      accountIds: [...new Set([...mentioned, ...alsoTo])],
      ...(post.visibility === 'direct' ? {} : { followersOf: authorId }),
    },
  }
}

function sayRemoved(world: Parts, fact: Extract<Fact, { type: 'post.removed' }>): Saying {
  const id = world.ids.next<ActivityId>()
  const post = { uri: fact.uri, authorUri: world.uris.actor(fact.authorId), deletedAt: world.clock.now() }
  return {
    id,
    accountId: fact.authorId,
    json: deleteFrom(id, post, world.uris),
    public: isOpen(fact.visibility),
    subject: fact.postId,
    recipients: {
      accountIds: fact.mentioned,
      ...(fact.visibility === 'direct' ? {} : { followersOf: fact.authorId }),
    },
  }
}

async function sayProfile(world: Parts, tx: Tx, accountId: AccountId): Promise<Saying | undefined> {
  const account = await viewAccount(tx, accountId)
  if (!account?.local) return undefined
  const id = world.ids.next<ActivityId>()
  return {
    id,
    accountId,
    json: actorUpdateFrom(id, account, world.uris),
    public: true,
    subject: accountId,
    recipients: { accountIds: [], followersOf: accountId },
  }
}

type AnyFollowFact = FollowFact<string>

async function sayFollow(uris: Uris, tx: Tx, fact: AnyFollowFact): Promise<Saying | undefined> {
  const parts = await partsOf(tx, fact)
  const id = uris.activityIdFrom(fact.followUri)
  if (!parts || !id) return undefined
  return {
    id,
    accountId: fact.followerId,
    json: followFrom(parts),
    subject: fact.followedId,
    recipients: { accountIds: [fact.followedId] },
  }
}

async function sayAnswer(
  world: Parts,
  tx: Tx,
  fact: AnyFollowFact,
  write: typeof acceptFrom,
): Promise<Saying | undefined> {
  const parts = await partsOf(tx, fact)
  if (!parts) return undefined
  const id = world.ids.next<ActivityId>()
  const [ours, theirs] = fact.followerLocal
    ? [fact.followerId, fact.followedId]
    : [fact.followedId, fact.followerId]
  // Everything between the two has one subject, so that an Undo never overtakes its Follow.
  return {
    id,
    accountId: ours,
    json: write(id, parts, world.uris),
    subject: theirs,
    recipients: { accountIds: [theirs] },
  }
}

async function partsOf(tx: Tx, fact: AnyFollowFact) {
  const accounts = await mentionsOfAccounts(tx, [fact.followerId, fact.followedId])
  const [follower, followed] = [accounts.get(fact.followerId), accounts.get(fact.followedId)]
  if (!follower || !followed) return undefined
  return { uri: fact.followUri, followerUri: follower.uri, followedUri: followed.uri }
}

const CHUNK = 1000

/**
 * The job `deliver`: turns recipients into deliveries, a thousand inboxes at a time; may be repeated without harm. It
 * is one job to its end, so that what is said next about the same subject waits until all of this stands in the lanes.
 */
export function expand(world: Pick<World, 'db'>): JobHandler {
  return async (payload, signal, save) => {
    const { activityId, subject, recipients, after: begin } = payload as Expansion
    const { followersOf, accountIds } = recipients
    const named = begin === 0 ? await inboxesOf(world.db, accountIds) : []
    for (let after = begin; ; ) {
      const followers = followersOf ? await followerInboxes(world.db, followersOf, after, CHUNK) : []
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
