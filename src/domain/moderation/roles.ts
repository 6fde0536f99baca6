import type { AccountId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import { transact } from '../../db/transact.ts'
import { record } from '../../facts/record.ts'
import type { Role } from '../accounts/account.ts'
import { writeRole } from '../accounts/moderation-store.ts'
import type { World } from '../world.ts'
import { type Decider, noteAct } from './acts.ts'

/**
 * Says what somebody here may do. There is one owner, and that stays so: nobody else becomes it, nor does it become less.
 * @throws Refusal 'account.owner-stays', 'account.owner-exists'
 */
export async function giveRole(world: World, by: Decider, accountId: AccountId, role: Role): Promise<void> {
  if (role === 'owner') return refuse('account.owner-exists')
  await transact(world.db, async (tx) => {
    if (!(await writeRole(tx, accountId, role))) refuse('account.owner-stays')
    await record(world, tx, { type: 'account.restricted', accountId })
    await noteAct(world, tx, by, 'account.role', accountId, role)
  })
}
