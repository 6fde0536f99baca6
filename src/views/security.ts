import type { AccountId } from '../base/ids.ts'
import type { Db } from '../db/connect.ts'
import { sessionName } from '../domain/accounts/session.ts'

export interface PasskeyView {
  readonly credentialId: string
  readonly name: string
  readonly createdAt: Date
  readonly usedAt: Date | null
}

/** What guards an account, as its owner sees it. */
export interface SecurityView {
  /** since when codes of an app are asked for */
  readonly authenticatorSince: Date | null
  readonly passkeys: readonly PasskeyView[]
  readonly codesLeft: number
}

export async function viewSecurity(db: Db, accountId: AccountId): Promise<SecurityView> {
  const authenticator = await db
    .selectFrom('authenticator')
    .select('created_at')
    .where('account_id', '=', accountId)
    .executeTakeFirst()
  const passkeys = await db
    .selectFrom('passkey')
    .select(['credential_id as credentialId', 'name', 'created_at as createdAt', 'used_at as usedAt'])
    .where('account_id', '=', accountId)
    .orderBy('created_at')
    .orderBy('credential_id')
    .execute()
  const codes = await db
    .selectFrom('recovery_code')
    .select((eb) => eb.fn.countAll<string>().as('left'))
    .where('account_id', '=', accountId)
    .where('used_at', 'is', null)
    .executeTakeFirst()
  return {
    authenticatorSince: authenticator?.created_at ?? null,
    passkeys,
    codesLeft: Number(codes?.left ?? 0),
  }
}

/** One place where somebody is signed in. */
export interface SessionView {
  readonly name: string
  readonly userAgent: string | null
  readonly begunAt: Date
  readonly seenAt: Date
}

const MOST = 100

/** Where an account is signed in, last seen first. */
export async function listSessions(db: Db, accountId: AccountId, now: Date): Promise<SessionView[]> {
  const rows = await db
    .selectFrom('session')
    .select(['token_hash', 'user_agent', 'created_at', 'seen_at'])
    .where('account_id', '=', accountId)
    .where('expires_at', '>', now)
    .orderBy('seen_at', 'desc')
    .orderBy('token_hash')
    .limit(MOST)
    .execute()
  return rows.map((row) => ({
    name: sessionName(row.token_hash),
    userAgent: row.user_agent,
    begunAt: row.created_at,
    seenAt: row.seen_at,
  }))
}
