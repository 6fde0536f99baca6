import { sql } from 'kysely'
import type { AccountId } from '../../base/ids.ts'
import type { Db } from '../../db/connect.ts'
import type { Tx } from '../../db/transact.ts'
import type { Role } from './account.ts'

export interface NewLogin {
  readonly accountId: AccountId
  /** one that is known to be theirs */
  readonly email: string | null
  /** PHC string of `hashPassword`; null for an account that nobody can sign in to */
  readonly passwordHash: string | null
  readonly role: Role
  readonly now: Date
  /** of who signed up by themselves */
  readonly signUp?: {
    readonly unconfirmedEmail: string | null
    readonly confirmedAt: Date | null
    readonly approvedAt: Date | null
    readonly reason: string | null
    readonly clientId: string | null
    readonly inviteId: number | null
  }
}

/** The login behind a new local account. Fails by the index `login_owner` when there is an owner already. */
export async function insertLogin(tx: Tx, login: NewLogin): Promise<void> {
  await tx
    .insertInto('login')
    .values({
      account_id: login.accountId,
      email: login.email,
      password_hash: login.passwordHash,
      role: login.role,
      seen_at: login.now,
      created_at: login.now,
      confirmed_at: login.now,
      approved_at: login.now,
      ...(login.signUp && {
        unconfirmed_email: login.signUp.unconfirmedEmail,
        confirmed_at: login.signUp.confirmedAt,
        approved_at: login.signUp.approvedAt,
        reason: login.signUp.reason,
        client_id: login.signUp.clientId,
        invite_id: login.signUp.inviteId,
      }),
    })
    .execute()
}

/** What somebody who has signed up still waits for before they may come in. */
export type Waiting = 'confirmation' | 'approval'

export interface Login {
  readonly accountId: AccountId
  readonly passwordHash: string | null
  readonly role: Role
  readonly disabled: boolean
  readonly waitsFor: Waiting | undefined
}

const columns = (db: Db) =>
  db
    .selectFrom('login')
    .innerJoin('account', 'account.id', 'login.account_id')
    .select([
      'login.account_id as accountId',
      'login.password_hash as passwordHash',
      'login.role as role',
      'login.disabled_at as disabledAt',
      'login.confirmed_at as confirmedAt',
      'login.approved_at as approvedAt',
      'account.suspended_at as suspendedAt',
      sql<boolean>`account.suspended_for = '{waiting}'`.as('onlyWaits'),
    ])
    .where('account.deleted_at', 'is', null)

interface LoginRow {
  accountId: AccountId
  passwordHash: string | null
  role: Role
  disabledAt: Date | null
  confirmedAt: Date | null
  approvedAt: Date | null
  suspendedAt: Date | null
  onlyWaits: boolean
}

function loginFrom(row: LoginRow): Login {
  return {
    accountId: row.accountId,
    passwordHash: row.passwordHash,
    role: row.role,
    disabled: row.disabledAt !== null || (row.suspendedAt !== null && !row.onlyWaits),
    waitsFor: row.confirmedAt === null ? 'confirmation' : row.approvedAt === null ? 'approval' : undefined,
  }
}

/** The login of a local name, in any case. */
export async function findLoginByName(db: Db, name: string): Promise<Login | undefined> {
  const row = await columns(db)
    .where((eb) => eb(eb.fn<string>('lower', ['account.name']), '=', name.toLowerCase()))
    .where('account.host', 'is', null)
    .executeTakeFirst()
  return row && loginFrom(row)
}

/** The login of an e-mail address, in any case. */
export async function findLoginByEmail(db: Db, email: string): Promise<Login | undefined> {
  const row = await columns(db)
    .where((eb) => eb(eb.fn<string>('lower', ['login.email']), '=', email.toLowerCase()))
    .executeTakeFirst()
  return row && loginFrom(row)
}

export async function findLogin(db: Db, accountId: AccountId): Promise<Login | undefined> {
  const row = await columns(db).where('login.account_id', '=', accountId).executeTakeFirst()
  return row && loginFrom(row)
}

export async function hasOwner(db: Db): Promise<boolean> {
  const row = await db.selectFrom('login').select('account_id').where('role', '=', 'owner').executeTakeFirst()
  return row !== undefined
}

export async function updatePassword(tx: Tx, accountId: AccountId, passwordHash: string): Promise<void> {
  await tx
    .updateTable('login')
    .set({ password_hash: passwordHash })
    .where('account_id', '=', accountId)
    .execute()
}

/** Whether this is the password still; from now on it is, until the transaction ends. */
export async function holdPassword(tx: Tx, accountId: AccountId, passwordHash: string): Promise<boolean> {
  const row = await tx
    .selectFrom('login')
    .select('account_id')
    .where('account_id', '=', accountId)
    .where('password_hash', '=', passwordHash)
    .forNoKeyUpdate()
    .executeTakeFirst()
  return row !== undefined
}

/** Whether a session of this account goes on; if so it does until the transaction ends. */
export async function holdSessionRow(
  tx: Tx,
  accountId: AccountId,
  tokenHash: Buffer,
  now: Date,
): Promise<boolean> {
  const row = await tx
    .selectFrom('session')
    .select('account_id')
    .where('token_hash', '=', tokenHash)
    .where('account_id', '=', accountId)
    .where('expires_at', '>', now)
    .forKeyShare()
    .executeTakeFirst()
  return row !== undefined
}

/** Notes that somebody was here, which also decides whose home timeline is kept written. */
export async function noteSeen(db: Db, accountId: AccountId, now: Date): Promise<void> {
  await db.updateTable('login').set({ seen_at: now }).where('account_id', '=', accountId).execute()
}

export async function findSeenAt(db: Db, accountId: AccountId): Promise<Date | undefined> {
  const row = await db
    .selectFrom('login')
    .select('seen_at')
    .where('account_id', '=', accountId)
    .executeTakeFirst()
  return row?.seen_at
}

export interface NewSession {
  /** SHA-256 of the token; the token itself is only in the visitor's cookie */
  readonly tokenHash: Buffer
  readonly accountId: AccountId
  readonly now: Date
  readonly expiresAt: Date
  readonly userAgent: string | null
}

export async function insertSession(tx: Tx, session: NewSession): Promise<void> {
  await tx
    .insertInto('session')
    .values({
      token_hash: session.tokenHash,
      account_id: session.accountId,
      created_at: session.now,
      seen_at: session.now,
      expires_at: session.expiresAt,
      user_agent: session.userAgent,
      proven_at: session.now,
    })
    .execute()
}

export interface StoredSession {
  readonly accountId: AccountId
  readonly role: Role
  readonly begunAt: Date
  readonly seenAt: Date
  /** when a password or passkey was last given in it */
  readonly provenAt: Date | null
}

/** A session that has not run out and whose account may still sign in. */
export async function findStoredSession(
  db: Db,
  tokenHash: Buffer,
  now: Date,
): Promise<StoredSession | undefined> {
  return db
    .selectFrom('session')
    .innerJoin('login', 'login.account_id', 'session.account_id')
    .innerJoin('account', 'account.id', 'session.account_id')
    .select([
      'session.account_id as accountId',
      'login.role as role',
      'session.created_at as begunAt',
      'session.seen_at as seenAt',
      'session.proven_at as provenAt',
    ])
    .where('session.token_hash', '=', tokenHash)
    .where('session.expires_at', '>', now)
    .where('login.disabled_at', 'is', null)
    .where('account.suspended_at', 'is', null)
    .where('account.deleted_at', 'is', null)
    .executeTakeFirst()
}

export async function prolongSession(
  db: Db,
  tokenHash: Buffer,
  times: { now: Date; expiresAt: Date },
): Promise<void> {
  await db
    .updateTable('session')
    .set({ seen_at: times.now, expires_at: times.expiresAt })
    .where('token_hash', '=', tokenHash)
    .execute()
}

export async function deleteSession(db: Db, tokenHash: Buffer): Promise<void> {
  await db.deleteFrom('session').where('token_hash', '=', tokenHash).execute()
}

/** Those that wait for a second factor, too. */
export async function deleteSessionsOf(db: Db, accountId: AccountId): Promise<void> {
  await db.deleteFrom('second_step').where('account_id', '=', accountId).execute()
  await db.deleteFrom('session').where('account_id', '=', accountId).execute()
}

/** All of an account but one. */
export async function deleteSessionsBut(db: Db, accountId: AccountId, tokenHash: Buffer): Promise<void> {
  await db
    .deleteFrom('session')
    .where('account_id', '=', accountId)
    .where('token_hash', '!=', tokenHash)
    .execute()
}

/** The one of an account whose hash begins so. */
export async function deleteSessionNamed(db: Db, accountId: AccountId, start: Buffer): Promise<void> {
  await db
    .deleteFrom('session')
    .where('account_id', '=', accountId)
    .where(sql<boolean>`substring(token_hash FROM 1 FOR ${start.length}::int) = ${start}`)
    .execute()
}

export async function updateProven(db: Db, tokenHash: Buffer, now: Date): Promise<void> {
  await db.updateTable('session').set({ proven_at: now }).where('token_hash', '=', tokenHash).execute()
}

/** Sessions of one account that have run out: removed when it signs in, so the table cannot grow unnoticed. */
export async function deleteExpiredSessions(tx: Tx, accountId: AccountId, now: Date): Promise<void> {
  await tx.deleteFrom('session').where('account_id', '=', accountId).where('expires_at', '<=', now).execute()
}

/** Nobody signs in to this account any more; its sessions end at once. */
export async function deleteLogin(tx: Tx, accountId: AccountId): Promise<void> {
  await tx.deleteFrom('session').where('account_id', '=', accountId).execute()
  await tx.deleteFrom('login').where('account_id', '=', accountId).execute()
}
