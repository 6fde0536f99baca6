import type { World } from '../world.ts'
import { deleteOver } from './store.ts'

const AT_ONCE = 5000
const MOST_ROUNDS = 20

/** Forgets what was counted in windows that are over. Run now and then. */
export async function forgetCounts({ db }: Pick<World, 'db'>): Promise<void> {
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    if ((await deleteOver(db, Date.now(), AT_ONCE)) < AT_ONCE) return
  }
}
