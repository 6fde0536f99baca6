import { refuse } from '../../../base/refusal.ts'
import { findMentioned } from '../../../domain/posts/compose.ts'
import { handlesIn } from '../../../text/tokens.ts'
import { isObject, type JsonObject, textOf } from '../../../translate/json.ts'
import { requireCollectionScope, updateCollection } from './collections.ts'
import { discardPictures, makePictures } from './pictures.ts'
import type { OutboxHandler } from './posting.ts'
import { requireScope } from './scopes.ts'
import { changedIn, nameOf, requireOwnObject, requireOwnPost } from './thing.ts'
import { updateObject } from './update-object.ts'
import { updatePost } from './update-post.ts'
import { updateProfile } from './update-profile.ts'

/** Changes what is theirs: posts, objects, and what they say of themselves. */
export const update: OutboxHandler = {
  authorise({ bearer, activity, parts }) {
    const { kind } = nameOf(parts.world.uris, changedIn(activity))
    patchIn(activity)
    if (kind === 'collection') requireCollectionScope(bearer, 'updatecontent')
    else requireScope(bearer, kind === 'actor' ? 'updateprofile' : 'updatecontent')
  },

  async prepare({ parts, actor, activity }) {
    const patch = patchIn(activity)
    const { source, summary } = patch
    const texts = [isObject(source) ? textOf(source.content) : undefined, textOf(summary)]
    await findMentioned(
      parts.world,
      texts.flatMap((text) => handlesIn(text ?? '')),
    )
    const isOwn = nameOf(parts.world.uris, changedIn(activity)).kind === 'actor'
    return isOwn ? { pictures: await makePictures(parts, actor, patch) } : {}
  },

  release: ({ parts }, { pictures = {} }) => discardPictures(parts.storage, pictures),

  async run(posting) {
    const { activity, world, actor } = posting
    const uri = changedIn(activity)
    const patch = patchIn(activity)
    const named = nameOf(world.uris, uri)
    switch (named.kind) {
      case 'actor':
        return named.id === actor.id ? updateProfile(posting, patch) : refuse('act.not-yours')
      case 'object':
        return updateObject(posting, await requireOwnObject(posting, named.id), patch)
      case 'collection':
        return updateCollection(posting, named.id, patch)
      case 'post':
        return updatePost(posting, await requireOwnPost(posting, uri), patch)
      default:
        return refuse('act.object-unknown')
    }
  },
}

/** @throws Refusal 'activity.not-embedded' when only the id of what is to be changed is given */
function patchIn({ object }: JsonObject): JsonObject {
  return isObject(object) ? object : refuse('activity.not-embedded')
}
