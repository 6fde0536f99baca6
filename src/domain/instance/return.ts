import { transact } from '../../db/transact.ts'
import { record } from '../../facts/record.ts'
import { findAccountByUri } from '../accounts/find.ts'
import type { World } from '../world.ts'
import { noteAlive } from './store.ts'

/** Mastodon gives a host up after failures on seven days; others sooner. A shorter absence needs no word. */
export const ABSENT_DAYS = 2

/**
 * Notes that the server runs. After days away it says one harmless thing to every server that is known, since any
 * correctly signed request opens the way of those to us again that had given us up. Run as a chore.
 */
export async function noticeReturn(world: World): Promise<void> {
  await transact(world.db, async (tx) => {
    const now = world.clock.now()
    const before = await noteAlive(tx, now)
    if (!before || now.getTime() - before.getTime() < ABSENT_DAYS * 86_400_000) return
    const instance = await findAccountByUri(tx, world.uris.instanceActor)
    if (instance) await record(world, tx, { type: 'server.returned', accountId: instance.id })
  })
}
