import { fanOutMore, type HomeFanOut } from '../domain/timelines/fan-out.ts'
import type { World } from '../domain/world.ts'
import type { EffectName } from '../facts/consequences.ts'
import type { Effect } from '../facts/record.ts'
import type { JobHandler } from '../jobs/outcomes.ts'
import { type DeliverParts, deliver, expand } from './deliver.ts'
import { documents } from './documents.ts'
import { notify } from './notify.ts'
import { timelines } from './timelines.ts'

/** One function for each effect that `facts/consequences.ts` names. */
export function createEffects(
  world: Pick<World, 'ids' | 'uris' | 'clock' | 'limits'> & Pick<DeliverParts, 'seal'>,
): Readonly<Record<EffectName, Effect>> {
  return {
    timelines: timelines(world),
    notify: notify(world),
    deliver: deliver(world),
    documents: documents(world.uris),
  }
}

/** The jobs that effects leave behind when their work is too large for a transaction. */
export function effectJobs(world: World): Readonly<Record<'deliver' | 'home', JobHandler>> {
  return {
    deliver: expand(world),
    home: (payload) => fanOutMore(world, payload as HomeFanOut),
  }
}
