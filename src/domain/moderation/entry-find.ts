import { sql } from 'kysely'
import type { AccountId, IpBlockId } from '../../base/ids.ts'
import type { Db } from '../../db/connect.ts'
import type { IpSeverity } from '../../db/tables/admin.ts'

/** The strictest of what is decided about an address; undefined when nothing is. */
export async function findSeverity(db: Db, address: string): Promise<IpSeverity | undefined> {
  const { rows } = await sql<{ severity: IpSeverity }>`
    SELECT severity FROM ip_block
    WHERE address >>= ${address}::inet AND (expires_at IS NULL OR expires_at > now())
    ORDER BY array_position(ARRAY['no_access', 'sign_up_block'], severity) LIMIT 1`.execute(db)
  return rows[0]?.severity
}

/** Whether a mailbox is blocked, or any of the domains that it stands below. */
export async function findEmailBlocked(db: Db, hash: string, domains: readonly string[]): Promise<boolean> {
  const { rows } = await sql<{ blocked: boolean }>`
    SELECT EXISTS (SELECT 1 FROM email_domain_block WHERE domain = any(${domains}::text[]))
      OR EXISTS (SELECT 1 FROM email_block WHERE hash = ${hash}) AS blocked`.execute(db)
  return rows[0]?.blocked === true
}

/** The address that somebody here has confirmed, or is to confirm. */
export async function findEmailOf(db: Db, accountId: AccountId): Promise<string | undefined> {
  const row = await db
    .selectFrom('login')
    .select((eb) => eb.fn.coalesce('email', 'unconfirmed_email').as('email'))
    .where('account_id', '=', accountId)
    .executeTakeFirst()
  return row?.email ?? undefined
}

/** The networks that have no access at all. */
export async function findShutOut(
  db: Db,
): Promise<readonly { readonly address: string; readonly expiresAt: Date | null }[]> {
  const { rows } = await sql<{ address: string; expiresAt: Date | null }>`
    SELECT address::text, expires_at AS "expiresAt" FROM ip_block
    WHERE severity = 'no_access' AND (expires_at IS NULL OR expires_at > now())`.execute(db)
  return rows
}

export interface IpBlock {
  readonly id: IpBlockId
  /** a network: `192.0.2.0/24` */
  readonly address: string
  readonly severity: IpSeverity
  readonly comment: string
  readonly expiresAt: Date | null
  readonly createdAt: Date
}

export async function findIpBlock(db: Db, id: IpBlockId): Promise<IpBlock | undefined> {
  const { rows } = await sql<IpBlock>`
    SELECT id, address::text, severity, comment, expires_at AS "expiresAt", created_at AS "createdAt"
    FROM ip_block WHERE id = ${id}::bigint`.execute(db)
  return rows[0]
}

/** The domains that there is contact with, where that is with some alone. */
export async function findAllowed(db: Db): Promise<readonly string[]> {
  const rows = await db.selectFrom('domain_allow').select('domain').orderBy('domain').execute()
  return rows.map(({ domain }) => domain)
}
