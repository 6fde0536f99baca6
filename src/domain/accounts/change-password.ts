import type { AccountId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import { transact } from '../../db/transact.ts'
import type { World } from '../world.ts'
import { endEverywhere } from './end-everywhere.ts'
import { findLogin, holdPassword, updatePassword } from './login-store.ts'
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
  const former = await confirmPassword(world, account.id, input.current)
  await setPassword(world, account, input.next, former)
}

/**
 * Refuses with `login.wrong` what is not the account's password.
 * @returns its hash
 */
export async function confirmPassword(
  world: Pick<World, 'db'>,
  accountId: AccountId,
  password: string,
): Promise<string> {
  const login = await findLogin(world.db, accountId)
  const right = await verifyPassword(password, login?.passwordHash)
  return right && login?.passwordHash ? login.passwordHash : refuse('login.wrong')
}

/**
 * The same without asking for the current one: for the command line.
 * @param former the hash that is to be replaced, if no other may be
 */
export async function setPassword(
  world: Pick<World, 'db'>,
  account: { readonly id: AccountId; readonly name: string },
  password: string,
  former?: string,
): Promise<void> {
  const passwordHash = await hashPassword(password, [account.name])
  await transact(world.db, async (tx) => {
    // To hash takes a while, in which whoever has the mailbox may have chosen another.
    if (former !== undefined && !(await holdPassword(tx, account.id, former))) refuse('login.wrong')
    await updatePassword(tx, account.id, passwordHash)
    await endEverywhere(tx, account.id)
  })
}
