import { refuse } from '../../base/refusal.ts'
import { type Tx, transact } from '../../db/transact.ts'
import type { World } from '../world.ts'
import type { Client } from './client.ts'
import type { GivenToken } from './code.ts'
import { ACCESS_SECONDS, after, mint } from './issue.ts'
import { endGrants } from './revoke.ts'
import { isWithin, scopesFrom } from './scopes.ts'
import { lockRefreshToken, useRefreshToken } from './token-store.ts'
import { hashOf, isToken } from './tokens.ts'

export interface RefreshInput {
  readonly refreshToken: string
  /** less than was granted, for the access token alone; all of it unless told */
  readonly scope?: string | undefined
  readonly dpopJkt?: string | undefined
}

/**
 * Gives new tokens for a refresh token, which is good once. One that comes a second time was stolen from whoever came
 * first or second, so its whole grant ends.
 * @throws Refusal 'oauth.invalid-grant' | 'oauth.invalid-scope'
 */
export async function refreshGrant(
  world: Pick<World, 'db' | 'clock'>,
  client: Client,
  input: RefreshInput,
): Promise<GivenToken> {
  if (!isToken(input.refreshToken)) refuse('oauth.invalid-grant', { reason: 'the refresh token is none' })
  const given = await transact(world.db, (tx) => refreshWithin(tx, world.clock.now(), client, input))
  return typeof given === 'string' ? refuse('oauth.invalid-grant', { reason: given }) : given
}

async function refreshWithin(
  tx: Tx,
  now: Date,
  client: Client,
  { refreshToken, scope, dpopJkt }: RefreshInput,
): Promise<GivenToken | string> {
  const tokenHash = hashOf(refreshToken)
  const found = await lockRefreshToken(tx, tokenHash)
  if (!found || found.clientId !== client.id) return 'the refresh token is none'
  if (found.usedAt !== null) {
    await endGrants(tx, [found.grantId])
    return 'the refresh token was used before'
  }
  if (found.expiresAt !== null && found.expiresAt <= now) return 'the refresh token has run out'
  if (found.dpopJkt !== null && found.dpopJkt !== dpopJkt) return 'it is bound to another key'
  const granted = scopesFrom(found.scopes)
  const scopes = scope === undefined ? granted : scopesFrom(scope)
  if (!isWithin(scopes, granted)) refuse('oauth.invalid-scope')

  await useRefreshToken(tx, tokenHash, now)
  const hour = after(now, ACCESS_SECONDS)
  const issued = await mint(tx, {
    grantId: found.grantId,
    scopes,
    now,
    dpopJkt: dpopJkt ?? null,
    accessExpiresAt: found.expiresAt !== null && found.expiresAt < hour ? found.expiresAt : hour,
    refresh: { scopes: granted, expiresAt: found.expiresAt },
  })
  return { ...issued, accountUri: found.accountUri }
}
