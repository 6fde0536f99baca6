import type { AccountId, AttachmentId, CollectionId, ObjectId } from '../../../base/ids.ts'
import { refuse } from '../../../base/refusal.ts'
import type { Uris } from '../../../base/uris.ts'
import { findVisibleObject } from '../../../domain/objects/find.ts'
import type { KnownObject } from '../../../domain/objects/object.ts'
import { findPostByUri, findTombstone, findVisible, type KnownPost } from '../../../domain/posts/find.ts'
import { type JsonObject, soleIdOf } from '../../../translate/json.ts'
import type { Posting } from './posting.ts'

/** What an id of ours names, by its form. */
export type Named =
  | { readonly kind: 'actor'; readonly id: AccountId }
  | { readonly kind: 'object'; readonly id: ObjectId }
  | { readonly kind: 'collection'; readonly id: CollectionId }
  | { readonly kind: 'file'; readonly id: AttachmentId }
  | { readonly kind: 'activity' }
  /** a post of ours, or what another server has */
  | { readonly kind: 'post' }

export function nameOf(uris: Uris, uri: string): Named {
  const actor = uris.accountIdFrom(uri)
  if (actor !== undefined) return { kind: 'actor', id: actor }
  const object = uris.objectIdFrom(uri)
  if (object !== undefined) return { kind: 'object', id: object }
  const collection = uris.collectionIdFrom(uri)
  if (collection !== undefined) return { kind: 'collection', id: collection }
  const file = uris.mediaIdFrom(uri)
  if (file !== undefined) return { kind: 'file', id: file }
  return uris.activityIdFrom(uri) === undefined ? { kind: 'post' } : { kind: 'activity' }
}

/** The id of the one thing that an activity changes. @throws Refusal 'activity.no-object' or 'act.object-unknown' */
export function changedIn({ object }: JsonObject): string {
  if (object === undefined || object === null) refuse('activity.no-object')
  return soleIdOf(object) ?? refuse('act.object-unknown')
}

/**
 * A post of theirs.
 * @throws Refusal 'act.redundant' for what they have deleted, 'act.not-yours' for one of another that they may see,
 *   'act.object-unknown' for all else
 */
export async function requireOwnPost(posting: Posting, uri: string): Promise<KnownPost> {
  const { tx, actor } = posting
  const post = await findPostByUri(tx, uri)
  if (!post) return refuse((await wasTheirs(posting, uri)) ? 'act.redundant' : 'act.object-unknown')
  if (post.accountId !== actor.id) {
    refuse((await findVisible(tx, post.id, { accountId: actor.id })) ? 'act.not-yours' : 'act.object-unknown')
  }
  return post.boostOfId === null ? post : refuse('act.use-instead', { use: 'Undo' })
}

/** The same for an object that is no post. */
export async function requireOwnObject(posting: Posting, id: ObjectId): Promise<KnownObject> {
  const { tx, actor, world } = posting
  const object = await findVisibleObject(tx, id, { accountId: actor.id })
  if (!object) {
    return refuse((await wasTheirs(posting, world.uris.object(id))) ? 'act.redundant' : 'act.object-unknown')
  }
  return object.accountId === actor.id ? object : refuse('act.not-yours')
}

async function wasTheirs({ tx, actor }: Posting, uri: string): Promise<boolean> {
  return (await findTombstone(tx, uri))?.accountUri === actor.uri
}
