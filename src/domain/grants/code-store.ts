import type { AccountId, GrantId } from '../../base/ids.ts'
import type { Tx } from '../../db/transact.ts'

export interface NewCode {
  readonly codeHash: Buffer
  readonly clientId: string
  readonly accountId: AccountId
  readonly redirectUri: string
  readonly scopes: string
  readonly challenge: string | null
  readonly dpopJkt: string | null
  readonly now: Date
  readonly expiresAt: Date
}

export async function insertCode(tx: Tx, code: NewCode): Promise<void> {
  await tx
    .insertInto('grant_code')
    .values({
      code_hash: code.codeHash,
      client_id: code.clientId,
      account_id: code.accountId,
      redirect_uri: code.redirectUri,
      scopes: code.scopes,
      challenge: code.challenge,
      dpop_jkt: code.dpopJkt,
      created_at: code.now,
      expires_at: code.expiresAt,
    })
    .execute()
}

/** A code of an account that may still sign in; held until the transaction ends, so that one exchange sees it unused. */
export async function lockCode(tx: Tx, codeHash: Buffer) {
  return tx
    .selectFrom('grant_code')
    .innerJoin('account', 'account.id', 'grant_code.account_id')
    .innerJoin('login', 'login.account_id', 'grant_code.account_id')
    .select([
      'grant_code.client_id as clientId',
      'grant_code.account_id as accountId',
      'grant_code.redirect_uri as redirectUri',
      'grant_code.scopes as scopes',
      'grant_code.challenge as challenge',
      'grant_code.dpop_jkt as dpopJkt',
      'grant_code.expires_at as expiresAt',
      'grant_code.used_at as usedAt',
      'grant_code.grant_id as grantId',
      'account.uri as accountUri',
    ])
    .where('grant_code.code_hash', '=', codeHash)
    .where('account.suspended_at', 'is', null)
    .where('account.deleted_at', 'is', null)
    .where('login.disabled_at', 'is', null)
    .forUpdate('grant_code')
    .executeTakeFirst()
}

export async function useCode(tx: Tx, codeHash: Buffer, grantId: GrantId, now: Date): Promise<void> {
  await tx
    .updateTable('grant_code')
    .set({ used_at: now, grant_id: grantId })
    .where('code_hash', '=', codeHash)
    .execute()
}
