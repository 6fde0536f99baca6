import type { AccountId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import { transact } from '../../db/transact.ts'
import type { World } from '../world.ts'
import { endEverywhere } from './end-everywhere.ts'
import { findLogin, updatePassword } from './login-store.ts'
import { hashPassword, verifyPassword } from './password.ts'

/**
 * Gives an account a new password and ends all its sessions, the asker's own included, and all that it had given to apps.
 * @throws Refusal `login.wrong` when `current` is not its password
 */
export async function changePassword(
  world: Pick<World, 'db'>,
  account: { readonly id: AccountId; readonly name: string },
  input: { readonly current: string; readonly next: string },
): Promise<void> {
  await confirmPassword(world, account.id, input.current)
  await setPassword(world, account, input.next)
}

/** Refuses with `login.wrong` what is not the account's password. */
export async function confirmPassword(
  world: Pick<World, 'db'>,
  accountId: AccountId,
  password: string,
): Promise<void> {
  const login = await findLogin(world.db, accountId)
  if (!(await verifyPassword(password, login?.passwordHash))) refuse('login.wrong')
}

/** The same without asking for the current one: for the command line and for resets. */
export async function setPassword(
  world: Pick<World, 'db'>,
  account: { readonly id: AccountId; readonly name: string },
  password: string,
): Promise<void> {
  const passwordHash = await hashPassword(password, [account.name])
  await transact(world.db, async (tx) => {
    await updatePassword(tx, account.id, passwordHash)
    await endEverywhere(tx, account.id)
  })
}
