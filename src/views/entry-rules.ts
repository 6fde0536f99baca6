import { sql } from 'kysely'
import type {
  DomainAllowId,
  DomainBlockId,
  EmailBlockId,
  EmailDomainBlockId,
  IpBlockId,
} from '../base/ids.ts'
import type { Db } from '../db/connect.ts'
import type { IpBlock } from '../domain/moderation/entry-find.ts'
import type { DomainBlock } from '../domain/moderation/find.ts'
import { newestFirst, type PageQuery, pageBy } from './pages.ts'

export interface DomainBlockView extends DomainBlock {
  readonly id: DomainBlockId
  readonly createdAt: Date
}

export interface DomainAllowView {
  readonly id: DomainAllowId
  readonly domain: string
  readonly createdAt: Date
}

export interface EmailDomainBlockView {
  readonly id: EmailDomainBlockId
  readonly domain: string
  readonly createdAt: Date
}

export interface EmailBlockView {
  readonly id: EmailBlockId
  /** SHA-256 of the mailbox */
  readonly hash: string
}

/** A page of a list, or the one of that id. */
export type Piece<Id> = PageQuery | { readonly id: Id }

export async function listDomainBlocks(db: Db, piece: Piece<DomainBlockId>): Promise<DomainBlockView[]> {
  const { rows } = await sql<DomainBlockView>`
    SELECT id, domain, severity, reject_media AS "rejectMedia", reject_reports AS "rejectReports", obfuscate,
      public_comment AS "publicComment", private_comment AS "privateComment", created_at AS "createdAt"
    FROM domain_block ${restOf('domain_block.id', piece)}`.execute(db)
  return inOrder(rows, piece)
}

export async function listDomainAllows(db: Db, piece: Piece<DomainAllowId>): Promise<DomainAllowView[]> {
  const { rows } = await sql<DomainAllowView>`
    SELECT id, domain, created_at AS "createdAt" FROM domain_allow ${restOf('domain_allow.id', piece)}`.execute(
    db,
  )
  return inOrder(rows, piece)
}

export async function listIpBlocks(db: Db, piece: Piece<IpBlockId>): Promise<IpBlock[]> {
  const { rows } = await sql<IpBlock>`
    SELECT id, address::text, severity, comment, expires_at AS "expiresAt", created_at AS "createdAt"
    FROM ip_block ${restOf('ip_block.id', piece)}`.execute(db)
  return inOrder(rows, piece)
}

export async function listEmailDomainBlocks(
  db: Db,
  piece: Piece<EmailDomainBlockId>,
): Promise<EmailDomainBlockView[]> {
  const { rows } = await sql<EmailDomainBlockView>`
    SELECT id, domain, created_at AS "createdAt"
    FROM email_domain_block ${restOf('email_domain_block.id', piece)}`.execute(db)
  return inOrder(rows, piece)
}

export async function listEmailBlocks(db: Db, piece: Piece<EmailBlockId>): Promise<EmailBlockView[]> {
  const { rows } = await sql<EmailBlockView>`
    SELECT id, hash FROM email_block ${restOf('email_block.id', piece)}`.execute(db)
  return inOrder(rows, piece)
}

/** Those of these mailboxes that are blocked. */
export async function findEmailBlocks(db: Db, hash: string): Promise<EmailBlockView[]> {
  return db.selectFrom('email_block').select(['id', 'hash']).where('hash', '=', hash).execute()
}

function restOf(column: string, piece: Piece<string>) {
  if ('id' in piece) return sql`WHERE ${sql.ref(column)} = ${piece.id}::bigint`
  const { where, rest } = pageBy(column, piece)
  return sql`WHERE ${where} ${rest}`
}

function inOrder<Row>(rows: readonly Row[], piece: Piece<string>): Row[] {
  return 'id' in piece ? [...rows] : [...newestFirst(rows, piece)]
}

export async function findBlockOf(db: Db, domain: string): Promise<DomainBlockView | undefined> {
  const row = await db.selectFrom('domain_block').select('id').where('domain', '=', domain).executeTakeFirst()
  return row && (await listDomainBlocks(db, row))[0]
}

export async function findAllowOf(db: Db, domain: string): Promise<DomainAllowView | undefined> {
  const row = await db.selectFrom('domain_allow').select('id').where('domain', '=', domain).executeTakeFirst()
  return row && (await listDomainAllows(db, row))[0]
}
