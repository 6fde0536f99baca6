import type { Request } from 'express'
import type { Clock } from '../../base/clock.ts'
import { Refusal, refuse } from '../../base/refusal.ts'
import type { Uris } from '../../base/uris.ts'
import type { Db } from '../../db/connect.ts'
import { findAccountByUri } from '../../domain/accounts/find.ts'
import { hostOf } from '../../federation/canonical.ts'
import { type Signature, signaturesOf } from '../../federation/signatures.ts'
import { type KeyFinder, type SignedRequest, verifyRequest } from '../../federation/verify.ts'
import type { Viewer } from '../../views/view.ts'

export interface SignerParts {
  readonly db: Db
  readonly uris: Uris
  readonly clock: Clock
  readonly keys: KeyFinder
  /** hosts that we have no contact with */
  readonly blocks: (host: string) => boolean
}

const NO_BODY = Buffer.alloc(0)

/**
 * Says which account signed a GET. The address that must have been signed is our origin's, whatever the request says.
 * @throws Refusal `signature.…` when there is no signature or it does not hold, `host.blocked` when its author is suspended
 */
export async function signerOf(parts: SignerParts, req: Request): Promise<NonNullable<Viewer>> {
  const { db, clock, keys } = parts
  const { actorUri } = await verifyRequest(requestFrom(parts, req), keys, clock)
  const account = await findAccountByUri(db, actorUri)
  if (!account) return refuse('signature.key-unavailable', { reason: `${actorUri} is not known` })
  if (account.suspended) refuse('host.blocked')
  return { accountId: account.id }
}

/**
 * Says which account signed a GET, as far as the keys that are held can tell, whatever their age: enough to refuse
 * somebody by, and nobody is asked. Undefined when it is not signed, or not by anybody who is known here.
 */
export async function heldSignerOf(parts: SignerParts, req: Request): Promise<Viewer> {
  const { keys, clock } = parts
  const held: KeyFinder = {
    async find(keyUri) {
      const key = await keys.find(keyUri)
      return key && { ...key, fetchedAt: clock.now() }
    },
    refetch: async () => undefined,
  }
  try {
    return await signerOf({ ...parts, keys: held }, req)
  } catch (error) {
    if (error instanceof Refusal && error.code !== 'host.blocked') return undefined
    throw error
  }
}

/** @throws Refusal 'host.blocked' when a host that we have no contact with says that it signed this */
export function requireWelcome(parts: SignerParts, req: Request): void {
  const { signature, 'signature-input': input } = req.headers
  if (signature === undefined && input === undefined) return
  for (const { keyUri } of readSignatures(parts, req)) {
    if (parts.blocks(hostOf(keyUri) ?? '')) refuse('host.blocked')
  }
}

function readSignatures(parts: SignerParts, req: Request): readonly Pick<Signature, 'keyUri'>[] {
  try {
    return signaturesOf(requestFrom(parts, req))
  } catch (error) {
    if (error instanceof Refusal) return []
    throw error
  }
}

function requestFrom({ uris }: SignerParts, req: Request): SignedRequest {
  return { method: req.method, url: uris.origin + req.originalUrl, headers: req.headers, body: NO_BODY }
}
