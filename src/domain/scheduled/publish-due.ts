import type { ScheduledId } from '../../base/ids.ts'
import { Refusal } from '../../base/refusal.ts'
import { transact } from '../../db/transact.ts'
import { handlesIn } from '../../text/tokens.ts'
import type { LocalAccount } from '../accounts/account.ts'
import { findAccount } from '../accounts/find.ts'
import { findMentioned } from '../posts/compose.ts'
import { publishPost } from '../posts/publish.ts'
import { within } from '../posts/publish-once.ts'
import type { World } from '../world.ts'
import { findScheduled } from './find.ts'
import { deleteScheduled, lockScheduled, setFailed } from './store.ts'

/**
 * Says what has waited for its time, once. What cannot be said any more, since what it answers is gone, waits on, so that
 * its author finds it and does with it what they like.
 */
export async function publishDue(world: World, id: ScheduledId): Promise<void> {
  const waiting = await findScheduled(world.db, id)
  if (!waiting) return
  const author = await findAccount(world.db, waiting.accountId)
  if (!author?.local) return
  await findMentioned(world, handlesIn(waiting.draft.text))
  try {
    await transact(world.db, async (tx) => {
      const post = await lockScheduled(tx, id)
      // It may have been given another time, for which another job is there.
      if (!post || post.dueAt > world.clock.now()) return
      await deleteScheduled(tx, author.id, id)
      await publishPost(within(world, tx), author as LocalAccount, post.draft)
    })
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    await setFailed(world.db, id, error.code)
  }
}
