import type { Request } from 'express'
import type { Clock } from '../../base/clock.ts'
import { refuse } from '../../base/refusal.ts'
import type { Uris } from '../../base/uris.ts'
import type { Db } from '../../db/connect.ts'
import { findAccountByUri } from '../../domain/accounts/find.ts'
import { type KeyFinder, verifyRequest } from '../../federation/verify.ts'
import type { Viewer } from '../../views/view.ts'

export interface SignerParts {
  readonly db: Db
  readonly uris: Uris
  readonly clock: Clock
  readonly keys: KeyFinder
}

const NO_BODY = Buffer.alloc(0)

/**
 * Says which account signed a GET. The address that must have been signed is our origin's, whatever the request says.
 * @throws Refusal `signature.…` when there is no signature or it does not hold, `host.blocked` when its author is suspended
 */
export async function signerOf(parts: SignerParts, req: Request): Promise<NonNullable<Viewer>> {
  const { db, uris, clock, keys } = parts
  const url = uris.origin + req.originalUrl
  const request = { method: req.method, url, headers: req.headers, body: NO_BODY }
  const { actorUri } = await verifyRequest(request, keys, clock)
  const account = await findAccountByUri(db, actorUri)
  if (!account) return refuse('signature.key-unavailable', { reason: `${actorUri} is not known` })
  if (account.suspended) refuse('host.blocked')
  return { accountId: account.id }
}
