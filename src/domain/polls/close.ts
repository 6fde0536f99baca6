import type { PostId } from '../../base/ids.ts'
import { transact } from '../../db/transact.ts'
import { record } from '../../facts/record.ts'
import { enqueue } from '../../jobs/enqueue.ts'
import type { World } from '../world.ts'
import { findAsker } from './find.ts'
import type { PollJob } from './keep.ts'
import { claimReads, lockPoll, setClosedAt } from './store.ts'

/**
 * Ends a poll whose time has come: whoever took part is told, and so are other servers if it is ours. One of ours that
 * was closed before, and any that asks something else by now or goes on for longer, is left alone.
 */
export async function closePoll(world: World, postId: PostId): Promise<void> {
  await transact(world.db, async (tx) => {
    const poll = await lockPoll(tx, postId)
    const asker = await findAsker(tx, postId)
    if (!asker || !poll?.endsAt || poll.endsAt > world.clock.now()) return
    // One from elsewhere may have been closed by its own server, and those who voted here have still to hear of it.
    if (asker.local && poll.closedAt !== null) return
    if (poll.closedAt === null) await setClosedAt(tx, postId, poll.endsAt)
    await record(world, tx, { type: 'poll.closed', postId, ...asker })
  })
}

/** Tells other servers how a poll of ours stands, as long as there is one. */
export async function tellTallies(world: World, postId: PostId): Promise<void> {
  await transact(world.db, async (tx) => {
    const asker = await findAsker(tx, postId)
    if (asker?.local) await record(world, tx, { type: 'poll.counted', postId, ...asker })
  })
}

const STALE_MS = 300_000

/** Lets polls from elsewhere that somebody looks at be asked for anew, unless that was done lately. */
export async function refreshPolls(
  world: Pick<World, 'db' | 'clock'>,
  postIds: readonly PostId[],
): Promise<void> {
  if (postIds.length === 0) return
  const now = world.clock.now()
  const stale = await claimReads(world.db, postIds, new Date(now.getTime() - STALE_MS), now)
  await enqueue(
    world.db,
    stale.map((postId) => ({ kind: 'poll', payload: { postId, work: 'read' } satisfies PollJob })),
  )
}
