import { receiveRevocation } from '../../../domain/policies/answered.ts'
import { receiveDelete } from '../../../domain/posts/remove.ts'
import { objectIdOf, type ReadActivity } from '../../../translate/from-activity/activity.ts'
import { sameOrigin } from '../../../translate/json.ts'
import { askWhetherGone, askWhetherPostIsGone } from './origin.ts'
import { effect, nothing, type Reading } from './reading.ts'

/** Delete: a post is gone, or the actor itself, which its home must confirm. */
export function readDelete(activity: ReadActivity): Reading {
  const uri = objectIdOf(activity)
  if (uri === undefined) return nothing('its object has no id')
  if (uri === activity.actor) return askWhetherGone(uri)
  // Nobody deletes what is another's; but that it is gone there may be so, and its own server knows.
  if (!sameOrigin(uri, activity.actor)) return askWhetherPostIsGone(uri)
  return effect(async (world, actor) => {
    if (world.uris.isOurs(uri)) return 'ours'
    return (await receiveRevocation(world, actor, uri)) ?? receiveDelete(world, actor, uri)
  })
}
