import type { Request, RequestHandler, Response } from 'express'
import type { GrantId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import type { Config } from '../../config.ts'
import type { LocalAccount } from '../../domain/accounts/account.ts'
import type { Bearers } from '../../domain/grants/bearers.ts'
import type { Grant } from '../../domain/grants/find.ts'
import { createNonces, type Nonces } from '../../domain/grants/nonces.ts'
import { checkProof } from '../../domain/grants/proofs.ts'
import { allows, type Need, type Scopes } from '../../domain/grants/scopes.ts'
import type { World } from '../../domain/world.ts'

/** An app in the name of somebody here. */
export interface Bearer {
  readonly account: LocalAccount
  readonly clientId: string
  readonly grantId: GrantId
  readonly scopes: Scopes
  /** null: never */
  readonly expiresAt: Date | null
}

export interface AuthParts {
  readonly bearers: Bearers
  readonly world: Pick<World, 'db' | 'clock' | 'uris'>
  readonly config: Pick<Config, 'secret'>
}

const grants = new WeakMap<Request, Grant>()

/**
 * Finds out which app asks, and for whom, by `Authorization: Bearer` or `DPoP`; costs nothing when neither is there.
 * @throws Refusal `token.invalid` | `token.proof` | `token.nonce`
 */
export function readBearer(parts: AuthParts): RequestHandler {
  const nonces = createNonces(parts.config.secret.reveal(), parts.world.clock)
  return async (req, res, next) => {
    // Routers that stand one behind the other each ask; a proof is good once.
    const given = grants.has(req) ? undefined : credentialsOf(req)
    if (given) grants.set(req, await grantFor({ ...parts, nonces }, req, res, given))
    next()
  }
}

/**
 * Whose app asks. Only after `readBearer`. An app as itself, for nobody, is none.
 */
export function bearerOf(req: Request): Bearer | undefined {
  const grant = grants.get(req)
  return grant && bearerFrom(grant)
}

/** @throws Refusal `token.missing` when nobody's app asks, `token.scope` when it was not allowed to do that */
export function requireBearer(req: Request, need?: Need): Bearer {
  const bearer = bearerOf(req) ?? refuse('token.missing')
  if (need !== undefined && !allows(bearer.scopes, need)) {
    const scope = typeof need === 'string' ? need : need.join(' ')
    refuse('token.scope', { scope, scheme: credentialsOf(req)?.scheme ?? 'Bearer' })
  }
  return bearer
}

/** What the token of a request stands for, be it for somebody or for the app itself. */
export function grantOf(req: Request): Grant | undefined {
  return grants.get(req)
}

/** The same for a token that did not come in a header; one that is bound to a key is none then. */
export async function bearerByToken(parts: Pick<AuthParts, 'bearers'>, token: string): Promise<Bearer> {
  const grant = await parts.bearers.find(token)
  const bearer = grant && grant.dpopJkt === null ? bearerFrom(grant) : undefined
  return bearer ?? refuse('token.invalid')
}

/** The token itself that a request came with, for what has to name it. */
export function tokenOf(req: Request): string | undefined {
  return grants.has(req) ? credentialsOf(req)?.token : undefined
}

function bearerFrom({ account, clientId, grantId, scopes, expiresAt }: Grant): Bearer | undefined {
  return account === null ? undefined : { account, clientId, grantId, scopes, expiresAt }
}

interface Credentials {
  readonly scheme: 'Bearer' | 'DPoP'
  readonly token: string
}

function credentialsOf(req: Request): Credentials | undefined {
  const [, scheme = '', token = ''] =
    /^(Bearer|DPoP)(?: +(.*))?$/i.exec(req.headers.authorization ?? '') ?? []
  if (scheme === '') return undefined
  return { scheme: scheme.toLowerCase() === 'dpop' ? 'DPoP' : 'Bearer', token: token.trim() }
}

async function grantFor(
  parts: AuthParts & { readonly nonces: Nonces },
  req: Request,
  res: Response,
  { scheme, token }: Credentials,
): Promise<Grant> {
  const grant = await parts.bearers.find(token)
  const bound = grant !== undefined && grant.dpopJkt !== null
  if (!grant || bound !== (scheme === 'DPoP')) return refuse('token.invalid', { scheme })
  if (bound) await requireProof(parts, req, res, { token, jkt: grant.dpopJkt })
  return grant
}

async function requireProof(
  { world, nonces }: AuthParts & { readonly nonces: Nonces },
  req: Request,
  res: Response,
  { token, jkt }: { readonly token: string; readonly jkt: string | null },
): Promise<void> {
  const codes = { invalid: 'token.proof', nonce: 'token.nonce' } as const
  res.setHeader('DPoP-Nonce', nonces.current())
  const proof = req.get('dpop') ?? refuse(codes.invalid, { reason: 'there is no proof', scheme: 'DPoP' })
  const [path = ''] = req.originalUrl.split('?')
  const proving = {
    proof,
    method: req.method,
    uri: new URL(path, world.uris.origin).href,
    accessToken: token,
  }
  const proven = await checkProof({ ...world, nonces }, proving, codes)
  if (proven !== jkt) refuse(codes.invalid, { reason: 'it is by another key', scheme: 'DPoP' })
}
