import { sql } from 'kysely'
import type { AccountId, ListId } from '../../base/ids.ts'
import type { Tx } from '../../db/transact.ts'
import type { List } from './find.ts'

export async function insertList(tx: Tx, ownerId: AccountId, list: List): Promise<void> {
  await tx
    .insertInto('list')
    .values({ ...list, owner_id: ownerId })
    .execute()
}

export async function updateList(tx: Tx, { id, title, replies, exclusive }: List): Promise<void> {
  await tx.updateTable('list').set({ title, replies, exclusive }).where('id', '=', id).execute()
  await tx
    .updateTable('list_member')
    .set({ exclusive })
    .where('list_id', '=', id)
    .where('exclusive', '!=', exclusive)
    .execute()
}

export async function deleteList(tx: Tx, id: ListId): Promise<void> {
  await tx.deleteFrom('list').where('id', '=', id).execute()
}

/**
 * Puts those of these accounts on a list that its owner follows or has asked to follow, and the owner themself.
 * @returns those that were put on it; not those that were on it already
 */
export async function insertMembers(
  tx: Tx,
  ownerId: AccountId,
  { id, exclusive }: Pick<List, 'id' | 'exclusive'>,
  accountIds: readonly AccountId[],
): Promise<AccountId[]> {
  const { rows } = await sql<{ account: AccountId }>`
    INSERT INTO list_member (list_id, account_id, owner_id, exclusive, follow_id)
    SELECT ${id}::bigint, wanted.id, ${ownerId}::bigint, ${exclusive}, follow.id
    FROM unnest(${accountIds}::bigint[]) AS wanted (id)
    LEFT JOIN follow ON follow.followed_id = wanted.id AND follow.follower_id = ${ownerId}::bigint
    WHERE follow.id IS NOT NULL OR wanted.id = ${ownerId}::bigint
    ON CONFLICT DO NOTHING RETURNING account_id AS account`.execute(tx)
  return rows.map(({ account }) => account)
}

export async function deleteMembers(tx: Tx, id: ListId, accountIds: readonly AccountId[]): Promise<void> {
  await tx
    .deleteFrom('list_member')
    .where('list_id', '=', id)
    .where('account_id', '=', sql<AccountId>`any(${accountIds}::bigint[])`)
    .execute()
}
