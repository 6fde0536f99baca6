import { createHash, randomBytes } from 'node:crypto'
import type { LocalAccount } from '../../src/domain/accounts/account.ts'
import type { ClientAuthMethod, ClientKind } from '../../src/domain/grants/client.ts'
import { grantCode } from '../../src/domain/grants/code.ts'
import { scopesFrom } from '../../src/domain/grants/scopes.ts'
import type { World } from '../../src/domain/world.ts'
import type { Reply, Whole } from './whole.ts'

export interface AppOptions {
  readonly id?: string
  readonly kind?: ClientKind
  readonly authMethod?: ClientAuthMethod
  readonly secret?: string
  readonly scopes?: string
  readonly jwks?: object
  readonly jwksUri?: string
  readonly dpopBound?: boolean
}

export const REDIRECT = 'https://app.test/back'

/** An app that is known here, however it came to be. */
export async function appIn(world: World, options: AppOptions = {}): Promise<{ id: string }> {
  const id = options.id ?? randomBytes(12).toString('base64url')
  await world.db
    .insertInto('client')
    .values({
      id,
      kind: options.kind ?? 'registered',
      name: 'an app of the tests',
      redirect_uris: [REDIRECT],
      scopes: options.scopes ?? null,
      auth_method: options.authMethod ?? (options.secret === undefined ? 'none' : 'client_secret_basic'),
      secret_hash: options.secret === undefined ? null : createHash('sha256').update(options.secret).digest(),
      jwks: options.jwks === undefined ? null : JSON.stringify(options.jwks),
      jwks_uri: options.jwksUri ?? null,
      dpop_bound: options.dpopBound ?? false,
      created_at: world.clock.now(),
    })
    .execute()
  return { id }
}

export interface CodeOptions {
  readonly scope?: string
  readonly redirectUri?: string
  readonly pkce?: boolean
  readonly dpopJkt?: string
}

/** Somebody has let the app in: the code that it is sent, and what it sends along with it. */
export async function codeFor(
  world: World,
  account: LocalAccount,
  client: { readonly id: string },
  { scope = 'read write', redirectUri = REDIRECT, pkce = true, dpopJkt }: CodeOptions = {},
): Promise<Record<string, string>> {
  const verifier = randomBytes(32).toString('base64url')
  const code = await grantCode(world, {
    accountId: account.id,
    client,
    redirectUri,
    scopes: scopesFrom(scope),
    ...(pkce && { challenge: createHash('sha256').update(verifier).digest('base64url') }),
    ...(dpopJkt !== undefined && { dpopJkt }),
  })
  return {
    grant_type: 'authorization_code',
    client_id: client.id,
    redirect_uri: redirectUri,
    code,
    ...(pkce && { code_verifier: verifier }),
  }
}

export type OAuthReply = Reply & { readonly json: Record<string, unknown> }

/** Posts a form, as apps do. */
export async function postForm(
  server: Pick<Whole, 'ask'>,
  path: string,
  fields: Readonly<Record<string, string>> | string,
  headers: Readonly<Record<string, string>> = {},
): Promise<OAuthReply> {
  const reply = await server.ask(path, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: typeof fields === 'string' ? fields : new URLSearchParams(fields).toString(),
  })
  return { ...reply, json: JSON.parse(reply.text || '{}') as Record<string, unknown> }
}

export function basic(id: string, secret: string): { authorization: string } {
  const both = `${encodeURIComponent(id)}:${encodeURIComponent(secret)}`
  return { authorization: `Basic ${Buffer.from(both).toString('base64')}` }
}
