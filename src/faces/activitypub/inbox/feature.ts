import type { Account } from '../../../domain/accounts/account.ts'
import { findFeaturedUrls } from '../../../domain/featured/find.ts'
import { receivePin, receiveUnpin } from '../../../domain/featured/pin.ts'
import { receiveFeaturedTag } from '../../../domain/featured/tag.ts'
import { receivePosts } from '../../../domain/posts/receive.ts'
import type { World } from '../../../domain/world.ts'
import { hashtagFrom } from '../../../text/tokens.ts'
import { embeddedObject, objectIdOf, type ReadActivity } from '../../../translate/from-activity/activity.ts'
import { incomingFrom } from '../../../translate/from-activity/note.ts'
import { idOf, sameOrigin, textOf, typeOf } from '../../../translate/json.ts'
import { type Asking, askFirst, effect, nothing, onlyHeard, type Reading, type Receipt } from './reading.ts'

/** Add and Remove: somebody features a post or a hashtag of theirs, or does so no longer. Of their own lists only (S-049). */
export function readFeature(activity: ReadActivity, { at }: Receipt, added: boolean): Reading {
  const { target, actor: actorUri } = activity
  if (target === undefined || !sameOrigin(target, actorUri)) return onlyHeard('not a list of theirs')
  const object = embeddedObject(activity)
  const tag = object && typeOf(object) === 'Hashtag' ? hashtagFrom(textOf(object.name) ?? '') : undefined
  const uri = objectIdOf(activity)
  if (tag === undefined && (uri === undefined || !sameOrigin(uri, actorUri)))
    return nothing('nothing of theirs')
  return effect(async (world, actor, asking) => {
    const lists = await findFeaturedUrls(world.db, actor.id)
    if (!lists || (target !== lists.featuredUrl && target !== lists.featuredTagsUrl))
      return 'not a list of theirs'
    if (tag) {
      await receiveFeaturedTag(world, actor, { ...tag, url: idOf(object?.href) ?? null }, added)
      return added ? 'featured' : 'no longer featured'
    }
    if (uri === undefined) return 'nothing of theirs'
    return added ? pin(world, actor, uri, at, asking) : receiveUnpin(world, actor, uri)
  })
}

/** Whatever was embedded, a post that is not known yet is asked for: it may be old, and edited since. */
async function pin(world: World, actor: Account, uri: string, at: Date, asking: Asking | undefined) {
  const known = await receivePin(world, actor, uri)
  if (known !== 'unknown') return known
  if (!asking) return askFirst
  const note = await asking.post(uri)
  if (note === 'gone' || note === undefined) return 'not to be had'
  const incoming = incomingFrom(note, at, { followersUrl: actor.followersUrl })
  if (incoming.authorUri !== actor.uri) return 'not theirs'
  await receivePosts(world, [{ incoming, author: actor, wanted: true, found: true }])
  return receivePin(world, actor, uri)
}
