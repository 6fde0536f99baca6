import type { AccountId } from '../../base/ids.ts'
import type { Db } from '../../db/connect.ts'
import type { Tx } from '../../db/transact.ts'

export interface StoredAuthenticator {
  readonly secretSealed: Buffer
  readonly lastStep: number
}

export async function findAuthenticator(
  db: Db,
  accountId: AccountId,
): Promise<StoredAuthenticator | undefined> {
  const row = await db
    .selectFrom('authenticator')
    .select(['secret_sealed', 'last_step'])
    .where('account_id', '=', accountId)
    .executeTakeFirst()
  return row && { secretSealed: row.secret_sealed, lastStep: Number(row.last_step) }
}

/** In place of an earlier one. */
export async function putAuthenticator(
  tx: Tx,
  authenticator: {
    readonly accountId: AccountId
    readonly secretSealed: Buffer
    readonly lastStep: number
    readonly now: Date
  },
): Promise<void> {
  const values = {
    secret_sealed: authenticator.secretSealed,
    last_step: authenticator.lastStep,
    created_at: authenticator.now,
  }
  await tx
    .insertInto('authenticator')
    .values({ account_id: authenticator.accountId, ...values })
    .onConflict((conflict) => conflict.column('account_id').doUpdateSet(values))
    .execute()
}

/** Uses a half minute up. @returns false when this one, or a later one, was used before, by whoever was quicker */
export async function useStep(db: Db, accountId: AccountId, step: number): Promise<boolean> {
  const used = await db
    .updateTable('authenticator')
    .set({ last_step: step })
    .where('account_id', '=', accountId)
    .where('last_step', '<', String(step))
    .returning('account_id')
    .executeTakeFirst()
  return used !== undefined
}

export async function deleteAuthenticator(tx: Tx, accountId: AccountId): Promise<void> {
  await tx.deleteFrom('authenticator').where('account_id', '=', accountId).execute()
}

/** In place of all earlier ones. */
export async function replaceRecoveryCodes(
  tx: Tx,
  accountId: AccountId,
  hashes: readonly Buffer[],
): Promise<void> {
  await deleteRecoveryCodes(tx, accountId)
  await tx
    .insertInto('recovery_code')
    .values(hashes.map((code_hash) => ({ account_id: accountId, code_hash })))
    .execute()
}

export async function deleteRecoveryCodes(tx: Tx, accountId: AccountId): Promise<void> {
  await tx.deleteFrom('recovery_code').where('account_id', '=', accountId).execute()
}

export async function hasRecoveryCodes(db: Db, accountId: AccountId): Promise<boolean> {
  const row = await db
    .selectFrom('recovery_code')
    .select('account_id')
    .where('account_id', '=', accountId)
    .executeTakeFirst()
  return row !== undefined
}

/** Uses a code up. @returns false when there is none such, or none any more */
export async function useRecoveryCode(
  db: Db,
  accountId: AccountId,
  hash: Buffer,
  now: Date,
): Promise<boolean> {
  const used = await db
    .updateTable('recovery_code')
    .set({ used_at: now })
    .where('account_id', '=', accountId)
    .where('code_hash', '=', hash)
    .where('used_at', 'is', null)
    .returning('account_id')
    .executeTakeFirst()
  return used !== undefined
}

/** What somebody has to give beside the password. */
export interface Factors {
  readonly authenticator: boolean
  readonly passkeys: boolean
}

export async function findFactors(db: Db, accountId: AccountId): Promise<Factors> {
  const row = await db
    .selectFrom('login')
    .select((eb) => [
      eb
        .exists(eb.selectFrom('authenticator').select('account_id').where('account_id', '=', accountId))
        .as('authenticator'),
      eb
        .exists(eb.selectFrom('passkey').select('account_id').where('account_id', '=', accountId))
        .as('passkeys'),
    ])
    .where('login.account_id', '=', accountId)
    .executeTakeFirst()
  return { authenticator: row?.authenticator === true, passkeys: row?.passkeys === true }
}

export interface NewSecondStep {
  readonly tokenHash: Buffer
  readonly accountId: AccountId
  readonly expiresAt: Date
}

/** Those of anybody that have run out go with it, so the table cannot grow unnoticed. */
export async function insertSecondStep(tx: Tx, step: NewSecondStep, now: Date): Promise<void> {
  await tx.deleteFrom('second_step').where('expires_at', '<=', now).execute()
  await tx
    .insertInto('second_step')
    .values({ token_hash: step.tokenHash, account_id: step.accountId, expires_at: step.expiresAt })
    .execute()
}

export async function findSecondStepOf(
  db: Db,
  tokenHash: Buffer,
  limits: { readonly now: Date; readonly attempts: number },
): Promise<AccountId | undefined> {
  const row = await db
    .selectFrom('second_step')
    .select('account_id')
    .where('token_hash', '=', tokenHash)
    .where('expires_at', '>', limits.now)
    .where('attempts', '<', limits.attempts)
    .executeTakeFirst()
  return row?.account_id
}

/** Counts an attempt before it is made. @returns false when there were enough of them, or it is over */
export async function countAttempt(
  db: Db,
  tokenHash: Buffer,
  limits: { readonly now: Date; readonly attempts: number },
): Promise<boolean> {
  const counted = await db
    .updateTable('second_step')
    .set((eb) => ({ attempts: eb('attempts', '+', 1) }))
    .where('token_hash', '=', tokenHash)
    .where('expires_at', '>', limits.now)
    .where('attempts', '<', limits.attempts)
    .returning('account_id')
    .executeTakeFirst()
  return counted !== undefined
}

/** @returns false when somebody else has ended it just before */
export async function deleteSecondStep(db: Db, tokenHash: Buffer): Promise<boolean> {
  const ended = await db
    .deleteFrom('second_step')
    .where('token_hash', '=', tokenHash)
    .returning('account_id')
    .executeTakeFirst()
  return ended !== undefined
}
