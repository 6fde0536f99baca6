import { transact } from '../../db/transact.ts'
import { enqueue } from '../../jobs/enqueue.ts'
import type { World } from '../world.ts'
import type { Account } from './account.ts'
import type { AccountJob } from './jobs.ts'
import { markAccountDeleted } from './life-store.ts'

/**
 * An account elsewhere is gone for good: its keys stop working and what it said is shown no more, at once; what it leaves
 * behind (posts, boosts, likes, follows, notifications) goes in bounded batches, as a job.
 */
export async function forgetAccount(world: World, account: Account): Promise<void> {
  if (account.local) throw new Error('an account of ours is not forgotten but deleted')
  await transact(world.db, async (tx) => {
    await markAccountDeleted(tx, account.id, world.clock.now())
    const payload: AccountJob = { what: 'purge', accountId: account.id }
    await enqueue(tx, [{ kind: 'account', payload }])
  })
}
