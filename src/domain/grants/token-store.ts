import type { Db } from '../../db/connect.ts'
import type { Tx } from '../../db/transact.ts'

const refreshTokens = (db: Db) =>
  db
    .selectFrom('grant_token')
    .innerJoin('client_grant', 'client_grant.id', 'grant_token.grant_id')
    .leftJoin('account', 'account.id', 'client_grant.account_id')
    .leftJoin('login', 'login.account_id', 'client_grant.account_id')
    .select([
      'client_grant.id as grantId',
      'client_grant.client_id as clientId',
      'client_grant.account_id as accountId',
      'client_grant.expires_at as grantExpiresAt',
      'grant_token.scopes as scopes',
      'grant_token.dpop_jkt as dpopJkt',
      'grant_token.created_at as issuedAt',
      'grant_token.expires_at as expiresAt',
      'grant_token.used_at as usedAt',
      'account.uri as accountUri',
      'account.name as accountName',
    ])
    .where('grant_token.kind', '=', 'refresh')
    .where('client_grant.revoked_at', 'is', null)
    .where((eb) =>
      eb.or([
        eb('client_grant.account_id', 'is', null),
        eb.and([
          eb('account.suspended_at', 'is', null),
          eb('account.deleted_at', 'is', null),
          eb('login.account_id', 'is not', null),
          eb('login.disabled_at', 'is', null),
        ]),
      ]),
    )

/** A refresh token, used or not, of a grant that holds; held until the transaction ends. */
export async function lockRefreshToken(tx: Tx, tokenHash: Buffer) {
  return refreshTokens(tx)
    .where('grant_token.token_hash', '=', tokenHash)
    .forUpdate('grant_token')
    .executeTakeFirst()
}

/** The same to look at. */
export async function findRefreshToken(db: Db, tokenHash: Buffer) {
  return refreshTokens(db).where('grant_token.token_hash', '=', tokenHash).executeTakeFirst()
}

export async function useRefreshToken(tx: Tx, tokenHash: Buffer, now: Date): Promise<void> {
  await tx.updateTable('grant_token').set({ used_at: now }).where('token_hash', '=', tokenHash).execute()
}

/** The grant that any token came of, run out or not. */
export async function findGrantOfToken(db: Db, tokenHash: Buffer) {
  return db
    .selectFrom('grant_token')
    .innerJoin('client_grant', 'client_grant.id', 'grant_token.grant_id')
    .select(['client_grant.id as grantId', 'client_grant.client_id as clientId'])
    .where('grant_token.token_hash', '=', tokenHash)
    .executeTakeFirst()
}
