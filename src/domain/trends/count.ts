import { transact } from '../../db/transact.ts'
import { enqueue } from '../../jobs/enqueue.ts'
import { noteActive } from '../directory/note.ts'
import type { World } from '../world.ts'
import { claimRound, countLinks, countPosts, countTags, endRound, takeRound } from './store.ts'

const EVERY_MS = 9 * 60_000

/** Lets trends be counted anew when it is time for it, whichever process thinks of it first. Run as a chore. */
export async function askForTrends({ db, clock }: Pick<World, 'db' | 'clock'>): Promise<void> {
  await transact(db, async (tx) => {
    if (await claimRound(tx, clock.now(), EVERY_MS)) await enqueue(tx, [{ kind: 'trends', payload: {} }])
  })
}

/** The job `trends`: counts what many speak of now, in place of what was counted before; and who is about. */
export async function countTrends({ db, clock }: Pick<World, 'db' | 'clock'>): Promise<void> {
  const now = clock.now()
  await transact(db, async (tx) => {
    const before = await takeRound(tx)
    await countTags(tx, now)
    await countLinks(tx, now)
    await countPosts(tx, now)
    await noteActive(tx, before)
    await endRound(tx, now)
  })
}
