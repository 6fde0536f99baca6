import type { AccountId, CollectionId } from '../../base/ids.ts'
import type { Visibility } from '../../base/visibility.ts'
import type { Db } from '../../db/connect.ts'

/** A collection that somebody here made, and keeps. */
export interface Collection {
  readonly id: CollectionId
  readonly accountId: AccountId
  readonly ordered: boolean
  readonly visibility: Visibility
  /** what its maker says of it, as JSON, without what is in it */
  readonly body: string
  readonly createdAt: Date
  readonly updatedAt: Date | null
  readonly deletedAt: Date | null
}

export const collectionColumns = [
  'collection.id',
  'collection.account_id as accountId',
  'collection.ordered',
  'collection.visibility',
  'collection.body',
  'collection.created_at as createdAt',
  'collection.updated_at as updatedAt',
  'collection.deleted_at as deletedAt',
] as const

/** Whoever may read it, and also what is gone: its `deletedAt` says so. */
export async function findCollection(db: Db, id: CollectionId): Promise<Collection | undefined> {
  return db
    .selectFrom('collection')
    .select(collectionColumns)
    .where('collection.id', '=', id)
    .executeTakeFirst()
}

/** Those that it is addressed to, those whom nobody sees included. */
export async function findRecipients(
  db: Db,
  id: CollectionId,
): Promise<{ readonly accountId: AccountId; readonly blind: boolean }[]> {
  return db
    .selectFrom('collection_recipient')
    .select(['account_id as accountId', 'blind'])
    .where('collection_id', '=', id)
    .execute()
}

/** How many collections somebody keeps. */
export async function countCollections(db: Db, accountId: AccountId): Promise<number> {
  const row = await db
    .selectFrom('collection')
    .select((eb) => eb.fn.countAll<string>().as('n'))
    .where('account_id', '=', accountId)
    .where('deleted_at', 'is', null)
    .executeTakeFirstOrThrow()
  return Number(row.n)
}

export async function isMember(db: Db, id: CollectionId, uri: string): Promise<boolean> {
  const row = await db
    .selectFrom('collection_item')
    .select('id')
    .where('collection_id', '=', id)
    .where('uri', '=', uri)
    .executeTakeFirst()
  return row !== undefined
}

/** Whether more than so many things are in it. */
export async function hasMoreThan(db: Db, id: CollectionId, most: number): Promise<boolean> {
  const next = await db
    .selectFrom('collection_item')
    .select('id')
    .where('collection_id', '=', id)
    .orderBy('id')
    .offset(most)
    .limit(1)
    .executeTakeFirst()
  return next !== undefined
}
