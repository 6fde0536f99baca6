import type { Request } from 'express'
import { refuse } from '../../../base/refusal.ts'
import { redeemTicket } from '../../../domain/events/tickets.ts'
import { hashOf } from '../../../domain/grants/tokens.ts'
import type { World } from '../../../domain/world.ts'
import { type Bearer, bearerByToken, requireBearer } from '../../http/auth.ts'
import type { Holder } from '../../http/open-streams.ts'
import { scrub, wordsOf } from '../../http/query-tokens.ts'
import type { ClientParts } from '../client-parts.ts'

export interface Asking {
  readonly bearer: Bearer
  readonly holder: Holder
}

/**
 * Whose app opens a stream. Browsers open one by its address alone, so a ticket, or a token where there is no other way,
 * may stand in that; nothing after this sees it there.
 * @param path what a ticket must be for
 * @throws Refusal `token.missing` | `token.invalid` | `stream.ticket`
 */
export async function whoOpens(
  parts: Pick<ClientParts, 'world' | 'bearers'>,
  req: Request,
  path: string,
): Promise<Asking> {
  const { access_token: token, ticket } = wordsOf(req)
  scrub(req, ['access_token', 'ticket'])
  if (req.headers.authorization !== undefined) return byHeader(req)
  if (ticket !== undefined) return byTicket(parts.world, ticket, path)
  if (token === undefined) return refuse('token.missing')
  const bearer = await bearerByToken(parts, token)
  return { bearer, holder: holderOf(bearer, hashOf(token)) }
}

/** The same where only a header will do. */
export function byHeader(req: Request): Asking {
  const bearer = requireBearer(req)
  const [, token = ''] = /^\S+ +(\S+)/.exec(req.headers.authorization ?? '') ?? []
  return { bearer, holder: holderOf(bearer, hashOf(token)) }
}

async function byTicket(world: World, ticket: string, path: string): Promise<Asking> {
  const redeemed = await redeemTicket(world, ticket, path)
  if (!redeemed?.grant.account) return refuse('stream.ticket')
  const { account, clientId, grantId, scopes, expiresAt } = redeemed.grant
  const bearer = { account, clientId, grantId, scopes, expiresAt }
  return { bearer, holder: holderOf(bearer, redeemed.tokenHash) }
}

function holderOf({ account, grantId, expiresAt }: Bearer, tokenHash: Buffer): Holder {
  return { accountId: account.id, grantId, tokenHash, expiresAt }
}

/** Where a listener stood, as browsers say it when they come again; or in the address, with a new ticket. */
export function lastEventId(req: Request): string | undefined {
  const given = req.get('last-event-id') ?? wordsOf(req).last_event_id
  if (given === undefined || given === '') return undefined
  // One that is none of ours is as one that is too old.
  return /^\d{1,18}$/.test(given) ? given : '0'
}
