import type { GrantId } from '../../base/ids.ts'
import { findBearerByHash, type Grant } from '../grants/find.ts'
import { hashOf, isToken, newToken } from '../grants/tokens.ts'
import type { World } from '../world.ts'
import { deleteTickets, insertTicket, takeTicket } from './ticket-store.ts'

export const TICKET_SECONDS = 60

/**
 * A ticket for one stream, good once and for a minute: browsers open streams by their address alone, and an address is
 * kept in histories and logs, where no token should be. It is worth no more than the token that it was got with.
 */
export async function issueTicket(
  { db, clock }: Pick<World, 'db' | 'clock'>,
  holder: { readonly grantId: GrantId; readonly tokenHash: Buffer },
  path: string,
): Promise<string> {
  const ticket = newToken()
  const expiresAt = new Date(clock.now().getTime() + TICKET_SECONDS * 1000)
  await insertTicket(db, { ...holder, ticketHash: hashOf(ticket), path, expiresAt })
  return ticket
}

/** What a ticket stands for; undefined when it is none, was used, has run out, is for another stream, or its token ended. */
export async function redeemTicket(
  world: Pick<World, 'db' | 'clock'>,
  ticket: string,
  path: string,
): Promise<{ readonly grant: Grant; readonly tokenHash: Buffer } | undefined> {
  const taken = isToken(ticket) ? await takeTicket(world.db, hashOf(ticket)) : undefined
  if (!taken || taken.expiresAt <= world.clock.now() || taken.path !== path) return undefined
  const grant = await findBearerByHash(world, taken.tokenHash)
  return grant && { grant, tokenHash: taken.tokenHash }
}

/** Forgets tickets that nobody used. Run now and then. */
export async function sweepTickets({ db, clock }: Pick<World, 'db' | 'clock'>): Promise<void> {
  await deleteTickets(db, clock.now())
}
