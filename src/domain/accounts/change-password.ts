import type { AccountId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import { transact } from '../../db/transact.ts'
import { revokeAllOf } from '../grants/revoke.ts'
import type { World } from '../world.ts'
import { deleteSessionsOf, findLogin, updatePassword } from './login-store.ts'
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
  const login = await findLogin(world.db, account.id)
  if (!(await verifyPassword(input.current, login?.passwordHash))) refuse('login.wrong')
  await setPassword(world, account, input.next)
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
    await deleteSessionsOf(tx, account.id)
    await revokeAllOf(tx, account.id)
  })
}
