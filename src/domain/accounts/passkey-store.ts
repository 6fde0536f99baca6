import type { AccountId } from '../../base/ids.ts'
import type { Db } from '../../db/connect.ts'
import type { Tx } from '../../db/transact.ts'

export interface StoredPasskey {
  readonly credentialId: string
  readonly accountId: AccountId
  readonly publicKey: Buffer
  readonly counter: number
  readonly transports: readonly string[]
}

const columns = (db: Db) =>
  db.selectFrom('passkey').select(['credential_id', 'account_id', 'public_key', 'counter', 'transports'])

type Row = Awaited<ReturnType<ReturnType<typeof columns>['executeTakeFirstOrThrow']>>

function passkeyFrom(row: Row): StoredPasskey {
  return {
    credentialId: row.credential_id,
    accountId: row.account_id,
    publicKey: row.public_key,
    counter: Number(row.counter),
    transports: row.transports,
  }
}

export async function findPasskey(db: Db, credentialId: string): Promise<StoredPasskey | undefined> {
  const row = await columns(db).where('credential_id', '=', credentialId).executeTakeFirst()
  return row && passkeyFrom(row)
}

export async function findPasskeysOf(db: Db, accountId: AccountId): Promise<StoredPasskey[]> {
  const rows = await columns(db).where('account_id', '=', accountId).orderBy('created_at').execute()
  return rows.map(passkeyFrom)
}

/** @returns false when that passkey is known already, whoever has it */
export async function insertPasskey(
  tx: Tx,
  passkey: StoredPasskey & { readonly name: string; readonly now: Date },
): Promise<boolean> {
  const inserted = await tx
    .insertInto('passkey')
    .values({
      credential_id: passkey.credentialId,
      account_id: passkey.accountId,
      public_key: passkey.publicKey,
      counter: passkey.counter,
      transports: [...passkey.transports],
      name: passkey.name,
      created_at: passkey.now,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('credential_id')
    .executeTakeFirst()
  return inserted !== undefined
}

/** Notes a use. @returns false when another use has counted on meanwhile, so that one of the two is a copy's */
export async function countUse(
  db: Db,
  credentialId: string,
  use: { readonly before: number; readonly counter: number; readonly now: Date },
): Promise<boolean> {
  const counted = await db
    .updateTable('passkey')
    .set({ counter: use.counter, used_at: use.now })
    .where('credential_id', '=', credentialId)
    .where('counter', '=', String(use.before))
    .returning('credential_id')
    .executeTakeFirst()
  return counted !== undefined
}

export async function updatePasskeyName(
  db: Db,
  accountId: AccountId,
  credentialId: string,
  name: string,
): Promise<void> {
  await db
    .updateTable('passkey')
    .set({ name })
    .where('account_id', '=', accountId)
    .where('credential_id', '=', credentialId)
    .execute()
}

/** @returns false when they have none such */
export async function deletePasskey(tx: Tx, accountId: AccountId, credentialId: string): Promise<boolean> {
  const deleted = await tx
    .deleteFrom('passkey')
    .where('account_id', '=', accountId)
    .where('credential_id', '=', credentialId)
    .returning('credential_id')
    .executeTakeFirst()
  return deleted !== undefined
}

export async function deletePasskeysOf(tx: Tx, accountId: AccountId): Promise<void> {
  await tx.deleteFrom('passkey').where('account_id', '=', accountId).execute()
}

/** Marks a challenge as answered. @returns false when it was before */
export async function useChallenge(
  db: Db,
  hash: Buffer,
  times: { now: Date; until: Date },
): Promise<boolean> {
  await db.deleteFrom('challenge_used').where('expires_at', '<=', times.now).execute()
  const used = await db
    .insertInto('challenge_used')
    .values({ challenge_hash: hash, expires_at: times.until })
    .onConflict((conflict) => conflict.doNothing())
    .returning('challenge_hash')
    .executeTakeFirst()
  return used !== undefined
}
