import { type RawBuilder, sql } from 'kysely'
import type { AccountId } from '../base/ids.ts'
import type { Db } from '../db/connect.ts'
import type { Role } from '../db/tables/accounts.ts'
import { viewAccounts } from './accounts.ts'
import { newestFirst, type PageQuery, pageBy } from './pages.ts'
import type { AccountView } from './view.ts'

/** An account as those who look after the server see it. */
export interface MemberView {
  readonly account: AccountView
  readonly suspended: boolean
  readonly limited: boolean
  readonly sensitized: boolean
  /** null for an account elsewhere */
  readonly login: LoginView | null
}

export interface LoginView {
  readonly role: Role
  readonly email: string | null
  readonly disabled: boolean
  readonly confirmed: boolean
  readonly approved: boolean
  /** why they want to come in, in their own words */
  readonly reason: string | null
  readonly language: string | null
  readonly invitedBy: AccountId | null
}

interface MemberRow {
  readonly id: AccountId
  readonly suspended: boolean
  readonly limited: boolean
  readonly sensitized: boolean
  readonly role: Role | null
  readonly email: string | null
  readonly disabled: boolean
  readonly confirmed: boolean
  readonly approved: boolean
  readonly reason: string | null
  readonly language: string | null
  readonly invitedBy: AccountId | null
}

/** Somebody who only waits to be let in is not what one calls suspended. */
const isSuspended = sql<boolean>`(account.suspended_at IS NOT NULL AND account.suspended_for <> '{waiting}')`

/** Accounts by id, with those who wait to be let in, in two queries and what their emoji take. */
export async function viewMembers(
  db: Db,
  ids: readonly AccountId[],
): Promise<ReadonlyMap<AccountId, MemberView>> {
  const wanted = [...new Set(ids)]
  if (wanted.length === 0) return new Map()
  const [accounts, { rows }] = await Promise.all([
    viewAccounts(db, wanted, { waiting: true }),
    sql<MemberRow>`
      SELECT account.id, ${isSuspended} AS suspended, account.limited_at IS NOT NULL AS limited,
        account.sensitized_at IS NOT NULL AS sensitized, login.role, coalesce(login.email, login.unconfirmed_email) AS email,
        login.disabled_at IS NOT NULL AS disabled, login.confirmed_at IS NOT NULL AS confirmed,
        login.approved_at IS NOT NULL AS approved, login.reason, posting_default.language,
        invite.made_by AS "invitedBy"
      FROM account
      LEFT JOIN login ON login.account_id = account.id
      LEFT JOIN invite ON invite.id = login.invite_id
      LEFT JOIN posting_default ON posting_default.account_id = account.id
      WHERE account.id = any(${wanted}::bigint[])`.execute(db),
  ])
  return new Map(
    rows.flatMap(({ id, suspended, limited, sensitized, role, ...login }) => {
      const account = accounts.get(id)
      const member = role === null ? null : { role, ...login }
      return account ? [[id, { account, suspended, limited, sensitized, login: member }] as const] : []
    }),
  )
}

/** Which accounts are asked for; what is not said may be anything. */
export interface MemberQuery extends PageQuery {
  readonly origin?: 'local' | 'remote' | undefined
  readonly status?: MemberStatus | undefined
  readonly staff?: boolean | undefined
  readonly roles?: readonly Role[] | undefined
  readonly invitedBy?: AccountId | undefined
  /** how the name begins, in any case */
  readonly name?: string | undefined
  readonly displayName?: string | undefined
  readonly host?: string | undefined
  /** how the address begins, in any case, be it confirmed or not */
  readonly email?: string | undefined
  /** what was asked is said of nobody */
  readonly nobody?: boolean
}

export type MemberStatus = 'active' | 'pending' | 'disabled' | 'silenced' | 'suspended' | 'sensitized'

/** The ids of accounts as they were asked for, newest first. */
export async function listMemberAccountIds(db: Db, query: MemberQuery): Promise<readonly AccountId[]> {
  const { where, rest } = pageBy('account.id', query)
  if (query.nobody) return []
  const conditions = [
    where,
    sql`account.deleted_at IS NULL AND NOT (account.local AND account.kind = 'application')`,
    ...conditionsOf(query),
  ]
  const { rows } = await sql<{ id: AccountId }>`
    SELECT account.id FROM account ${joinOf(query)} JOIN login ON login.account_id = account.id
    WHERE ${sql.join(conditions, sql` AND `)} ${rest}`.execute(db)
  return newestFirst(rows, query).map(({ id }) => id)
}

/** What can be said of people here alone is asked of them alone. */
function joinOf({ origin, status, staff, roles, invitedBy, email }: MemberQuery): RawBuilder<unknown> {
  const here =
    origin === 'local' ||
    status === 'pending' ||
    status === 'disabled' ||
    staff === true ||
    roles !== undefined ||
    invitedBy !== undefined ||
    email !== undefined
  return here ? sql`` : sql`LEFT`
}

const STATUS: Readonly<Record<MemberStatus, RawBuilder<unknown>>> = {
  active: sql`account.suspended_at IS NULL AND login.disabled_at IS NULL`,
  pending: sql`login.approved_at IS NULL`,
  disabled: sql`login.disabled_at IS NOT NULL`,
  silenced: sql`account.limited_at IS NOT NULL`,
  suspended: sql`account.suspended_at IS NOT NULL AND ${isSuspended}`,
  sensitized: sql`account.sensitized_at IS NOT NULL`,
}

/** Sorts behind every letter. */
const LAST = '\u{10FFFF}'

function conditionsOf(query: MemberQuery): RawBuilder<unknown>[] {
  const { origin, status, staff, roles, invitedBy, name, displayName, host, email } = query
  const begins = (column: RawBuilder<unknown>, text: string) =>
    sql`lower(${column}) COLLATE "C" >= ${text.toLowerCase()} AND lower(${column}) COLLATE "C" < ${text.toLowerCase() + LAST}`
  const found: (RawBuilder<unknown> | undefined)[] = [
    origin && (origin === 'local' ? sql`account.host IS NULL` : sql`account.host IS NOT NULL`),
    status && STATUS[status],
    staff === true ? sql`login.role <> 'user'` : undefined,
    roles && sql`login.role = any(${roles}::text[])`,
    invitedBy &&
      sql`EXISTS (SELECT 1 FROM invite WHERE invite.id = login.invite_id AND invite.made_by = ${invitedBy}::bigint)`,
    name === undefined ? undefined : begins(sql`account.name`, name),
    displayName === undefined ? undefined : begins(sql`account.display_name`, displayName),
    host === undefined ? undefined : sql`account.host = ${host.toLowerCase()}`,
    email === undefined ? undefined : begins(sql`coalesce(login.email, login.unconfirmed_email)`, email),
  ]
  return found.filter((condition) => condition !== undefined)
}
