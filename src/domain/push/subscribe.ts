import { refuse } from '../../base/refusal.ts'
import { transact } from '../../db/transact.ts'
import type { LocalAccount } from '../accounts/account.ts'
import { lockAccount } from '../accounts/store.ts'
import type { Vault } from '../accounts/vault.ts'
import { hashOf } from '../grants/tokens.ts'
import type { World } from '../world.ts'
import { findSubscription } from './find.ts'
import { sealPush } from './keys.ts'
import {
  deleteBeyond,
  deleteByToken,
  deleteReplaced,
  insertSubscription,
  updateSubscription,
} from './store.ts'
import type { PushKeys, PushSubscription } from './subscription.ts'

/** Nobody has more devices; every notification is a message to each. */
const MOST = 25

export interface Subscribing extends Omit<PushSubscription, 'id'> {
  readonly account: LocalAccount
  /** of the app that asks; each message names it, so that the app knows for whom it is */
  readonly token: string
  readonly keys: PushKeys
}

/**
 * Tells an app of notifications from now on, at that address, instead of wherever its token told it before.
 * @throws Refusal 'token.invalid' when the token has just ended
 */
export async function subscribe(
  world: Pick<World, 'db' | 'clock'>,
  vault: Vault,
  { account, token, keys, endpoint, standard, alerts, policy }: Subscribing,
): Promise<PushSubscription> {
  const tokenHash = hashOf(token)
  const wish = { endpoint, standard, alerts, policy }
  return transact(world.db, async (tx) => {
    await lockAccount(tx, account.id)
    await deleteReplaced(tx, { accountId: account.id, tokenHash, endpoint })
    const id = await insertSubscription(tx, {
      ...wish,
      accountId: account.id,
      tokenHash,
      p256dh: keys.p256dh,
      sealed: sealPush(vault, { token, auth: keys.auth }, tokenHash),
      now: world.clock.now(),
    })
    await deleteBeyond(tx, account.id, MOST)
    return { ...wish, id: id ?? refuse('token.invalid') }
  })
}

/**
 * Changes what an app is told; what is not said stays.
 * @throws Refusal 'not-found' when it is told nothing
 */
export async function changeSubscription(
  world: Pick<World, 'db'>,
  token: string,
  { alerts, policy }: { readonly [Key in 'alerts' | 'policy']?: PushSubscription[Key] | undefined },
): Promise<PushSubscription> {
  const tokenHash = hashOf(token)
  await updateSubscription(world.db, tokenHash, {
    ...(alerts && { alerts: [...alerts] }),
    ...(policy && { policy }),
  })
  return (await findSubscription(world.db, tokenHash)) ?? refuse('not-found')
}

export async function unsubscribe(world: Pick<World, 'db'>, token: string): Promise<void> {
  await deleteByToken(world.db, hashOf(token))
}
