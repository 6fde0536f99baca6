import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import type { AccountId } from '../../base/ids.ts'
import type { Db } from '../../db/connect.ts'

/** What an invitation is once its link has been given out: of the link only its hash is kept. */
export interface Invite {
  readonly id: number
  /** the name of who made it; null for one of the command line */
  readonly by: string | null
  readonly uses: number
  /** null: any number */
  readonly mostUses: number | null
  readonly expiresAt: Date | null
  readonly revokedAt: Date | null
  readonly createdAt: Date
  /** whoever made it looks after the server still */
  readonly vouched: boolean
}

/** Whether whoever made an invitation may still make some: at the command line, that is the operator. */
export const isVouched = sql<boolean>`(invite.made_by IS NULL OR EXISTS (
  SELECT 1 FROM login JOIN account AS maker ON maker.id = login.account_id
  WHERE maker.id = invite.made_by AND login.role <> 'user' AND login.disabled_at IS NULL
    AND maker.suspended_at IS NULL AND maker.deleted_at IS NULL))`

const CODE = /^[A-Za-z0-9_-]{16,64}$/

export function hashOfCode(code: string): Buffer | undefined {
  return CODE.test(code) ? createHash('sha256').update(code).digest() : undefined
}

const invites = (db: Db) =>
  db
    .selectFrom('invite')
    .leftJoin('account', 'account.id', 'invite.made_by')
    .select([
      'invite.id',
      'account.name as by',
      'invite.uses',
      'invite.most_uses as mostUses',
      'invite.expires_at as expiresAt',
      'invite.revoked_at as revokedAt',
      'invite.created_at as createdAt',
      isVouched.as('vouched'),
    ])

/** The invitation that a code is of, be it used up or not. */
export async function findInvite(db: Db, code: string): Promise<Invite | undefined> {
  const hash = hashOfCode(code)
  return hash && invites(db).where('invite.code_hash', '=', hash).executeTakeFirst()
}

/** Whether somebody can come in by it now; that is asked again when they do. */
export function isOpen({ uses, mostUses, expiresAt, revokedAt, vouched }: Invite, now: Date): boolean {
  const left = mostUses === null || uses < mostUses
  return vouched && left && revokedAt === null && (expiresAt === null || expiresAt > now)
}

/** Invitations, latest first: a page of them, or those of one maker. */
export async function listInvites(
  db: Db,
  options: { readonly limit: number; readonly before?: number | undefined; readonly madeBy?: AccountId },
): Promise<Invite[]> {
  const { limit, before, madeBy } = options
  return invites(db)
    .$if(before !== undefined, (query) => query.where('invite.id', '<', before as number))
    .$if(madeBy !== undefined, (query) => query.where('invite.made_by', '=', madeBy as AccountId))
    .orderBy('invite.id', 'desc')
    .limit(limit)
    .execute()
}
