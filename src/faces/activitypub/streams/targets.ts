import { type AccountId, type CollectionId, type ObjectId, type PostId, readId } from '../../../base/ids.ts'
import { refuse } from '../../../base/refusal.ts'
import { findAccount } from '../../../domain/accounts/find.ts'
import { blockedBetween } from '../../../domain/blocks/find.ts'
import type { TopicName } from '../../../domain/events/event.ts'
import { allows, type Need } from '../../../domain/grants/scopes.ts'
import { ensureInbox } from '../../../domain/inboxes/open.ts'
import type { World } from '../../../domain/world.ts'
import { viewCollection } from '../../../views/collections.ts'
import { viewObject } from '../../../views/objects.ts'
import { viewPost } from '../../../views/posts.ts'
import type { Viewer } from '../../../views/view.ts'
import type { Bearer } from '../../http/auth.ts'
import { readsAs, scopesForList } from '../../http/read-scopes.ts'
import type { Listened } from './stream.ts'

type TargetWorld = Pick<World, 'db' | 'uris' | 'clock'>

/** Every address that can be listened to is one that can be read, with this behind it. */
const EVENTS = '/events'
const ACTOR = /^\/ap\/actors\/(\d+)(?:\/([a-z_]+(?:\/[a-z]+)?))?$/
const POST = /^\/ap\/posts\/(\d+)(?:\/(replies|likes|shares))?$/
const OBJECT = /^\/ap\/objects\/(\d+)$/
const COLLECTION = /^\/ap\/collections\/(\d+)$/

/** An actor's lists, each by the last part of its address. */
const LISTS: Readonly<Record<string, TopicName>> = {
  inbox: 'inbox',
  'streams/home': 'home',
  'streams/notifications': 'notifications',
  outbox: 'outbox',
  followers: 'followers',
  following: 'following',
  liked: 'liked',
  featured: 'featured',
  pending_followers: 'pending-followers',
  pending_following: 'pending-following',
  blocked: 'blocked',
}

/** Those that nobody but their owner reads, with what it takes. */
const OWNED: Readonly<Partial<Record<TopicName, Need>>> = {
  inbox: 'readinbox',
  home: 'readinbox',
  notifications: 'readinbox',
  'pending-followers': scopesForList('pending_followers'),
  'pending-following': scopesForList('pending_following'),
  blocked: scopesForList('blocked'),
}

/** The address that is listened to, from that of its stream; undefined for what is none. */
export function targetPath(path: string): string | undefined {
  if (!path.endsWith(EVENTS)) return undefined
  const target = path.slice(0, -EVENTS.length)
  if (POST.test(target) || OBJECT.test(target) || COLLECTION.test(target)) return target
  const [, id, list] = ACTOR.exec(target) ?? []
  return id !== undefined && (list === undefined || list in LISTS) ? target : undefined
}

/**
 * What an app may listen to at an address: the same as it may read there, by the same scopes.
 * @throws Refusal `token.scope`, `stream.not-yours`, and `not-found` for what is not there and what is not for them alike
 */
export async function listenedAt(world: TargetWorld, path: string, bearer: Bearer): Promise<Listened> {
  const actor = ACTOR.exec(path)
  if (actor) return atActor(world, path, bearer, idIn<AccountId>(actor), actor[2])
  const post = POST.exec(path)
  if (post) return atPost(world, path, bearer, idIn<PostId>(post), post[2])
  const object = OBJECT.exec(path)
  if (object) return atObject(world, path, bearer, idIn<ObjectId>(object))
  return atCollection(world, path, bearer, idIn<CollectionId>(COLLECTION.exec(path)))
}

function idIn<Id extends string>(found: RegExpExecArray | null): Id {
  return readId<Id>(found?.[1]) ?? refuse('not-found')
}

async function atActor(
  world: TargetWorld,
  path: string,
  bearer: Bearer,
  id: AccountId,
  list: string | undefined,
): Promise<Listened> {
  const name: TopicName = list === undefined ? 'actor' : (LISTS[list] ?? refuse('not-found'))
  const need = OWNED[name]
  if (need !== undefined) requireOwn(bearer, id, need)
  if (need === 'readinbox') await ensureInbox(world, id)
  const account = await findAccount(world.db, id)
  if (!account?.local || account.suspended) return refuse('not-found')
  const viewer = need === undefined ? await viewerOf(world, path, bearer, id) : { accountId: id }
  return listened(world, path, name, id, viewer)
}

/** @throws Refusal `stream.not-yours`, `token.scope` */
function requireOwn({ account, scopes }: Bearer, ownerId: AccountId, need: Need): void {
  if (!allows(scopes, need)) {
    refuse('token.scope', { scope: typeof need === 'string' ? need : need.join(' ') })
  }
  if (account.id !== ownerId) refuse('stream.not-yours')
}

async function atPost(
  world: TargetWorld,
  path: string,
  bearer: Bearer,
  id: PostId,
  list: string | undefined,
): Promise<Listened> {
  const { db, uris } = world
  const me = { accountId: bearer.account.id }
  const post = await viewPost(db, id, readsAs(bearer, path) === 'nobody' ? undefined : me)
  if (!post?.local || post.uri !== uris.post(id)) return refuse('not-found')
  const viewer = await viewerOf(world, path, bearer, post.author.id)
  if (!viewer && !(await viewPost(db, id, undefined))) refuse('not-found')
  return listened(world, path, (list as TopicName | undefined) ?? 'post', id, viewer)
}

async function atObject(world: TargetWorld, path: string, bearer: Bearer, id: ObjectId): Promise<Listened> {
  const { db } = world
  const me = { accountId: bearer.account.id }
  const found = await viewObject(db, id, readsAs(bearer, path) === 'nobody' ? undefined : me)
  if (!found) return refuse('not-found')
  const viewer = await viewerOf(world, path, bearer, found.accountId)
  if (!viewer && !(await viewObject(db, id, undefined))) refuse('not-found')
  return listened(world, path, 'object', id, viewer)
}

async function atCollection(
  world: TargetWorld,
  path: string,
  bearer: Bearer,
  id: CollectionId,
): Promise<Listened> {
  const { db } = world
  const me = { accountId: bearer.account.id }
  const found = await viewCollection(db, id, readsAs(bearer, path) === 'nobody' ? undefined : me)
  if (!found || found.deletedAt !== null) return refuse('not-found')
  const viewer = await viewerOf(world, path, bearer, found.accountId)
  if (!viewer && !(await viewCollection(db, id, undefined))) refuse('not-found')
  return listened(world, path, 'collection', id, viewer)
}

/** As whom the app reads what is that person's, who must not be kept apart from its owner by a block. */
async function viewerOf(
  { db }: TargetWorld,
  path: string,
  bearer: Bearer,
  ownerId: AccountId,
): Promise<Viewer> {
  const me = bearer.account.id
  const how = readsAs(bearer, path)
  if (how === 'nobody' || (how === 'own' && me !== ownerId)) return undefined
  if (me !== ownerId && (await blockedBetween(db, me, [ownerId])).size > 0) refuse('not-found')
  return { accountId: me }
}

function listened(
  { uris }: TargetWorld,
  path: string,
  name: TopicName,
  subject: string,
  viewer: Viewer,
): Listened {
  const target = `${uris.origin}${path}`
  return { topics: [{ name, subject }], readerId: viewer?.accountId ?? null, target }
}
