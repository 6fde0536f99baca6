import { sql } from 'kysely'
import type { AccountId, GrantId } from '../../base/ids.ts'
import type { Db } from '../../db/connect.ts'
import type { Tx } from '../../db/transact.ts'
import { openLoginInbox } from '../accounts/inbox-store.ts'
import { allows, scopesFrom } from './scopes.ts'

export interface NewGrant {
  readonly id: GrantId
  readonly accountId: AccountId | null
  readonly clientId: string
  readonly scopes: string
  readonly now: Date
  /** null: never */
  readonly expiresAt: Date | null
}

/** Opens a grant; where its app may read the inbox, what comes to its person is kept from now on. */
export async function insertGrant(tx: Tx, grant: NewGrant): Promise<void> {
  await tx
    .insertInto('client_grant')
    .values({
      id: grant.id,
      account_id: grant.accountId,
      client_id: grant.clientId,
      scopes: grant.scopes,
      created_at: grant.now,
      used_at: grant.now,
      expires_at: grant.expiresAt,
    })
    .execute()
  // What an app gives itself says nothing of whether anybody wants it here.
  if (grant.accountId === null) return
  await tx.updateTable('client').set({ used_at: grant.now }).where('id', '=', grant.clientId).execute()
  if (allows(scopesFrom(grant.scopes), 'readinbox')) await openLoginInbox(tx, grant.accountId, grant.now)
}

export interface NewToken {
  readonly tokenHash: Buffer
  readonly grantId: GrantId
  readonly kind: 'access' | 'refresh'
  readonly scopes: string
  readonly dpopJkt: string | null
  readonly now: Date
  readonly expiresAt: Date | null
}

export async function insertTokens(tx: Tx, tokens: readonly NewToken[]): Promise<void> {
  await tx
    .insertInto('grant_token')
    .values(
      tokens.map((token) => ({
        token_hash: token.tokenHash,
        grant_id: token.grantId,
        kind: token.kind,
        scopes: token.scopes,
        dpop_jkt: token.dpopJkt,
        created_at: token.now,
        expires_at: token.expiresAt,
      })),
    )
    .execute()
}

/** The command line is an app like any other, once it has made a token. */
export async function ensureCommandLine(tx: Tx, id: string, now: Date): Promise<void> {
  await tx
    .insertInto('client')
    .values({ id, kind: 'app', name: 'The command line of this server', created_at: now, used_at: now })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

export async function noteGrantUsed(db: Db, id: GrantId, now: Date): Promise<void> {
  await db.updateTable('client_grant').set({ used_at: now }).where('id', '=', id).execute()
}

/** Ends grants with all their tokens; those that had ended already stay as they were. @returns those that it ended */
export async function closeGrants(
  tx: Tx,
  which: { readonly ids: readonly GrantId[] } | { readonly accountId: AccountId },
): Promise<GrantId[]> {
  const rows = await tx
    .updateTable('client_grant')
    .set({ revoked_at: sql<Date>`now()` })
    .where((eb) =>
      'ids' in which
        ? eb('id', '=', sql<GrantId>`any(${which.ids}::bigint[])`)
        : eb('account_id', '=', which.accountId),
    )
    .where('revoked_at', 'is', null)
    .returning('id')
    .execute()
  const ids = rows.map((row) => row.id)
  if (ids.length > 0) {
    await tx.deleteFrom('grant_token').where('grant_id', '=', sql<GrantId>`any(${ids}::bigint[])`).execute()
  }
  return ids
}

/** Codes that were not used yet are worth nothing any more. */
export async function deleteCodesOf(tx: Tx, accountId: AccountId): Promise<void> {
  await tx.deleteFrom('grant_code').where('account_id', '=', accountId).where('used_at', 'is', null).execute()
}

/** Remembers a proof until it would not hold any more anyway. @returns false when it was known */
export async function rememberProof(db: Db, proofHash: Buffer, expiresAt: Date): Promise<boolean> {
  const row = await db
    .insertInto('proof_seen')
    .values({ proof_hash: proofHash, expires_at: expiresAt })
    .onConflict((conflict) => conflict.doNothing())
    .returning('expires_at')
    .executeTakeFirst()
  return row !== undefined
}
