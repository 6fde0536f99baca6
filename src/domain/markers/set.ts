import { refuse } from '../../base/refusal.ts'
import type { MarkedTimeline } from '../../db/tables/timelines.ts'
import { transact } from '../../db/transact.ts'
import type { LocalAccount } from '../accounts/account.ts'
import type { World } from '../world.ts'
import { findMarkers, type Marker } from './find.ts'
import { setMarker } from './store.ts'

/**
 * Says how far somebody has read, in all of these or in none of them. Who says so while another app of theirs does is
 * refused, and learns nothing of the other.
 * @throws Refusal 'marker.conflict'
 */
export async function setMarkers(
  world: Pick<World, 'db' | 'clock'>,
  account: LocalAccount,
  places: ReadonlyMap<MarkedTimeline, string>,
): Promise<Marker[]> {
  // Always in one order, so that two who set both do not wait for each other.
  const timelines = [...places.keys()].sort()
  const known = await findMarkers(world.db, account.id, timelines)
  return transact(world.db, async (tx) => {
    const set: Marker[] = []
    for (const timeline of timelines) {
      const version = known.find((marker) => marker.timeline === timeline)?.version ?? 0
      const lastReadId = places.get(timeline) ?? '0'
      const marker = await setMarker(tx, account.id, timeline, {
        lastReadId,
        version,
        now: world.clock.now(),
      })
      set.push(marker ?? refuse('marker.conflict'))
    }
    return set
  })
}
