import type { CollectionId } from '../../../base/ids.ts'
import { refuse } from '../../../base/refusal.ts'
import type { Uris } from '../../../base/uris.ts'
import type { LocalAccount } from '../../../domain/accounts/account.ts'
import { findDone } from '../../../domain/activities/undone-find.ts'
import { addMember, removeMember } from '../../../domain/collections/change.ts'
import { isFeatured, isPinned } from '../../../domain/featured/find.ts'
import { pinPost, unpinPost } from '../../../domain/featured/pin.ts'
import { featureTag, unfeatureTag } from '../../../domain/featured/tag.ts'
import { rejectFollow } from '../../../domain/follows/answer.ts'
import { findFollow } from '../../../domain/follows/find.ts'
import { hashtagFrom } from '../../../text/tokens.ts'
import { isObject, type JsonObject, soleIdOf, textOf, typeOf } from '../../../translate/json.ts'
import type { OutboxHandler, Posted, Posting } from './posting.ts'
import { requireScope } from './scopes.ts'
import { give, speak } from './speak.ts'
import { askForThing, findSubject, objectOf, requireActor, requireThing } from './subject.ts'

/** What can be put into a collection, and taken out of it. */
type Place =
  | { readonly kind: 'posts' | 'tags' | 'followers' }
  | { readonly kind: 'collection'; readonly id: CollectionId }

/** Add and Remove: into and out of what one features, and collections of one's own. */
export const change: OutboxHandler = {
  authorise({ bearer, activity, parts, actor }) {
    const place = placeAt(parts.world.uris, actor, targetOf(activity))
    requireScope(bearer, place.kind === 'followers' ? 'managefollowers' : 'managecollections')
  },
  async prepare(asking) {
    const uri = memberIn(asking.activity)
    return uri === undefined ? {} : askForThing(asking, uri)
  },
  async run(posting) {
    const { world, actor, activity, type } = posting
    const place = placeAt(world.uris, actor, targetOf(activity))
    switch (place.kind) {
      case 'posts':
        return isHashtag(activity) ? changeTags(posting) : changePins(posting)
      case 'tags':
        return changeTags(posting)
      case 'followers':
        return type === 'Remove' ? removeFollower(posting) : refuse('collection.managed')
      case 'collection':
        return changeCollection(posting, place.id)
    }
  },
}

function targetOf(activity: JsonObject): string {
  return soleIdOf(activity.target) ?? refuse('activity.no-target')
}

/** @throws Refusal 'collection.managed', 'collection.not-yours', 'collection.not-found' */
function placeAt(uris: Uris, actor: LocalAccount, target: string): Place {
  if (target === uris.featured(actor.id)) return { kind: 'posts' }
  if (target === uris.featuredTags(actor.id)) return { kind: 'tags' }
  if (target === uris.followers(actor.id)) return { kind: 'followers' }
  const id = uris.collectionIdFrom(target)
  if (id) return { kind: 'collection', id }
  if (!uris.isOurs(target)) return refuse('collection.not-yours')
  if (target.startsWith(`${actor.uri}/`)) return refuse('collection.managed')
  if (target.startsWith(`${uris.origin}/ap/actors/`)) return refuse('collection.not-yours')
  if (target.startsWith(`${uris.origin}/ap/posts/`)) return refuse('collection.managed')
  return refuse('collection.not-found')
}

function isHashtag({ object }: JsonObject): boolean {
  return isObject(object) && typeOf(object) === 'Hashtag'
}

/** The id of what is put somewhere; a link has none, but says where it leads. */
function memberIn(activity: JsonObject): string | undefined {
  const { object } = activity
  return soleIdOf(object) ?? (isObject(object) ? soleIdOf(object.href) : undefined)
}

async function changePins(posting: Posting): Promise<Posted> {
  const { world, tx, actor, activity, type } = posting
  const post = (await findSubject(posting, objectOf(activity))) ?? refuse('act.object-unknown')
  const pinned = await isPinned(tx, actor.id, post.id)
  if (pinned === (type === 'Add')) return refuseAgain(posting, post.uri)
  return done(posting, () => (type === 'Add' ? pinPost : unpinPost)(world, actor, post.id))
}

async function changeTags(posting: Posting): Promise<Posted> {
  const { world, tx, actor, activity, type } = posting
  const { object } = activity
  const written = isObject(object) ? textOf(object.name) : textOf(object)
  const tag = hashtagFrom(written ?? '') ?? refuse('tag.invalid')
  const featured = await isFeatured(tx, actor.id, tag.name)
  if (featured === (type === 'Add')) return refuseAgain(posting, memberIn(activity))
  return done(posting, () => (type === 'Add' ? featureTag : unfeatureTag)(world, actor, tag.displayName))
}

async function removeFollower(posting: Posting): Promise<Posted> {
  const { world, tx, actor, activity } = posting
  const follower = await requireActor(posting, objectOf(activity))
  const follow = await findFollow(tx, follower.id, actor.id)
  if (follow?.state !== 'accepted') return refuse('act.redundant')
  await rejectFollow(world, follow)
  return give(posting, { also: [follower] })
}

async function changeCollection(posting: Posting, id: CollectionId): Promise<Posted> {
  const { world, actor, activity, type } = posting
  const uri = memberIn(activity) ?? objectOf(activity)
  // Nobody keeps what they may not see; what is no post here is for its own server to show.
  if (type === 'Add') await requireVisible(posting, uri)
  const changed = await (type === 'Add' ? addMember : removeMember)(world, actor, id, uri)
  return changed ? give(posting) : refuseAgain(posting, uri)
}

async function requireVisible(posting: Posting, uri: string): Promise<void> {
  const { uris } = posting.world
  const post = await findSubject(posting, uri)
  const isMadeHere = (uris.objectIdFrom(uri) ?? uris.collectionIdFrom(uri)) !== undefined
  if (!post && isMadeHere) await requireThing(posting, uri)
}

async function done(posting: Posting, work: () => Promise<unknown>): Promise<Posted> {
  const activityId = await speak(posting, {}, work)
  return { activityId: activityId ?? refuse('act.redundant') }
}

/** With the id of the activity by which it was done before, where that was an app's. */
async function refuseAgain({ world, tx, actor, activity, type }: Posting, uri?: string): Promise<never> {
  const targetUri = targetOf(activity)
  const [earlier] =
    uri === undefined
      ? []
      : await findDone(tx, { accountId: actor.id, kind: type, objectUri: uri, targetUri })
  return refuse('act.redundant', earlier ? { duplicate: world.uris.activity(earlier) } : {})
}
