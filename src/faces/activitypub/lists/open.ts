import { type AccountId, type CollectionId, type PostId, readId } from '../../../base/ids.ts'
import { refuse } from '../../../base/refusal.ts'
import { PUBLIC } from '../../../base/uris.ts'
import { allows } from '../../../domain/grants/scopes.ts'
import { addressesFrom } from '../../../translate/to-activity/note.ts'
import { scopesForList } from '../../http/read-scopes.ts'
import type { Reading } from '../../http/reading.ts'
import { findActor } from '../actors.ts'
import { findPost } from '../objects.ts'
import type { SurfaceParts } from '../parts.ts'
import { collectionsOf, openCollection } from './collections.ts'
import { openConversation } from './conversation.ts'
import { featured, featuredTags, liked } from './likings.ts'
import type { List } from './list.ts'
import { openOfObject } from './of-object.ts'
import { likes, type PostList, replies, shares } from './of-post.ts'
import { outbox } from './outbox.ts'
import { blocked, blocks, followers, following, pendingFollowers, pendingFollowing } from './people.ts'
import { publicInbox } from './public-inbox.ts'
import type { ActorList, ListOwner } from './source.ts'

const ofActors: Readonly<Record<string, ActorList>> = {
  outbox,
  followers,
  following,
  liked,
  featured,
  tags: featuredTags,
  collections: collectionsOf,
}
/** Nobody else's to read. */
const owned: Readonly<Record<string, ActorList>> = {
  pending_followers: pendingFollowers,
  pending_following: pendingFollowing,
  blocked,
  blocks,
}
const ofPosts: Readonly<Record<string, PostList>> = { likes, shares, replies }

/** Those that have a stream of what happens to them. */
const HEARD =
  /^\/ap\/(?:collections\/\d+|posts\/\d+\/(?:likes|shares|replies)|actors\/\d+\/(?:outbox|followers|following|liked|featured|pending_followers|pending_following|blocked))$/

/** Opens the list at a path for a reader; undefined when there is none, or not for them. */
export async function openList(
  parts: SurfaceParts,
  path: string,
  reading: Reading,
): Promise<List | undefined> {
  const list = await openAt(parts, path, reading)
  return list && HEARD.test(path) ? { ...list, events: parts.uris.events(list.id) } : list
}

async function openAt(parts: SurfaceParts, path: string, reading: Reading): Promise<List | undefined> {
  const [, of, id = '', name = ''] =
    /^\/ap\/(actors|posts|objects|collections|inbox)(?:\/([0-9a-z]+))?(?:\/([a-z_]+))?$/.exec(path) ?? []
  if (of === 'inbox') return publicInbox(parts, reading)
  if (of === 'collections') return openCollection(parts, readId<CollectionId>(id), reading)
  if (of === 'objects') return openOfObject(parts, id, name, reading)
  if (of === 'posts') return openOfPost(parts, readId<PostId>(id), name, reading)
  return of === 'actors' ? openOfActor(parts, id, name, reading) : undefined
}

async function openOfActor(
  parts: SurfaceParts,
  id: string,
  name: string,
  reading: Reading,
): Promise<List | undefined> {
  // Their own apps find it before they come here.
  const isOwned = Object.hasOwn(owned, name) || name === 'inbox'
  if (isOwned) requireOwner(id, name, reading)
  const self = name === 'outbox' ? selfOf(id, reading) : undefined
  if (self) return openOwnOutbox(parts, self, reading)
  const open = isOwned ? owned[name] : Object.hasOwn(ofActors, name) ? ofActors[name] : undefined
  const account = open && (reading.account ?? (await findActor(parts, id)))
  if (!open || !account || account.suspended) return undefined
  reading.account = account
  reading.paths.push(`/restricted/${account.id}`)
  reading.public = !isOwned
  reading.gone = account.deleted
  return account.deleted
    ? undefined
    : forWhom(open(parts, account, reading), { to: [isOwned ? account.uri : PUBLIC] })
}

/** Who asks, where what they ask for is their own: their app could not ask if they were not there. */
function selfOf(id: string, { app }: Reading): ListOwner | undefined {
  return app && app.account.id === readId<AccountId>(id) ? app.account : undefined
}

/** What apps read again and again, without a look at whose it is. */
function openOwnOutbox(parts: SurfaceParts, self: ListOwner, reading: Reading): List {
  reading.ownerId = self.id
  reading.public = true
  return forWhom(outbox(parts, self, reading), { to: [PUBLIC] })
}

/** Whether there is such an account or not: nobody is told who may not read it. */
function requireOwner(id: string, name: string, { app }: Reading): void {
  const { scopes, account } = app ?? refuse('token.missing')
  const needed = scopesForList(name)
  if (!allows(scopes, needed)) refuse('token.scope', { scope: needed[0] ?? '' })
  if (account.id !== readId<AccountId>(id)) refuse('list.not-yours')
}

async function openOfPost(
  parts: SurfaceParts,
  id: PostId | undefined,
  name: string,
  reading: Reading,
): Promise<List | undefined> {
  if (id === undefined) return undefined
  // The oldest post of a conversation need not be here, or be for this reader.
  if (name === 'context') return openConversation(parts, id, reading)
  const open = Object.hasOwn(ofPosts, name) ? ofPosts[name] : undefined
  const post = open && (await findPost(parts, id, reading))
  return post && forWhom(open(parts, post, reading), addressesFrom(post, parts.uris))
}

function forWhom(
  list: List,
  { to, cc = [] }: { readonly to: readonly string[]; readonly cc?: readonly string[] },
): List {
  return { ...list, about: { ...list.about, to, ...(cc.length === 0 ? {} : { cc }) } }
}
