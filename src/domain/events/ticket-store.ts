import { sql } from 'kysely'
import type { GrantId } from '../../base/ids.ts'
import type { Db } from '../../db/connect.ts'

export interface Ticket {
  readonly ticketHash: Buffer
  readonly grantId: GrantId
  readonly tokenHash: Buffer
  /** what it opens */
  readonly path: string
  readonly expiresAt: Date
}

export async function insertTicket(db: Db, ticket: Ticket): Promise<void> {
  await db
    .insertInto('stream_ticket')
    .values({
      ticket_hash: ticket.ticketHash,
      grant_id: ticket.grantId,
      token_hash: ticket.tokenHash,
      path: ticket.path,
      expires_at: ticket.expiresAt,
    })
    .execute()
}

/** Takes a ticket away, whatever it is for: one that was shown is worth nothing any more. */
export async function takeTicket(db: Db, hash: Buffer) {
  return db
    .deleteFrom('stream_ticket')
    .where('ticket_hash', '=', hash)
    .returning(['token_hash as tokenHash', 'path', 'expires_at as expiresAt'])
    .executeTakeFirst()
}

export async function deleteTickets(db: Db, before: Date): Promise<void> {
  await sql`DELETE FROM stream_ticket WHERE expires_at < ${before}`.execute(db)
}
