import type { AccountId } from '../../base/ids.ts'
import { transact } from '../../db/transact.ts'
import type { World } from '../world.ts'
import type { Authorization } from './authorization.ts'
import { grantCode } from './code.ts'
import { settleRequest } from './requests.ts'
import type { Scopes } from './scopes.ts'

/**
 * Somebody lets an app in: what it asked for is answered, once, and there is a code for it, which it exchanges for tokens.
 * @throws Refusal 'authorization.stale' when it was answered already
 */
export async function allowClient(
  world: Pick<World, 'db' | 'clock'>,
  accountId: AccountId,
  name: string,
  authorization: Authorization,
  scopes: Scopes,
): Promise<string> {
  const { client, redirectUri, challenge, dpopJkt } = authorization
  return transact(world.db, async (tx) => {
    await settleRequest(tx, name, world.clock.now())
    return grantCode({ ...world, db: tx }, { client, accountId, redirectUri, scopes, challenge, dpopJkt })
  })
}
