import type { AccountId, GrantId } from '../../base/ids.ts'
import { type Tx, transact } from '../../db/transact.ts'
import type { World } from '../world.ts'
import type { Client } from './client.ts'
import { tellEnded } from './news.ts'
import { closeGrants, deleteCodesOf } from './store.ts'
import { findGrantOfToken } from './token-store.ts'
import { hashOf, isToken } from './tokens.ts'

/**
 * Ends all that an account had given to apps, within the caller's transaction: its password or second factor has
 * changed, or it is suspended or deleted. Every process hears of it, and closes what is open, once that is committed.
 */
export async function revokeAllOf(tx: Tx, accountId: AccountId): Promise<void> {
  await deleteCodesOf(tx, accountId)
  await closeGrants(tx, { accountId })
  await tellEnded(tx, { accountIds: [accountId] })
}

/** Ends some grants, with every token that came of them. */
export async function revokeGrants(world: Pick<World, 'db'>, ids: readonly GrantId[]): Promise<void> {
  await transact(world.db, (tx) => endGrants(tx, ids))
}

/** The same within the caller's transaction. */
export async function endGrants(tx: Tx, ids: readonly GrantId[]): Promise<void> {
  await tellEnded(tx, { grantIds: await closeGrants(tx, { ids }) })
}

/**
 * An app gives a token back, and with it all that came of the same sign-in: whoever logs out is out. A token of another
 * app, or none at all, is left as it is, and nobody learns which it was (RFC 7009).
 * @returns the grant that has ended
 */
export async function revokeToken(
  world: Pick<World, 'db'>,
  client: Pick<Client, 'id'>,
  token: string,
): Promise<GrantId | undefined> {
  if (!isToken(token)) return undefined
  const grant = await findGrantOfToken(world.db, hashOf(token))
  if (grant?.clientId !== client.id) return undefined
  await revokeGrants(world, [grant.grantId])
  return grant.grantId
}
