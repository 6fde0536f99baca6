import { type RawBuilder, sql } from 'kysely'
import type { AccountId, CollectionId, CollectionItemId } from '../base/ids.ts'
import type { Db } from '../db/connect.ts'
import { type Collection, collectionColumns } from '../domain/collections/find.ts'
import { collectionReadableBy, objectReadableBy, visibleTo } from '../domain/posts/audience.ts'
import type { Viewer } from './view.ts'

/** A collection of somebody here as this reader may see it; also one that is gone, which says so. */
export async function viewCollection(
  db: Db,
  id: CollectionId,
  viewer: Viewer,
): Promise<Collection | undefined> {
  return db
    .selectFrom('collection')
    .select(collectionColumns)
    .where('collection.id', '=', id)
    .where(collectionReadableBy(viewer))
    .executeTakeFirst()
}

/** The collections that somebody keeps, the newest first: those that this reader may see. */
export async function listCollections(db: Db, ownerId: AccountId, viewer: Viewer): Promise<Collection[]> {
  return db
    .selectFrom('collection')
    .select(collectionColumns)
    .where('collection.account_id', '=', ownerId)
    .where('collection.deleted_at', 'is', null)
    .where(collectionReadableBy(viewer))
    .orderBy('collection.id', 'desc')
    .limit(200)
    .execute()
}

export interface CollectionItem {
  readonly id: CollectionItemId
  readonly uri: string
  readonly addedAt: Date
}

/** From the newest on, or what stands on either side of one that is named. */
export interface ItemRange {
  /** older than this one */
  readonly before?: CollectionItemId
  /** newer than this one, the nearest of them */
  readonly after?: CollectionItemId
  readonly limit: number
}

/** What is in a collection, what was added last first; without what is gone, and what this reader may not see. */
export async function listCollectionItems(
  db: Db,
  id: CollectionId,
  viewer: Viewer,
  { before, after, limit }: ItemRange,
): Promise<CollectionItem[]> {
  const items = await db
    .selectFrom('collection_item as item')
    .select(['item.id', 'item.uri', 'item.added_at as addedAt'])
    .where('item.collection_id', '=', id)
    .where(isShown(viewer))
    .$if(before !== undefined, (query) => query.where('item.id', '<', before as CollectionItemId))
    .$if(after !== undefined, (query) => query.where('item.id', '>', after as CollectionItemId))
    .orderBy('item.id', after === undefined ? 'desc' : 'asc')
    .limit(limit)
    .execute()
  return after === undefined ? items : items.reverse()
}

/**
 * How many of them there are for this reader: all, less those that `isShown` leaves out. Those are looked for from the
 * other side, all at once.
 */
export async function countCollectionItems(db: Db, id: CollectionId, viewer: Viewer): Promise<number> {
  const within = sql`item.collection_id = ${id}::bigint`
  const { rows } = await sql<{ n: string }>`
    WITH hidden AS (
      SELECT item.id FROM collection_item AS item JOIN tombstone ON tombstone.uri = item.uri WHERE ${within}
      UNION
      SELECT item.id FROM collection_item AS item JOIN post ON post.uri = item.uri
      WHERE ${within} AND NOT ${visibleTo(viewer)}
      UNION
      SELECT item.id FROM collection_item AS item LEFT JOIN object ON object.id = item.object_id
      WHERE ${within} AND item.object_id IS NOT NULL AND (object.id IS NULL OR NOT ${objectReadableBy(viewer)})
    )
    SELECT (SELECT count(*) FROM collection_item AS item WHERE ${within}) - (SELECT count(*) FROM hidden) AS n`.execute(
    db,
  )
  return Number(rows[0]?.n ?? 0)
}

/** Where something stands in a collection; undefined when it is not in it, or not for this reader. */
export async function findCollectionItem(
  db: Db,
  id: CollectionId,
  viewer: Viewer,
  uri: string,
): Promise<CollectionItem | undefined> {
  return db
    .selectFrom('collection_item as item')
    .select(['item.id', 'item.uri', 'item.added_at as addedAt'])
    .where('item.collection_id', '=', id)
    .where('item.uri', '=', uri)
    .where(isShown(viewer))
    .executeTakeFirst()
}

/** Posts, and what else is made here, by the one rule of who may see them; all other is its own server's to hide. */
function isShown(viewer: Viewer): RawBuilder<boolean> {
  return sql<boolean>`(NOT EXISTS (SELECT 1 FROM tombstone WHERE tombstone.uri = item.uri)
    AND NOT EXISTS (SELECT 1 FROM post WHERE post.uri = item.uri AND NOT ${visibleTo(viewer)})
    AND (item.object_id IS NULL OR EXISTS (
      SELECT 1 FROM object WHERE object.id = item.object_id AND ${objectReadableBy(viewer)})))`
}
