import { receiveRevocation } from '../../../domain/policies/answered.ts'
import { receiveDelete } from '../../../domain/posts/remove.ts'
import { objectIdOf, type ReadActivity } from '../../../translate/from-activity/activity.ts'
import { sameOrigin } from '../../../translate/json.ts'
import { askWhetherGone } from './origin.ts'
import { effect, nothing, type Reading } from './reading.ts'

/** Delete: a post is gone, or the actor itself, which its home must confirm. */
export function readDelete(activity: ReadActivity): Reading {
  const uri = objectIdOf(activity)
  if (uri === undefined) return nothing('its object has no id')
  if (uri === activity.actor) return askWhetherGone(uri)
  if (!sameOrigin(uri, activity.actor)) return nothing('not theirs to delete')
  return effect(async (world, actor) => {
    if (world.uris.isOurs(uri)) return 'ours'
    return (await receiveRevocation(world, actor, uri)) ?? receiveDelete(world, actor, uri)
  })
}
