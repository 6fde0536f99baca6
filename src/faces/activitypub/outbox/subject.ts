import type { ObjectId } from '../../../base/ids.ts'
import { refuse } from '../../../base/refusal.ts'
import { isOpen } from '../../../base/visibility.ts'
import type { Account } from '../../../domain/accounts/account.ts'
import { findAccount, findAccountByUri } from '../../../domain/accounts/find.ts'
import { blockedBetween } from '../../../domain/blocks/find.ts'
import { findVisibleObject } from '../../../domain/objects/find.ts'
import type { ObjectReaction } from '../../../domain/objects/object.ts'
import { reactToObject } from '../../../domain/objects/react.ts'
import { findOriginal } from '../../../domain/posts/boost-find.ts'
import { findPostByUri, type KnownPost } from '../../../domain/posts/find.ts'
import { idsOf, type JsonObject, soleIdOf } from '../../../translate/json.ts'
import { viewCollection } from '../../../views/collections.ts'
import type { Asking, Known, Posted, Posting } from './posting.ts'

/** The id of what an activity is done to. @throws Refusal 'activity.no-object' when it names nothing, or several */
export function objectOf(activity: JsonObject): string {
  return soleIdOf(activity.object) ?? refuse('activity.no-object')
}

/** Asks for an actor that is not known here yet. */
export async function askForAccount({ parts }: Asking, uri: string): Promise<Partial<Known>> {
  const account = await parts.directory.findByUri(uri).catch(() => undefined)
  return { accounts: new Map(account ? [[uri, account]] : []) }
}

/** Asks for a post that is not known here yet, or else an actor, or else whoever made what is neither. */
export async function askForThing(asking: Asking, uri: string): Promise<Partial<Known>> {
  const { parts } = asking
  const post = await parts.resolvePost(uri).catch(() => undefined)
  if (post) return { posts: new Map([[uri, post]]) }
  const actor = await askForAccount(asking, uri)
  if (actor.accounts?.size || parts.world.uris.isOurs(uri)) return actor
  const thing = await parts.directory.post(uri).catch(() => undefined)
  const maker = thing === undefined || thing === 'gone' ? undefined : idsOf(thing.attributedTo)[0]
  const account =
    maker === undefined ? undefined : await parts.directory.findByUri(maker).catch(() => undefined)
  return { accounts: new Map(account ? [[uri, account]] : []) }
}

/** An actor that is known by now; nothing when there is none of that id. */
export async function findActor({ tx, known }: Posting, uri: string): Promise<Account | undefined> {
  return known.accounts.get(uri) ?? (await findAccountByUri(tx, uri))
}

/** @throws Refusal 'act.not-an-actor' */
export async function requireActor(posting: Posting, uri: string): Promise<Account> {
  const account = await findActor(posting, uri)
  return account && !(account.local && account.kind === 'application') ? account : refuse('act.not-an-actor')
}

/**
 * The post that is meant, of a boost what it shows; nothing when no post has that id.
 * @throws Refusal 'act.object-unknown' for one that is not for them, 'follow.blocked' where only a block keeps it from them
 */
export async function findSubject(
  { tx, known, actor }: Posting,
  uri: string,
): Promise<KnownPost | undefined> {
  const post = known.posts.get(uri) ?? (await findPostByUri(tx, uri))
  if (!post) return undefined
  const seen = await findOriginal(tx, post.id, { accountId: actor.id })
  if (seen) return seen
  const apart = isOpen(post.visibility) && (await blockedBetween(tx, actor.id, [post.accountId])).size > 0
  return refuse(apart ? 'follow.blocked' : 'act.object-unknown')
}

export interface Thing {
  readonly owner: Account
  /** everyone may see it */
  readonly open: boolean
  /** of what is neither a person nor a collection */
  readonly objectId?: ObjectId
}

/**
 * Something that is no post: a person, or what somebody made, with whoever it belongs to.
 * @throws Refusal 'act.object-unknown' when there is none that they may know of, 'follow.blocked'
 */
export async function requireThing(posting: Posting, uri: string): Promise<Thing> {
  const thing = (await findMade(posting, uri)) ?? refuse('act.object-unknown')
  const { tx, actor } = posting
  if ((await blockedBetween(tx, actor.id, [thing.owner.id])).size > 0) refuse('follow.blocked')
  return thing
}

async function findMade(posting: Posting, uri: string): Promise<Thing | undefined> {
  const { tx, actor, world } = posting
  const account = await findActor(posting, uri)
  if (account) return { owner: account, open: true }
  const viewer = { accountId: actor.id }
  const [objectId, collectionId] = [world.uris.objectIdFrom(uri), world.uris.collectionIdFrom(uri)]
  const made = objectId
    ? await findVisibleObject(tx, objectId, viewer)
    : collectionId
      ? await viewCollection(tx, collectionId, viewer)
      : undefined
  if (!made || ('deletedAt' in made && made.deletedAt !== null)) return undefined
  const owner = await findAccount(tx, made.accountId)
  return owner && { owner, open: isOpen(made.visibility), ...(objectId && { objectId }) }
}

/** Lets what somebody has done to an object stand in its lists. */
export async function reactTo(
  { tx, actor, world }: Posting,
  objectId: ObjectId,
  kind: ObjectReaction['kind'],
  { activityId: id }: Posted,
): Promise<void> {
  await reactToObject(tx, { id, objectId, accountId: actor.id, kind, uri: world.uris.activity(id) })
}

/** Whoever said a post, to be told of what is done to it; nobody when it is one's own. */
export async function authorOf({ tx, actor }: Posting, post: KnownPost): Promise<readonly Account[]> {
  const author = post.accountId === actor.id ? undefined : await findAccount(tx, post.accountId)
  return author ? [author] : []
}
