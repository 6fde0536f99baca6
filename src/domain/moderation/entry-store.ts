import { sql } from 'kysely'
import type { AccountId, DomainAllowId, EmailBlockId, EmailDomainBlockId, IpBlockId } from '../../base/ids.ts'
import type { IpSeverity } from '../../db/tables/admin.ts'
import type { Tx } from '../../db/transact.ts'

/** @returns false when it is there already */
export async function insertEmailDomainBlock(
  tx: Tx,
  { id, domain, now }: { readonly id: EmailDomainBlockId; readonly domain: string; readonly now: Date },
): Promise<boolean> {
  const made = await tx
    .insertInto('email_domain_block')
    .values({ id, domain, created_at: now })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst()
  return made.numInsertedOrUpdatedRows === 1n
}

/** @returns the domain; undefined when it was not blocked */
export async function deleteEmailDomainBlock(tx: Tx, id: EmailDomainBlockId): Promise<string | undefined> {
  const gone = await tx
    .deleteFrom('email_domain_block')
    .where('id', '=', id)
    .returning('domain')
    .executeTakeFirst()
  return gone?.domain
}

export interface NewEmailBlock {
  readonly id: EmailBlockId
  readonly hash: string
  readonly accountId: AccountId | null
  readonly now: Date
}

/** @returns false when it is there already */
export async function insertEmailBlock(
  tx: Tx,
  { id, hash, accountId, now }: NewEmailBlock,
): Promise<boolean> {
  const made = await tx
    .insertInto('email_block')
    .values({ id, hash, account_id: accountId, created_at: now })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst()
  return made.numInsertedOrUpdatedRows === 1n
}

/** @returns the hash; undefined when it was not blocked */
export async function deleteEmailBlock(tx: Tx, id: EmailBlockId): Promise<string | undefined> {
  const gone = await tx.deleteFrom('email_block').where('id', '=', id).returning('hash').executeTakeFirst()
  return gone?.hash
}

export async function deleteEmailBlocksOf(tx: Tx, accountId: AccountId): Promise<void> {
  await tx.deleteFrom('email_block').where('account_id', '=', accountId).execute()
}

export interface IpBlockWords {
  readonly address: string
  readonly severity: IpSeverity
  readonly comment: string
  readonly expiresAt: Date | null
}

/** @returns false when something is decided about that network already */
export async function insertIpBlock(tx: Tx, id: IpBlockId, words: IpBlockWords, now: Date): Promise<boolean> {
  const made = await sql`
    INSERT INTO ip_block (id, address, severity, comment, expires_at, created_at, updated_at)
    VALUES (${id}::bigint, ${words.address}::cidr, ${words.severity}, ${words.comment}, ${words.expiresAt}::timestamptz,
      ${now}::timestamptz, ${now}::timestamptz)
    ON CONFLICT (address) DO NOTHING`.execute(tx)
  return made.numAffectedRows === 1n
}

/** @returns false when another block has that network; undefined when there is no such block */
export async function updateIpBlock(
  tx: Tx,
  id: IpBlockId,
  words: IpBlockWords,
  now: Date,
): Promise<boolean | undefined> {
  const { rows } = await sql<{ free: boolean }>`
    WITH taken AS (SELECT 1 FROM ip_block WHERE address = ${words.address}::cidr AND id <> ${id}::bigint),
    changed AS (
      UPDATE ip_block SET address = ${words.address}::cidr, severity = ${words.severity}, comment = ${words.comment},
        expires_at = ${words.expiresAt}::timestamptz, updated_at = ${now}::timestamptz
      WHERE id = ${id}::bigint AND NOT EXISTS (SELECT 1 FROM taken))
    SELECT NOT EXISTS (SELECT 1 FROM taken) AS free FROM ip_block WHERE id = ${id}::bigint`.execute(tx)
  return rows[0]?.free
}

/** @returns the network; undefined when there is no such block */
export async function deleteIpBlock(tx: Tx, id: IpBlockId): Promise<string | undefined> {
  const gone = await tx.deleteFrom('ip_block').where('id', '=', id).returning('address').executeTakeFirst()
  return gone?.address
}

/** @returns false when it is there already */
export async function insertDomainAllow(
  tx: Tx,
  { id, domain, now }: { readonly id: DomainAllowId; readonly domain: string; readonly now: Date },
): Promise<boolean> {
  const made = await tx
    .insertInto('domain_allow')
    .values({ id, domain, created_at: now })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst()
  return made.numInsertedOrUpdatedRows === 1n
}

/** @returns the domain; undefined when it was not there */
export async function deleteDomainAllow(tx: Tx, id: DomainAllowId): Promise<string | undefined> {
  const gone = await tx.deleteFrom('domain_allow').where('id', '=', id).returning('domain').executeTakeFirst()
  return gone?.domain
}
