import { sql } from 'kysely'
import type { Db } from '../../src/db/connect.ts'
import { findAccountByUri } from '../../src/domain/accounts/find.ts'

/** What is there of everybody, whatever is said to them; `change`, that something of theirs is not as it was. */
const ABOUT_PEOPLE = new Set(
  'account account_key account_stat login inbox host follow client_grant access_token refresh_token change'.split(
    ' ',
  ),
)
/** Rows that somebody alone reads: what came to them. */
const OWN = new Set('notification home_entry inbox_item inbox_count talk'.split(' '))
/** Their rows may name somebody of whom nobody is to know, with a flag that says so. */
const FLAGGED = ['mention', 'activity_recipient', 'object_recipient'] as const

/**
 * How many rows of each table name an account, by its id or its addresses, but for those that say that nobody is to know:
 * every row of every table is read.
 */
export async function rowsNaming(db: Db, uri: string): Promise<Record<string, number>> {
  const id = (await findAccountByUri(db, uri))?.id ?? ''
  const names = await sql<{ name: string }>`
    SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'`.execute(db)
  const found: Record<string, number> = {}
  for (const { name } of names.rows) {
    if (ABOUT_PEOPLE.has(name) || OWN.has(name)) continue
    const flagged = FLAGGED.some((table) => table === name)
    const open = flagged ? sql`WHERE NOT t.blind` : sql``
    const { rows } = await sql<{
      row: string
    }>`SELECT t::text AS row FROM ${sql.table(name)} AS t ${open}`.execute(db)
    const naming = rows.filter(({ row }) => row.includes(uri) || new RegExp(`(?<!\\d)${id}(?!\\d)`).test(row))
    if (naming.length > 0) found[name] = naming.length
  }
  return found
}
