import { sql } from 'kysely'
import type { AccountId } from '../../base/ids.ts'
import type { Db } from '../../db/connect.ts'

/** Whether a local name is, or ever was, somebody's: in any case, also of who is only about to come in. */
export async function isNameTaken(db: Db, name: string): Promise<boolean> {
  const row = await db
    .selectFrom('account')
    .select('id')
    .where(sql`lower(name)`, '=', name.toLowerCase())
    .where('host', 'is', null)
    .executeTakeFirst()
  return row !== undefined
}

/** What is known of how somebody came in, and what they wait for. */
export interface Registrant {
  readonly id: AccountId
  readonly name: string
  readonly email: string | null
  readonly unconfirmedEmail: string | null
  readonly passwordHash: string | null
  readonly disabled: boolean
  readonly confirmedAt: Date | null
  readonly approvedAt: Date | null
  /** the app in which they signed up */
  readonly clientId: string | null
  readonly reason: string | null
  readonly createdAt: Date
}

export const registrants = (db: Db) =>
  db
    .selectFrom('login')
    .innerJoin('account', 'account.id', 'login.account_id')
    .select([
      'login.account_id as id',
      'account.name',
      'login.email',
      'login.unconfirmed_email as unconfirmedEmail',
      'login.password_hash as passwordHash',
      sql<boolean>`login.disabled_at IS NOT NULL OR account.suspended_for && '{account,domain}'`.as(
        'disabled',
      ),
      'login.confirmed_at as confirmedAt',
      'login.approved_at as approvedAt',
      'login.client_id as clientId',
      'login.reason',
      'login.created_at as createdAt',
    ])
    .where('account.deleted_at', 'is', null)

export async function findRegistrant(db: Db, id: AccountId): Promise<Registrant | undefined> {
  return registrants(db).where('login.account_id', '=', id).executeTakeFirst()
}

/** Whose an e-mail address is for certain. */
export async function findOwnerOf(db: Db, email: string): Promise<Registrant | undefined> {
  return registrants(db).where(sql`lower(login.email)`, '=', email.toLowerCase()).executeTakeFirst()
}

/** Somebody who waits to be let in, by name in any case. */
export async function findWaitingByName(db: Db, name: string): Promise<Registrant | undefined> {
  return registrants(db)
    .where(sql`lower(account.name)`, '=', name.toLowerCase())
    .where('account.host', 'is', null)
    .where(isWaiting)
    .executeTakeFirst()
}

/** Those who wait to be let in, whoever came first first. */
export async function listWaiting(
  db: Db,
  options: { readonly limit: number; readonly after?: AccountId | undefined },
): Promise<Registrant[]> {
  const { limit, after } = options
  return registrants(db)
    .where(isWaiting)
    .$if(after !== undefined, (query) => query.where('login.account_id', '>', after as AccountId))
    .orderBy('login.account_id')
    .limit(limit)
    .execute()
}

/** As the index `login_waiting` has it. */
export const isWaiting = sql<boolean>`(login.confirmed_at IS NULL OR login.approved_at IS NULL)`

/** Those who have not confirmed their address for so long that they will not. */
export async function listUnconfirmed(db: Db, before: Date, limit: number): Promise<AccountId[]> {
  const rows = await db
    .selectFrom('login')
    .select('account_id as id')
    .where(isWaiting)
    .where('confirmed_at', 'is', null)
    .where('created_at', '<', before)
    .limit(limit)
    .execute()
  return rows.map(({ id }) => id)
}
