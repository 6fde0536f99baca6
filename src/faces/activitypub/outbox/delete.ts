import { refuse } from '../../../base/refusal.ts'
import { isOpen } from '../../../base/visibility.ts'
import type { KnownObject } from '../../../domain/objects/object.ts'
import { removeObject } from '../../../domain/objects/remove.ts'
import { removePost } from '../../../domain/posts/remove.ts'
import type { JsonObject } from '../../../translate/json.ts'
import { tombstoneObject } from '../../../translate/to-activity/note.ts'
import { deleteCollection, requireCollectionScope } from './collections.ts'
import { giveAbout } from './object.ts'
import type { OutboxHandler, Posted, Posting } from './posting.ts'
import { requireScope } from './scopes.ts'
import { nobody, speak } from './speak.ts'
import { changedIn, nameOf, requireOwnObject, requireOwnPost } from './thing.ts'
import { widened } from './update-object.ts'

/** Takes away for good what is theirs; everyone who ever got it is told. */
export const remove: OutboxHandler = {
  authorise({ bearer, activity, parts }) {
    const { kind } = nameOf(parts.world.uris, changedIn(activity))
    if (kind === 'collection') requireCollectionScope(bearer, 'deletecontent')
    else requireScope(bearer, 'deletecontent')
  },

  async run(posting) {
    const { activity, world } = posting
    const uri = changedIn(activity)
    const named = nameOf(world.uris, uri)
    switch (named.kind) {
      // Whoever goes for good says so where they are asked twice.
      case 'actor':
        return refuse('object.actor')
      case 'activity':
        return refuse('act.use-instead', { use: 'Undo' })
      case 'collection':
        return deleteCollection(posting, named.id)
      case 'object':
        return deleteObject(posting, await requireOwnObject(posting, named.id))
      case 'post':
        return deletePost(posting, uri)
      default:
        return refuse('act.object-unknown')
    }
  },
}

async function deletePost(posting: Posting, uri: string): Promise<Posted> {
  const { world, actor, activity } = posting
  const post = await requireOwnPost(posting, uri)
  const { object: _object, ...words } = activity
  const activityId = await speak(posting, { usual: true, audience: nobody, words }, () =>
    removePost(world, actor, post.id),
  )
  return { activityId: activityId ?? refuse('act.redundant') }
}

async function deleteObject(posting: Posting, object: KnownObject): Promise<Posted> {
  const { world, actor, activity } = posting
  const audience = await widened(
    { ...posting, audience: nobody },
    object,
    JSON.parse(object.body) as JsonObject,
  )
  await removeObject(world, actor, object.id)
  const was = isOpen(object.visibility) ? object : undefined
  const tombstone = tombstoneObject(world.uris.object(object.id), world.clock.now(), was)
  const about = { objectId: object.id, gone: true, reaching: true }
  return giveAbout(posting, about, { ...activity, object: tombstone }, audience)
}
