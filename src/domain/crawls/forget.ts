import type { World } from '../world.ts'
import { deleteCrawls } from './store.ts'

const KEPT_DAYS = 90
const AT_ONCE = 1000

/** Forgets what was looked at so long ago that whoever looks again may begin anew. Run now and then. */
export async function forgetCrawls(world: Pick<World, 'db' | 'clock'>): Promise<void> {
  await deleteCrawls(world.db, new Date(world.clock.now().getTime() - KEPT_DAYS * 86_400_000), AT_ONCE)
}
