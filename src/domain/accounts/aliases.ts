import { refuse } from '../../base/refusal.ts'
import { transact } from '../../db/transact.ts'
import { record } from '../../facts/record.ts'
import type { World } from '../world.ts'
import type { Account, LocalAccount } from './account.ts'
import { findMoving } from './find.ts'
import { updateProfile } from './life-store.ts'
import { lockAccount } from './store.ts'

export const MOST_ALIASES = 20

/** Says in public that another account is the same person: what a Move from there to here needs. */
export async function addAlias(world: World, account: LocalAccount, other: Account): Promise<void> {
  if (other.id === account.id) refuse('alias.self')
  await change(world, account, (aliases) => {
    if (aliases.includes(other.uri)) return aliases
    if (aliases.length >= MOST_ALIASES) refuse('alias.too-many', { most: MOST_ALIASES })
    return [...aliases, other.uri]
  })
}

/** @param uri the actor id of the other account, which may be gone by now */
export async function removeAlias(world: World, account: LocalAccount, uri: string): Promise<void> {
  await change(world, account, (aliases) => {
    if (!aliases.includes(uri)) refuse('alias.not-found')
    return aliases.filter((alias) => alias !== uri)
  })
}

async function change(
  world: World,
  account: LocalAccount,
  into: (aliases: readonly string[]) => readonly string[],
): Promise<void> {
  await transact(world.db, async (tx) => {
    await lockAccount(tx, account.id)
    const before = (await findMoving(tx, account.id))?.alsoKnownAs ?? []
    const after = into(before)
    if (after === before) return
    await updateProfile(tx, account.id, { also_known_as: [...after] }, world.clock.now())
    await record(world, tx, { type: 'account.updated', accountId: account.id })
  })
}
