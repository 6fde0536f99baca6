import type { AccountId, MuteId } from '../../base/ids.ts'
import type { Db } from '../../db/connect.ts'
import type { Tx } from '../../db/transact.ts'
import { type Block, blockColumns } from './find.ts'

/** @returns false when there is such a block already */
export async function insertBlock(tx: Tx, block: Block, now: Date): Promise<boolean> {
  const inserted = await tx
    .insertInto('block')
    .values({
      account_id: block.accountId,
      target_id: block.targetId,
      id: block.id,
      uri: block.uri,
      created_at: now,
    })
    .onConflict((conflict) => conflict.columns(['account_id', 'target_id']).doNothing())
    .returning('id')
    .executeTakeFirst()
  return inserted !== undefined
}

/** @returns the block that was there */
export async function deleteBlock(
  tx: Tx,
  accountId: AccountId,
  targetId: AccountId,
): Promise<Block | undefined> {
  return tx
    .deleteFrom('block')
    .where('account_id', '=', accountId)
    .where('target_id', '=', targetId)
    .returning(blockColumns)
    .executeTakeFirst()
}

export interface NewMute {
  readonly id: MuteId
  readonly accountId: AccountId
  readonly targetId: AccountId
  readonly notifications: boolean
  readonly expiresAt: Date | null
}

/** A mute that is there already is changed to what is said now. */
export async function upsertMute(tx: Tx, mute: NewMute, now: Date): Promise<void> {
  const values = { notifications: mute.notifications, expires_at: mute.expiresAt }
  await tx
    .insertInto('mute')
    .values({
      account_id: mute.accountId,
      target_id: mute.targetId,
      id: mute.id,
      created_at: now,
      ...values,
    })
    .onConflict((conflict) => conflict.columns(['account_id', 'target_id']).doUpdateSet(values))
    .execute()
}

/** @returns false when there was none */
export async function deleteMute(tx: Tx, accountId: AccountId, targetId: AccountId): Promise<boolean> {
  const gone = await tx
    .deleteFrom('mute')
    .where('account_id', '=', accountId)
    .where('target_id', '=', targetId)
    .returning('id')
    .executeTakeFirst()
  return gone !== undefined
}

/** Takes away a few mutes that have run out by then. */
export async function deleteEndedMutes(
  tx: Tx,
  now: Date,
  limit: number,
): Promise<{ accountId: AccountId; targetId: AccountId }[]> {
  return tx
    .deleteFrom('mute')
    .where((eb) =>
      eb(
        'id',
        'in',
        eb.selectFrom('mute').select('id').where('expires_at', '<=', now).orderBy('expires_at').limit(limit),
      ),
    )
    .returning(['account_id as accountId', 'target_id as targetId'])
    .execute()
}

/** @returns false when the domain was blocked already */
export async function insertUserDomainBlock(
  tx: Tx,
  accountId: AccountId,
  domain: string,
  now: Date,
): Promise<boolean> {
  const inserted = await tx
    .insertInto('user_domain_block')
    .values({ account_id: accountId, domain, created_at: now })
    .onConflict((conflict) => conflict.doNothing())
    .returning('domain')
    .executeTakeFirst()
  return inserted !== undefined
}

export async function deleteUserDomainBlock(db: Db, accountId: AccountId, domain: string): Promise<boolean> {
  const gone = await db
    .deleteFrom('user_domain_block')
    .where('account_id', '=', accountId)
    .where('domain', '=', domain)
    .returning('domain')
    .executeTakeFirst()
  return gone !== undefined
}
