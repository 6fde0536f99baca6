import { sql } from 'kysely'
import type { AccountId, ObjectId } from '../base/ids.ts'
import type { Visibility } from '../base/visibility.ts'
import type { Db } from '../db/connect.ts'
import { objectReadableBy } from '../domain/activities/audience-find.ts'
import type { Viewer } from './view.ts'

/** Something of ours that is no post, as its author's app said it. */
export interface ObjectView {
  readonly id: ObjectId
  readonly accountId: AccountId
  readonly visibility: Visibility
  /** the JSON that is served at its id */
  readonly body: string
  readonly publishedAt: Date
  readonly editedAt: Date | null
}

/** It, if it is there and this reader may see it. */
export async function viewObject(db: Db, id: ObjectId, viewer: Viewer): Promise<ObjectView | undefined> {
  const { rows } = await sql<ObjectView>`
    SELECT object.id, object.account_id AS "accountId", object.visibility, object.body,
      object.published_at AS "publishedAt", object.edited_at AS "editedAt"
    FROM object WHERE object.id = ${id}::bigint AND ${objectReadableBy(viewer)}`.execute(db)
  return rows[0]
}

/** It as its maker sees it: for what the server itself does with it. */
export async function viewObjectAsMaker(db: Db, id: ObjectId): Promise<ObjectView | undefined> {
  const row = await db.selectFrom('object').select('account_id').where('id', '=', id).executeTakeFirst()
  return row && viewObject(db, id, { accountId: row.account_id })
}
