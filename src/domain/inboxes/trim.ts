import { transact } from '../../db/transact.ts'
import type { World } from '../world.ts'
import { findOverfull } from './find.ts'
import { INBOX_LENGTH, keptSince } from './open.ts'
import { deleteEmptyCounts, deleteOldest } from './store.ts'

/** An inbox may be so much longer before it is cut. */
const SLACK = 500
const AT_ONCE = 5000

/** Keeps the newest hundred thousand of each inbox, and nothing for more than a year. Run now and then. */
export async function trimInboxes(world: Pick<World, 'db' | 'clock'>, most = INBOX_LENGTH): Promise<void> {
  const before = keptSince(world.clock.now())
  for (const ownerId of await findOverfull(world.db, most + SLACK, before)) {
    for (;;) {
      const gone = await transact(world.db, (tx) =>
        deleteOldest(tx, ownerId, { most, before, limit: AT_ONCE }),
      )
      if (gone < AT_ONCE) break
    }
    await transact(world.db, (tx) => deleteEmptyCounts(tx, ownerId))
  }
}
