import type { AccountId, ObjectId } from '../../base/ids.ts'
import type { Db } from '../../db/connect.ts'
import { objectReadableBy, type Viewer } from '../posts/audience.ts'
import type { KnownObject } from './object.ts'

export const objectColumns = [
  'object.id',
  'object.account_id as accountId',
  'object.kind',
  'object.visibility',
  'object.body',
  'object.published_at as publishedAt',
  'object.edited_at as editedAt',
] as const

/** An object that this reader may see; of one that they may not, as of one that is not there, nothing. */
export async function findVisibleObject(
  db: Db,
  id: ObjectId,
  viewer: Viewer,
): Promise<KnownObject | undefined> {
  return db
    .selectFrom('object')
    .select(objectColumns)
    .where('object.id', '=', id)
    .where(objectReadableBy(viewer))
    .executeTakeFirst()
}

/** Whom an object is for, one by one. */
export async function objectReaders(
  db: Db,
  id: ObjectId,
): Promise<{ readonly accountId: AccountId; readonly blind: boolean }[]> {
  return db
    .selectFrom('object_recipient')
    .select(['account_id as accountId', 'blind'])
    .where('object_id', '=', id)
    .execute()
}
