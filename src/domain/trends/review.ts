import { refuse } from '../../base/refusal.ts'
import { transact } from '../../db/transact.ts'
import type { LocalAccount } from '../accounts/account.ts'
import { noteAct } from '../moderation/acts.ts'
import type { World } from '../world.ts'
import { isThere, type Reviewed } from './find.ts'
import { putReview } from './store.ts'

/**
 * Decides whether something may be shown as a trend: whatever nobody decided about may. A decision about a link goes
 * before one about who publishes it.
 */
export async function reviewTrend(
  world: Pick<World, 'db' | 'clock' | 'ids'>,
  by: LocalAccount,
  kind: Reviewed,
  id: string,
  approved: boolean,
): Promise<void> {
  await transact(world.db, async (tx) => {
    if (!(await isThere(tx, kind, id))) refuse('not-found')
    await putReview(tx, kind, id, { approved, by: by.id, now: world.clock.now() })
    await noteAct(world, tx, by, approved ? 'trend.approve' : 'trend.reject', id, kind)
  })
}
