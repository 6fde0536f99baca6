import type { AccountId } from '../../base/ids.ts'
import { transact } from '../../db/transact.ts'
import { holdSession } from '../accounts/session.ts'
import type { World } from '../world.ts'
import type { Authorization } from './authorization.ts'
import { grantCode } from './code.ts'
import { settleRequest } from './requests.ts'
import type { Scopes } from './scopes.ts'

/**
 * Somebody lets an app in: what it asked for is answered, once, and there is a code for it, which it exchanges for tokens.
 * @param who the account, and the token of the session in which they say so
 * @throws Refusal 'authorization.stale' when it was answered already, 'login.required' when that session has ended
 */
export async function allowClient(
  world: Pick<World, 'db' | 'clock'>,
  who: { readonly accountId: AccountId; readonly session: string },
  name: string,
  authorization: Authorization,
  scopes: Scopes,
): Promise<string> {
  const { client, redirectUri, challenge, dpopJkt } = authorization
  const { accountId, session } = who
  return transact(world.db, async (tx) => {
    await holdSession(tx, accountId, session, world.clock.now())
    await settleRequest(tx, name, world.clock.now())
    return grantCode({ ...world, db: tx }, { client, accountId, redirectUri, scopes, challenge, dpopJkt })
  })
}
