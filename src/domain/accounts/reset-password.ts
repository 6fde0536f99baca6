import { refuse } from '../../base/refusal.ts'
import { transact } from '../../db/transact.ts'
import type { World } from '../world.ts'
import { endEverywhere } from './end-everywhere.ts'
import { updatePassword } from './login-store.ts'
import { linkHolds, readLink } from './mail-links.ts'
import { hashPassword } from './password.ts'
import { enqueueMail } from './registration.ts'
import { findOwnerOf, findRegistrant, type Registrant } from './registration-find.ts'
import { lockRegistrant } from './registration-store.ts'
import type { Vault } from './vault.ts'

/** What a reset link is about: with the password it is to replace, and the address it went to, it ends. */
export function resetState({ email, passwordHash }: Pick<Registrant, 'email' | 'passwordHash'>): string {
  return `${(email ?? '').toLowerCase()}\n${passwordHash ?? ''}`
}

/** Whether somebody can choose a new password by a letter. */
export function mayReset(registrant: Registrant | undefined): registrant is Registrant & { email: string } {
  return registrant !== undefined && registrant.email !== null && !registrant.disabled
}

/**
 * Somebody has forgotten their password: lets a letter be sent to that address, if it is somebody's. Whoever asks learns
 * nothing of that, neither by what is said nor by the work that is done.
 */
export async function askForReset(world: Pick<World, 'db'>, email: string): Promise<void> {
  const registrant = await findOwnerOf(world.db, email.trim())
  await transact(world.db, (tx) =>
    enqueueMail(tx, mayReset(registrant) ? { what: 'reset', accountId: registrant.id } : { what: 'nothing' }),
  )
}

/** @throws Refusal `link.over` */
export async function requireReset(
  world: Pick<World, 'db' | 'clock'>,
  vault: Vault,
  token: string,
): Promise<Registrant> {
  const link = readLink(token)
  const registrant = link && (await findRegistrant(world.db, link.accountId))
  if (!link || !mayReset(registrant)) return refuse('link.over')
  return linkHolds(vault, 'reset', link, resetState(registrant), world.clock.now())
    ? registrant
    : refuse('link.over')
}

/**
 * Gives an account a new password by a link, once. All its sessions end, and all that it had given to apps; a second
 * factor stays.
 * @throws Refusal `link.over`, `password.too-short` | `password.too-long` | `password.too-common`
 */
export async function resetPassword(
  world: Pick<World, 'db' | 'clock'>,
  vault: Vault,
  input: { readonly token: string; readonly password: string },
): Promise<void> {
  const before = await requireReset(world, vault, input.token)
  const passwordHash = await hashPassword(input.password, [before.name])
  await transact(world.db, async (tx) => {
    const registrant = await lockRegistrant(tx, before.id)
    // Of two who come at once with one link, one is second.
    if (!mayReset(registrant) || resetState(registrant) !== resetState(before)) refuse('link.over')
    await updatePassword(tx, before.id, passwordHash)
    await endEverywhere(tx, before.id)
    await enqueueMail(tx, { what: 'changed', accountId: before.id })
  })
}
