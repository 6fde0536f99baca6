import { type Tx, transact } from '../db/transact.ts'
import {
  ALERTS,
  type Gone,
  type NewEvent,
  type Thing,
  TIMELINES,
  type TopicName,
  type Verb,
} from '../domain/events/event.ts'
import { tellEntered } from '../domain/events/tell.ts'
import type { World } from '../domain/world.ts'
import type { BlockFact, BoostFact, Fact, FactOf, FollowFact, ReactionFact } from '../facts/facts.ts'
import type { Effect } from '../facts/record.ts'

export type EventsWorld = Pick<World, 'uris' | 'clock'>

/** Tells those who listen what has happened to what they listen to, once the transaction commits. */
export function events(world: EventsWorld): Effect {
  return (tx, facts) => tellOf(world, tx, facts)
}

async function tellOf(world: EventsWorld, tx: Tx, facts: readonly Fact[]): Promise<void> {
  const happened = facts.flatMap((fact) => [...eventsOf(world.uris, fact), ...inTimelines(fact)])
  await tellEntered(world, tx, happened, facts.flatMap(newInHomes))
}

/** Does something of a work too large for one transaction in one of its own, and tells what came of it. */
export async function andTell(
  world: World,
  work: (within: World) => Promise<void>,
  postIds: readonly string[] = [],
): Promise<void> {
  await transact(world.db, async (tx) => {
    await work({ ...world, db: tx })
    await tellEntered(
      world,
      tx,
      postIds.map((id) => live('Add', 'homes', id)),
      postIds,
    )
  })
}

/** Told to those alone who may see what it is about. */
function ofMember({ type, collectionId, uri, postId, objectId }: FactOf<'member.added' | 'member.removed'>) {
  const thing = postId ? 'post' : objectId ? 'object' : 'id'
  const verb = type === 'member.added' ? 'Add' : 'Remove'
  return at('collection', collectionId, verb, thing, postId ?? objectId, uri)
}

function newInHomes(fact: Fact): string[] {
  if (fact.type === 'post.published' || fact.type === 'post.received') return [fact.postId]
  return fact.type === 'boost.added' ? [fact.boostId] : []
}

/**
 * What a fact is to the timelines that the Mastodon API streams. Whom each concerns is found out by whoever tells, so that
 * it is one row however many listen. Of an account that is gone its posts are not taken back one by one.
 */
function inTimelines(fact: Fact): NewEvent[] {
  switch (fact.type) {
    case 'post.published':
    case 'post.withheld':
      return [live('Add', 'post', fact.postId)]
    case 'post.received':
      return fact.fresh ? [live('Add', 'post', fact.postId)] : []
    case 'boost.added':
      return fact.fresh ? [live('Add', 'post', fact.boostId)] : []
    case 'post.edited':
    case 'policy.changed':
      return [live('Update', 'post', fact.postId)]
    case 'quote.settled':
      return fact.newPost ? [] : [live('Update', 'post', fact.postId)]
    case 'post.removed':
      return fact.withAuthor ? [] : [live('Delete', 'post', fact.postId, goneFrom(fact))]
    case 'boost.removed': {
      const { accountId: authorId, visibility } = fact
      return fact.withAuthor
        ? []
        : [live('Remove', 'post', fact.boostId, { authorId, visibility, mentionedIds: [] })]
    }
    case 'filters.changed':
      return [live('Update', 'filters', fact.accountId)]
    case 'notices.taken':
      return [{ topic: ALERTS, verb: 'Update', thing: 'alerts', thingId: fact.accountId }]
    default:
      return []
  }
}

function live(verb: Verb, thing: Thing, id: string, audience?: Gone): NewEvent {
  return { topic: TIMELINES, verb, thing, thingId: id, ...(audience && { audience }) }
}

/** What a fact is to each of the lists and things that can be listened to; of what is not ours there is none. */
function eventsOf(uris: World['uris'], fact: Fact): NewEvent[] {
  switch (fact.type) {
    case 'post.published':
    case 'post.received':
      return repliesTo(fact.ourParentId, at('replies', '', 'Add', 'post', fact.postId))
    case 'post.edited':
      return fact.local ? [at('post', fact.postId, 'Update', 'post', fact.postId)] : []
    case 'policy.changed':
      return [at('post', fact.postId, 'Update', 'post', fact.postId)]
    case 'post.removed':
      return ofRemoved(uris, fact)
    case 'post.pinned':
      return [at('featured', fact.authorId, 'Add', 'post', fact.postId)]
    case 'post.unpinned':
      return [at('featured', fact.authorId, 'Remove', 'id', null, fact.uri)]
    case 'account.updated':
    case 'account.verified':
    case 'account.moved':
    case 'tag.featured':
    case 'tag.unfeatured':
      return [at('actor', fact.accountId, 'Update', 'account', fact.accountId)]
    case 'account.deleted':
      return [at('actor', fact.accountId, 'Delete', 'id', null, uris.actor(fact.accountId))]
    case 'follow.requested':
    case 'follow.accepted':
    case 'follow.rejected':
    case 'follow.undone':
    case 'follow.severed':
      return ofFollow(fact)
    case 'reaction.added':
    case 'reaction.removed':
      return fact.emoji === null ? ofLike(fact) : []
    case 'boost.added':
    case 'boost.removed':
      return ofBoost(fact)
    case 'block.made':
    case 'block.lifted':
      return ofBlock(fact)
    case 'collection.changed':
      return [at('collection', fact.collectionId, 'Update', 'collection', fact.collectionId)]
    case 'collection.removed':
      return [at('collection', fact.collectionId, 'Delete', 'id', null, uris.collection(fact.collectionId))]
    case 'member.added':
    case 'member.removed':
      return [ofMember(fact)]
    case 'announcement.published':
      return [ofAnnouncement('Add', fact)]
    case 'announcement.reacted':
      return [ofAnnouncement('Update', fact, fact.name)]
    case 'announcement.removed':
      return [ofAnnouncement('Delete', fact)]
    case 'poll.voted':
    case 'poll.closed':
      return fact.local ? [at('post', fact.postId, 'Update', 'post', fact.postId)] : []
    default:
      return []
  }
}

function at(
  name: TopicName,
  subject: string,
  verb: Verb,
  thing: Thing,
  thingId: string | null,
  uri: string | null = null,
  audience?: Gone,
): NewEvent {
  return { topic: { name, subject }, verb, thing, thingId, uri, ...(audience && { audience }) }
}

/** Everybody here hears of it. */
function ofAnnouncement(
  verb: Verb,
  { announcementId }: { readonly announcementId: string },
  emoji: string | null = null,
): NewEvent {
  return at('announcements', '0', verb, 'announcement', announcementId, emoji)
}

function repliesTo(parentId: string | null, event: NewEvent): NewEvent[] {
  return parentId === null ? [] : [{ ...event, topic: { name: 'replies', subject: parentId } }]
}

function goneFrom({ authorId, visibility, mentioned, held }: FactOf<'post.removed'>): Gone {
  return { authorId, visibility: held ? 'direct' : visibility, mentionedIds: held ? [] : mentioned }
}

/** What was said of it is out of its author's outbox, too. */
function ofRemoved(uris: World['uris'], fact: FactOf<'post.removed'>): NewEvent[] {
  const gone = goneFrom(fact)
  return [
    ...(fact.local
      ? [
          at('post', fact.postId, 'Delete', 'id', null, fact.uri, gone),
          ...(fact.activityIds ?? []).map((id) =>
            at('outbox', fact.authorId, 'Remove', 'id', null, uris.activity(id), gone),
          ),
        ]
      : []),
    ...repliesTo(fact.ourParentId, at('replies', '', 'Remove', 'id', null, fact.uri, gone)),
  ]
}

const FOLLOWS: Readonly<Record<string, readonly { to: 'accepted' | 'requested'; verb: Verb }[]>> = {
  'follow.requested': [{ to: 'requested', verb: 'Add' }],
  'follow.accepted': [
    { to: 'requested', verb: 'Remove' },
    { to: 'accepted', verb: 'Add' },
  ],
  'follow.rejected': [
    { to: 'requested', verb: 'Remove' },
    { to: 'accepted', verb: 'Remove' },
  ],
}

/** Each side's list, where that side is from here. What ends a follow may end a wish for one as well. */
function ofFollow(fact: FollowFact<string>): NewEvent[] {
  const { followerId, followedId, followerLocal, followedLocal } = fact
  const moves = FOLLOWS[fact.type] ?? FOLLOWS['follow.rejected'] ?? []
  return moves.flatMap(({ to, verb }) => {
    const [followers, following] =
      to === 'accepted'
        ? (['followers', 'following'] as const)
        : (['pending-followers', 'pending-following'] as const)
    return [
      ...(followedLocal ? [at(followers, followedId, verb, 'account', followerId, fact.followUri)] : []),
      ...(followerLocal ? [at(following, followerId, verb, 'account', followedId, fact.followUri)] : []),
    ]
  })
}

/** The post's list names who likes it; the account's, what it likes. */
function ofLike(fact: ReactionFact<string>): NewEvent[] {
  const verb = fact.type === 'reaction.added' ? 'Add' : 'Remove'
  return [
    ...(fact.authorLocal ? [at('likes', fact.postId, verb, 'account', fact.accountId, fact.uri)] : []),
    ...(fact.accountLocal ? [at('liked', fact.accountId, verb, 'post', fact.postId, fact.postUri)] : []),
  ]
}

function ofBoost(fact: BoostFact<string>): NewEvent[] {
  const gone = { authorId: fact.accountId, visibility: fact.visibility, mentionedIds: [] }
  const added = fact.type === 'boost.added'
  const removed = (name: TopicName, subject: string) =>
    at(name, subject, 'Remove', 'id', null, fact.uri, gone)
  return [
    ...(fact.authorLocal && added ? [at('shares', fact.postId, 'Add', 'act', fact.boostId)] : []),
    ...(fact.authorLocal && !added ? [removed('shares', fact.postId)] : []),
    ...(fact.accountLocal && !added ? [removed('outbox', fact.accountId)] : []),
  ]
}

function ofBlock(fact: BlockFact<string>): NewEvent[] {
  const verb = fact.type === 'block.made' ? 'Add' : 'Remove'
  return fact.accountLocal
    ? [at('blocked', fact.accountId, verb, 'account', fact.targetId, fact.blockUri)]
    : []
}
