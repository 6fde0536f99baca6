import type { AccountId, EndorsementId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import type { LocalAccount } from '../accounts/account.ts'
import type { World } from '../world.ts'
import { deleteEndorsement, insertEndorsement } from './store.ts'

/**
 * Recommends an account on one's own profile, as long as one follows it.
 * @throws Refusal 'endorsement.not-followed'
 */
export async function endorseAccount(
  world: World,
  account: LocalAccount,
  target: { readonly id: AccountId },
): Promise<void> {
  const id = world.ids.next<EndorsementId>()
  if (!(await insertEndorsement(world.db, id, account.id, target.id))) refuse('endorsement.not-followed')
}

/** Recommends it no more; where that was not so, nothing changes. */
export async function unendorseAccount(
  world: World,
  account: LocalAccount,
  target: { readonly id: AccountId },
): Promise<void> {
  await deleteEndorsement(world.db, account.id, target.id)
}
