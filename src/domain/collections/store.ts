import type { AccountId, CollectionId, CollectionItemId, ObjectId } from '../../base/ids.ts'
import type { Visibility } from '../../base/visibility.ts'
import type { Tx } from '../../db/transact.ts'
import { type Collection, collectionColumns } from './find.ts'

export interface Recipient {
  readonly accountId: AccountId
  /** nobody but its maker sees that it is for them */
  readonly blind: boolean
}

export async function insertCollection(tx: Tx, collection: Collection): Promise<void> {
  await tx
    .insertInto('collection')
    .values({
      id: collection.id,
      account_id: collection.accountId,
      ordered: collection.ordered,
      visibility: collection.visibility,
      body: collection.body,
      created_at: collection.createdAt,
      updated_at: collection.updatedAt,
      deleted_at: collection.deletedAt,
    })
    .execute()
}

export async function addRecipients(
  tx: Tx,
  id: CollectionId,
  recipients: readonly Recipient[],
): Promise<void> {
  if (recipients.length === 0) return
  await tx
    .insertInto('collection_recipient')
    .values(recipients.map(({ accountId, blind }) => ({ collection_id: id, account_id: accountId, blind })))
    .onConflict((conflict) => conflict.columns(['collection_id', 'account_id']).doNothing())
    .execute()
}

/** The collection, held until the transaction ends; undefined for one that is gone as for one that never was. */
export async function lockCollection(tx: Tx, id: CollectionId): Promise<Collection | undefined> {
  return tx
    .selectFrom('collection')
    .select(collectionColumns)
    .where('collection.id', '=', id)
    .where('collection.deleted_at', 'is', null)
    .forUpdate()
    .executeTakeFirst()
}

export async function updateBody(
  tx: Tx,
  id: CollectionId,
  { body, visibility }: { readonly body: string; readonly visibility: Visibility },
  now: Date,
): Promise<void> {
  await tx.updateTable('collection').set({ body, visibility, updated_at: now }).where('id', '=', id).execute()
}

/** Only that it was there is kept. */
export async function emptyOut(tx: Tx, id: CollectionId, now: Date): Promise<void> {
  await tx.deleteFrom('collection_item').where('collection_id', '=', id).execute()
  await tx.updateTable('collection').set({ body: '{}', deleted_at: now }).where('id', '=', id).execute()
}

export interface NewItem {
  readonly id: CollectionItemId
  readonly uri: string
  /** of what is no post but made here */
  readonly objectId: ObjectId | null
}

/** @returns the uris of those that were not in it */
export async function insertItems(
  tx: Tx,
  id: CollectionId,
  items: readonly NewItem[],
  now: Date,
): Promise<Set<string>> {
  if (items.length === 0) return new Set()
  const added = await tx
    .insertInto('collection_item')
    .values(
      items.map((item) => ({
        collection_id: id,
        id: item.id,
        uri: item.uri,
        object_id: item.objectId,
        added_at: now,
      })),
    )
    .onConflict((conflict) => conflict.columns(['collection_id', 'uri']).doNothing())
    .returning('uri')
    .execute()
  return new Set(added.map((row) => row.uri))
}

/** Some of the collections of an account that is gone, with all that is in them; how many that were. */
export async function deleteCollectionsOf(tx: Tx, accountId: AccountId, limit: number): Promise<number> {
  const gone = await tx
    .deleteFrom('collection')
    .where((eb) =>
      eb(
        'id',
        'in',
        eb.selectFrom('collection').select('id').where('account_id', '=', accountId).limit(limit),
      ),
    )
    .returning('id')
    .execute()
  return gone.length
}

/** @returns false when it was not in it */
export async function deleteItem(tx: Tx, id: CollectionId, uri: string): Promise<boolean> {
  const gone = await tx
    .deleteFrom('collection_item')
    .where('collection_id', '=', id)
    .where('uri', '=', uri)
    .returning('id')
    .executeTakeFirst()
  return gone !== undefined
}
