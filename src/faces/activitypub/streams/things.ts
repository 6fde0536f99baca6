import type {
  AccountId,
  ActivityId,
  CollectionId,
  InboxItemId,
  NotificationId,
  ObjectId,
  PostId,
} from '../../../base/ids.ts'
import type { Uris } from '../../../base/uris.ts'
import type { Db } from '../../../db/connect.ts'
import { findCollection } from '../../../domain/collections/find.ts'
import type { StreamEvent, Thing } from '../../../domain/events/event.ts'
import { findAuthorOf } from '../../../domain/posts/find.ts'
import type { Json, JsonObject } from '../../../translate/json.ts'
import { actorFrom } from '../../../translate/to-activity/actor.ts'
import { actBrief, personBrief } from '../../../translate/to-activity/brief.ts'
import { noteContext, plainContext } from '../../../translate/to-activity/context.ts'
import { postObject, receivedFrom, saidFrom } from '../../../translate/to-activity/received.ts'
import { followersUrisOf, viewAccount } from '../../../views/accounts.ts'
import { viewActivity } from '../../../views/activities.ts'
import { viewReceivedById } from '../../../views/inboxes.ts'
import { listNotices } from '../../../views/notifications.ts'
import { viewObjectAsMaker } from '../../../views/objects.ts'
import { viewPost, viewPostAsAuthor } from '../../../views/posts.ts'
import type { AccountView, PostView } from '../../../views/view.ts'
import { noticeItems, saidItems } from '../owned/lists.ts'

export interface ThingParts {
  readonly db: Db
  readonly uris: Uris
}

/** What an event is about, whole, as its own address shows it; undefined when it is not there any more. */
export async function thingOf(parts: ThingParts, event: StreamEvent): Promise<Json | undefined> {
  const { thing, thingId, uri } = event
  if (thing === 'id' || event.verb === 'Remove' || event.verb === 'Delete') return goneFrom(parts, event)
  if (thingId === null) return uri ?? undefined
  return isRead(thing) ? readers[thing](parts, thingId, event) : undefined
}

/** The others are told by the Mastodon API alone. */
type Read = Exclude<Thing, 'id' | 'announcement' | 'homes' | 'alert' | 'alerts' | 'filters'>
const isRead = (thing: Thing): thing is Read => thing in readers

/** Of what is gone its id alone; where it was deleted, that it was. */
async function goneFrom(parts: ThingParts, event: StreamEvent): Promise<Json | undefined> {
  const { verb, thing, thingId, uri, topic } = event
  if (verb === 'Delete') return { '@context': plainContext, id: uri, type: 'Tombstone' }
  if (thing === 'account' && thingId !== null && BY_ACTOR.has(topic.name)) {
    return (await viewAccount(parts.db, thingId as AccountId))?.uri
  }
  return uri ?? undefined
}

/** Lists of people: all others of relations name the activity that began them. */
const BY_ACTOR: ReadonlySet<string> = new Set(['followers', 'following', 'blocked'])

type Reader = (parts: ThingParts, id: string, event: StreamEvent) => Promise<Json | undefined>

const readers: Readonly<Record<Read, Reader>> = {
  async account(parts, id, event) {
    const account = await viewAccount(parts.db, id as AccountId)
    return account && !account.deleted ? relationTo(parts, account, event) : undefined
  },
  async post(parts, id) {
    const post = await readPost(parts, id as PostId)
    if (!post) return undefined
    return withContext(postObject(post, await followersOf(parts, post), parts.uris))
  },
  async act(parts, id, { topic }) {
    const post = await readPost(parts, id as PostId)
    if (!post) return undefined
    if (topic.name !== 'home')
      return withContext(saidFrom(post.uri, post, await followersOf(parts, post), parts.uris))
    const [item] = await saidItems(parts, ownerOf(parts, topic.subject), [post])
    return item && withContext(item.json as JsonObject)
  },
  async activity({ db }, id) {
    const activity = await viewActivity(db, id as ActivityId)
    return activity && (JSON.parse(activity.body) as Json)
  },
  async received({ db, uris }, id, { topic }) {
    const item = await viewReceivedById(db, topic.subject as AccountId, id as InboxItemId)
    return item && withContext(receivedFrom(item, uris))
  },
  async notification(parts, id, { topic }) {
    const owner = ownerOf(parts, topic.subject)
    const { items } = await listNotices(parts.db, owner.id, id as NotificationId)
    const [item] = await noticeItems(parts, owner, items)
    return item && withContext(item.json as JsonObject)
  },
  async object({ db }, id) {
    const object = await viewObjectAsMaker(db, id as ObjectId)
    return object && (JSON.parse(object.body) as Json)
  },
  async collection({ db, uris }, id) {
    const collection = await findCollection(db, id as CollectionId)
    if (!collection || collection.deletedAt !== null) return undefined
    return {
      ...(JSON.parse(collection.body) as JsonObject),
      id: uris.collection(collection.id),
      type: collection.ordered ? 'OrderedCollection' : 'Collection',
      attributedTo: uris.actor(collection.accountId),
      ...(collection.updatedAt === null ? {} : { updated: collection.updatedAt.toISOString() }),
    }
  },
}

/** Likes and wishes are told as the activities that they are; in all other lists of people stand the people. */
function relationTo({ uris }: ThingParts, account: AccountView, { topic, uri }: StreamEvent): Json {
  if (topic.name === 'pending-followers' || topic.name === 'pending-following') {
    const subject = uris.actor(topic.subject as AccountId)
    const [actor, object] =
      topic.name === 'pending-followers' ? [account.uri, subject] : [subject, account.uri]
    return { '@context': plainContext, ...actBrief('Follow', uri ?? '', actor, object) }
  }
  if (topic.name === 'likes') {
    const object = uris.post(topic.subject as PostId)
    return { '@context': plainContext, ...actBrief('Like', uri ?? '', account.uri, object) }
  }
  if (account.local) return actorFrom(account, uris)
  // Somebody elsewhere, as far as is known here without asking.
  return { '@context': plainContext, ...personBrief({ ...account, inboxUrl: null, outboxUrl: null }, uris) }
}

function ownerOf({ uris }: ThingParts, subject: string): { readonly id: AccountId; readonly uri: string } {
  const id = subject as AccountId
  return { id, uri: uris.actor(id) }
}

/** As anybody sees it, or else as its author does: who may hear of it is known by another rule. */
async function readPost({ db }: ThingParts, id: PostId): Promise<PostView | undefined> {
  const open = await viewPost(db, id, undefined)
  if (open) return open
  const authorId = await findAuthorOf(db, id)
  return authorId && viewPostAsAuthor(db, id, authorId)
}

function followersOf({ db }: ThingParts, post: PostView): Promise<Map<AccountId, string>> {
  const authors = [post.author, ...(post.boostOf ? [post.boostOf.author] : [])]
  return followersUrisOf(
    db,
    authors.filter(({ local }) => !local).map(({ id }) => id),
  )
}

function withContext(object: JsonObject): JsonObject {
  return '@context' in object ? object : { '@context': noteContext, ...object }
}
