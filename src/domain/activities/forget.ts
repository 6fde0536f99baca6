import type { World } from '../world.ts'
import { deletePassing } from './store.ts'

/** Longer than any delivery is tried and any dead letter kept. */
const KEPT_DAYS = 30
const FORGOTTEN_AT_ONCE = 5000

/**
 * Forgets what was said to somebody and to nobody else, Follows, Accepts, Undos and their like, once it has arrived or
 * been given up: whoever follows again and again would fill the database with answers. Run now and then.
 */
export async function forgetPassing(world: World): Promise<void> {
  const before = new Date(world.clock.now().getTime() - KEPT_DAYS * 86_400_000)
  await deletePassing(world.db, before, FORGOTTEN_AT_ONCE)
}
