import type { AccountId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import { type Tx, transact } from '../../db/transact.ts'
import type { World } from '../world.ts'
import { takeAuthenticatorCode } from './authenticator.ts'
import { endEverywhere } from './end-everywhere.ts'
import { deletePasskey, deletePasskeysOf } from './passkey-store.ts'
import { takeRecoveryCode } from './recovery-codes.ts'
import { deleteAuthenticator, deleteRecoveryCodes, type Factors, findFactors } from './second-factor-store.ts'
import type { Vault } from './vault.ts'

/** Whether a password alone does not let them in. */
export function isGuarded({ authenticator, passkeys }: Factors): boolean {
  return authenticator || passkeys
}

/**
 * Takes a code of the authenticator app, or a recovery code.
 * @throws Refusal `factor.wrong`
 */
export async function takeCode(
  world: Pick<World, 'db' | 'clock'> & Vault,
  accountId: AccountId,
  code: string,
): Promise<void> {
  const taken =
    (await takeAuthenticatorCode(world, accountId, code)) || (await takeRecoveryCode(world, accountId, code))
  if (!taken) refuse('factor.wrong')
}

/** What is left when a factor is taken away: `last` when a password alone lets them in from now on. */
export type Left = 'some' | 'last'

/** No codes of an app any more. All sessions and all that apps were given ends. */
export async function removeAuthenticator(world: Pick<World, 'db'>, accountId: AccountId): Promise<Left> {
  return transact(world.db, async (tx) => {
    await deleteAuthenticator(tx, accountId)
    return tidied(tx, accountId)
  })
}

/** One passkey less; the same ends. One that they do not have changes nothing, and ends nothing. */
export async function removePasskey(
  world: Pick<World, 'db'>,
  accountId: AccountId,
  credentialId: string,
): Promise<Left> {
  return transact(world.db, async (tx) =>
    (await deletePasskey(tx, accountId, credentialId)) ? tidied(tx, accountId) : 'some',
  )
}

/** For who has lost them all: takes every second factor away, so that the password alone lets them in again. */
export async function resetSecondFactors(
  world: Pick<World, 'db'>,
  accountId: AccountId,
): Promise<{ readonly had: boolean }> {
  return transact(world.db, async (tx) => {
    const had = isGuarded(await findFactors(tx, accountId))
    await deleteAuthenticator(tx, accountId)
    await deletePasskeysOf(tx, accountId)
    await tidied(tx, accountId)
    return { had }
  })
}

async function tidied(tx: Tx, accountId: AccountId): Promise<Left> {
  const guarded = isGuarded(await findFactors(tx, accountId))
  if (!guarded) await deleteRecoveryCodes(tx, accountId)
  await endEverywhere(tx, accountId)
  return guarded ? 'some' : 'last'
}
