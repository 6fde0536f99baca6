import { refuse } from '../../base/refusal.ts'
import { transact } from '../../db/transact.ts'
import type { LocalAccount } from '../accounts/account.ts'
import type { World } from '../world.ts'
import { isThere, type Reviewed } from './find.ts'
import { putReview } from './store.ts'

/**
 * Decides whether something may be shown as a trend: whatever nobody decided about may. A decision about a link goes
 * before one about who publishes it.
 */
export async function reviewTrend(
  { db, clock }: Pick<World, 'db' | 'clock'>,
  by: LocalAccount,
  kind: Reviewed,
  id: string,
  approved: boolean,
): Promise<void> {
  await transact(db, async (tx) => {
    if (!(await isThere(tx, kind, id))) refuse('not-found')
    await putReview(tx, kind, id, { approved, by: by.id, now: clock.now() })
  })
}
