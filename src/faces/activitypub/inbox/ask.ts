import { findAccountByUri } from '../../../domain/accounts/find.ts'
import type { World } from '../../../domain/world.ts'
import type { JobHandler } from '../../../jobs/outcomes.ts'
import { activityFrom, ownIdOf } from '../../../translate/from-activity/activity.ts'
import { act, isDeafTo, settled } from './act.ts'
import { isForInboxes, keepHeard } from './keep.ts'
import type { Ask, Hear } from './process.ts'
import { readActivity } from './read.ts'
import { type Asking, askFirst } from './reading.ts'

/** The job `ask`: asks first, then lets the activity take effect like any other. */
export function askHandler(world: World, asking: Asking, hear: Hear): JobHandler {
  return async (payload) => {
    const { body, receivedAt } = payload as Ask
    hear('ask', await take(world, asking, body, new Date(receivedAt)).catch(settled))
  }
}

async function take(world: World, asking: Asking, body: string, at: Date): Promise<string> {
  const activity = activityFrom(body)
  const known = await findAccountByUri(world.db, activity.actor)
  if (isDeafTo(known, activity.type)) return 'suspended'
  const reading = readActivity(activity, { at, followersUrl: known?.followersUrl ?? null })
  if (reading.kind === 'ask') return reading.ask(world, asking)
  const actor = await world.directory.findByUri(activity.actor)
  if (!actor) return 'unknown actor'
  if (isDeafTo(actor, activity.type)) return 'suspended'
  const outcome = await act(world, actor, reading, asking, ownIdOf(activity))
  if (isForInboxes(activity, reading, outcome)) await keepHeard(world, [{ activity, actor }])
  return outcome === askFirst ? 'not to be had' : outcome
}
