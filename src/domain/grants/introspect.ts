import type { AccountId, GrantId } from '../../base/ids.ts'
import type { World } from '../world.ts'
import { findBearer } from './find.ts'
import { scopesFrom, textOf } from './scopes.ts'
import { findRefreshToken } from './token-store.ts'
import { hashOf, isToken } from './tokens.ts'

/** Who asks about a token: the app that it was given to, or whoever holds a token of the same grant. */
export type Asker = { readonly clientId: string } | { readonly grantId: GrantId }

export interface TokenState {
  readonly kind: 'access' | 'refresh'
  readonly scope: string
  readonly clientId: string
  readonly accountId: AccountId | null
  readonly accountUri: string | null
  readonly accountName: string | null
  readonly issuedAt: Date
  readonly expiresAt: Date | null
  readonly dpopJkt: string | null
}

/** What a token is good for; undefined when it is good for nothing, or none of the asker's business (RFC 7662). */
export async function introspectToken(
  world: Pick<World, 'db' | 'clock'>,
  asker: Asker,
  token: string,
): Promise<TokenState | undefined> {
  if (!isToken(token)) return undefined
  const found = (await accessToken(world, token)) ?? (await refreshToken(world, token))
  if (!found) return undefined
  const theirs = 'clientId' in asker ? found.clientId === asker.clientId : found.grantId === asker.grantId
  if (!theirs) return undefined
  const { grantId: _, ...state } = found
  return state
}

type Found = TokenState & { readonly grantId: GrantId }

async function accessToken(world: Pick<World, 'db' | 'clock'>, token: string): Promise<Found | undefined> {
  const grant = await findBearer(world, token)
  if (!grant) return undefined
  const { grantId, clientId, account, scopes, issuedAt, expiresAt, dpopJkt } = grant
  return {
    kind: 'access',
    grantId,
    scope: textOf(scopes),
    clientId,
    accountId: account?.id ?? null,
    accountUri: account?.uri ?? null,
    accountName: account?.name ?? null,
    issuedAt,
    expiresAt,
    dpopJkt,
  }
}

async function refreshToken(world: Pick<World, 'db' | 'clock'>, token: string): Promise<Found | undefined> {
  const found = await findRefreshToken(world.db, hashOf(token))
  const now = world.clock.now()
  if (!found || found.usedAt !== null || (found.expiresAt !== null && found.expiresAt <= now))
    return undefined
  const { grantId, clientId, accountId, accountUri, accountName, issuedAt, expiresAt, dpopJkt } = found
  const scope = textOf(scopesFrom(found.scopes))
  return {
    kind: 'refresh',
    grantId,
    scope,
    clientId,
    accountId,
    accountUri,
    accountName,
    issuedAt,
    expiresAt,
    dpopJkt,
  }
}
