import { createHash } from 'node:crypto'
import type { AccountId, GrantId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import { type Tx, transact } from '../../db/transact.ts'
import type { World } from '../world.ts'
import { type Client, isStrict, OUT_OF_BAND } from './client.ts'
import { insertCode, lockCode, useCode } from './code-store.ts'
import { ACCESS_SECONDS, after, GRANT_DAYS, type Issued, mint } from './issue.ts'
import { endGrants } from './revoke.ts'
import { type Scopes, scopesFrom, textOf } from './scopes.ts'
import { insertGrant } from './store.ts'
import { hashOf, isToken, newToken, sameHash } from './tokens.ts'

const CODE_SECONDS = 60
/** for one that is copied by hand */
const COPIED_SECONDS = 600

export interface NewGrantCode {
  readonly accountId: AccountId
  readonly client: Pick<Client, 'id'>
  readonly redirectUri: string
  readonly scopes: Scopes
  /** the S256 challenge (RFC 7636) */
  readonly challenge?: string | null | undefined
  /** the key that the tokens will be bound to (`dpop_jkt`, RFC 9449 §10) */
  readonly dpopJkt?: string | null | undefined
}

/** Somebody has let an app in: makes the code that the app takes a token for, once and within a minute. */
export async function grantCode(
  world: Pick<World, 'db' | 'clock'>,
  { accountId, client, redirectUri, scopes, challenge, dpopJkt }: NewGrantCode,
): Promise<string> {
  const code = newToken()
  const now = world.clock.now()
  await transact(world.db, (tx) =>
    insertCode(tx, {
      codeHash: hashOf(code),
      clientId: client.id,
      accountId,
      redirectUri,
      scopes: textOf(scopes),
      challenge: challenge ?? null,
      dpopJkt: dpopJkt ?? null,
      now,
      expiresAt: after(now, redirectUri === OUT_OF_BAND ? COPIED_SECONDS : CODE_SECONDS),
    }),
  )
  return code
}

export interface CodeExchange {
  readonly code: string
  readonly redirectUri?: string | undefined
  readonly verifier?: string | undefined
  /** the key that the app has proven to have */
  readonly dpopJkt?: string | undefined
}

/** What an app has been given, and in whose name. */
export interface GivenToken extends Issued {
  /** null: for nobody */
  readonly accountUri: string | null
}

/**
 * Gives the tokens for a code. A code that comes a second time was stolen from whoever came first or second, so all that
 * came of it ends.
 * @throws Refusal 'oauth.invalid-grant'
 */
export async function exchangeCode(
  world: Pick<World, 'db' | 'clock' | 'ids'>,
  client: Client,
  exchange: CodeExchange,
): Promise<GivenToken> {
  if (!isToken(exchange.code)) refuse('oauth.invalid-grant', { reason: 'the code is none' })
  // What ends a grant must stay done, so what is wrong is said once the transaction is over.
  const given = await transact(world.db, (tx) => exchangeWithin(world, tx, client, exchange))
  return typeof given === 'string' ? refuse('oauth.invalid-grant', { reason: given }) : given
}

async function exchangeWithin(
  { clock, ids }: Pick<World, 'clock' | 'ids'>,
  tx: Tx,
  client: Client,
  exchange: CodeExchange,
): Promise<GivenToken | string> {
  const now = clock.now()
  const codeHash = hashOf(exchange.code)
  const code = await lockCode(tx, codeHash)
  if (!code || code.clientId !== client.id) return 'the code is none'
  if (code.usedAt !== null) {
    if (code.grantId !== null) await endGrants(tx, [code.grantId])
    return 'the code was used before'
  }
  if (code.expiresAt <= now) return 'the code has run out'
  const wrong = whyNotExchanged(code, exchange)
  if (wrong !== undefined) return wrong

  const strict = isStrict(client)
  const grantId = ids.next<GrantId>()
  const scopes = scopesFrom(code.scopes)
  const grantExpiresAt = strict ? after(now, GRANT_DAYS * 86_400) : null
  const { accountId, accountUri } = code
  await insertGrant(tx, {
    id: grantId,
    accountId,
    clientId: client.id,
    scopes: code.scopes,
    now,
    expiresAt: grantExpiresAt,
  })
  await useCode(tx, codeHash, grantId, now)
  const issued = await mint(tx, {
    grantId,
    scopes,
    now,
    dpopJkt: exchange.dpopJkt ?? null,
    accessExpiresAt: strict ? after(now, ACCESS_SECONDS) : null,
    ...(strict && { refresh: { scopes, expiresAt: grantExpiresAt } }),
  })
  return { ...issued, accountUri }
}

interface Bound {
  readonly redirectUri: string
  readonly challenge: string | null
  readonly dpopJkt: string | null
}

/** A code is bound to where it was sent, to the secret behind its challenge, and to a key if one was named. */
function whyNotExchanged(code: Bound, { redirectUri, verifier, dpopJkt }: CodeExchange): string | undefined {
  // OAuth 2.1 leaves it out where PKCE does the same; whoever sends it sends the right one.
  const left = redirectUri === undefined && code.challenge !== null
  if (!left && redirectUri !== code.redirectUri) return 'redirect_uri is another one than before'
  if (code.challenge === null && verifier !== undefined) return 'there was no code_challenge'
  if (code.challenge !== null && !answers(code.challenge, verifier))
    return 'code_verifier does not answer the challenge'
  if (code.dpopJkt !== null && code.dpopJkt !== dpopJkt) return 'the proof is by another key'
  return undefined
}

const VERIFIER = /^[A-Za-z0-9\-._~]{43,128}$/

function answers(challenge: string, verifier: string | undefined): boolean {
  if (verifier === undefined || !VERIFIER.test(verifier)) return false
  const made = createHash('sha256').update(verifier).digest('base64url')
  return sameHash(Buffer.from(made), Buffer.from(challenge))
}
