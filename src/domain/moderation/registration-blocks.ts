import { createHash } from 'node:crypto'
import ipaddr from 'ipaddr.js'
import type { Db } from '../../db/connect.ts'
import type { IpSeverity } from '../../db/tables/admin.ts'
import { findEmailBlocked, findSeverity } from './entry-find.ts'
import { domainsAbove } from './find.ts'

/** Who wants to come in. */
export interface Newcomer {
  /** where the request comes from, as the trusted proxies say */
  readonly ip: string | undefined
  readonly email: string | null | undefined
}

/** What keeps somebody from registering; undefined when nothing does. */
export async function registrationRefusedBy(
  db: Db,
  { ip, email }: Newcomer,
): Promise<'ip' | 'email' | undefined> {
  const severity = await severityOf(db, ip)
  if (severity === 'no_access' || severity === 'sign_up_block') return 'ip'
  return email && (await isEmailBlocked(db, email)) ? 'email' : undefined
}

/** Whether somebody from there waits for approval, even where everybody else need not. */
export async function registrationNeedsApproval(db: Db, ip: string | undefined): Promise<boolean> {
  return (await severityOf(db, ip)) === 'sign_up_requires_approval'
}

async function severityOf(db: Db, ip: string | undefined): Promise<IpSeverity | undefined> {
  if (ip === undefined || !ipaddr.isValid(ip)) return undefined
  // An IPv4 address that came in by IPv6 is itself.
  return findSeverity(db, ipaddr.process(ip).toString())
}

/** Whether nobody may register with that address: it is known, or its domain is, or one that stands above it. */
export async function isEmailBlocked(db: Db, email: string): Promise<boolean> {
  return findEmailBlocked(db, mailboxHash(email), domainsAbove(email.slice(email.lastIndexOf('@') + 1)))
}

/** The same for all ways to write one mailbox: in any case, with dots, and with whatever comes after a plus. */
export function mailboxHash(email: string): string {
  const [user = '', host = ''] = email.trim().toLowerCase().split('@', 2)
  const [name = ''] = user.replaceAll('.', '').split('+', 1)
  return createHash('sha256').update(`${name}@${host}`).digest('hex')
}
