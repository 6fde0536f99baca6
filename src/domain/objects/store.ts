import { sql } from 'kysely'
import type { AccountId, ObjectId } from '../../base/ids.ts'
import type { Tx } from '../../db/transact.ts'
import { objectColumns } from './find.ts'
import type { KnownObject, ObjectReaction, ObjectReaders } from './object.ts'

export async function insertObject(tx: Tx, object: KnownObject): Promise<void> {
  await tx
    .insertInto('object')
    .values({
      id: object.id,
      account_id: object.accountId,
      kind: object.kind,
      visibility: object.visibility,
      body: object.body,
      published_at: object.publishedAt,
      edited_at: object.editedAt,
    })
    .execute()
}

/** Held until the transaction ends, so that changes of one object follow each other. */
export async function lockObject(tx: Tx, id: ObjectId): Promise<KnownObject | undefined> {
  return tx.selectFrom('object').select(objectColumns).where('id', '=', id).forUpdate().executeTakeFirst()
}

/** Whom an object is for grows and never shrinks; whoever was named in silence may be named aloud. */
export async function insertReaders(
  tx: Tx,
  id: ObjectId,
  { namedIds, blindIds }: ObjectReaders,
): Promise<void> {
  const named = new Set(namedIds)
  const all = [...named, ...blindIds.filter((blind) => !named.has(blind))]
  if (all.length === 0) return
  await tx
    .insertInto('object_recipient')
    .values(
      [...new Set(all)].map((accountId) => ({
        object_id: id,
        account_id: accountId,
        blind: !named.has(accountId),
      })),
    )
    .onConflict((conflict) =>
      conflict
        .columns(['object_id', 'account_id'])
        .doUpdateSet({ blind: sql<boolean>`object_recipient.blind AND excluded.blind` }),
    )
    .execute()
}

/** Once for each account, object and kind. */
export async function insertReaction(
  tx: Tx,
  { id, objectId, accountId, kind, uri }: ObjectReaction,
): Promise<void> {
  await tx
    .insertInto('object_reaction')
    .values({ id, object_id: objectId, account_id: accountId, kind, uri })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

export async function deleteReaction(tx: Tx, accountId: AccountId, uri: string): Promise<void> {
  await tx.deleteFrom('object_reaction').where('uri', '=', uri).where('account_id', '=', accountId).execute()
}

export async function deleteReactionTo(
  tx: Tx,
  { accountId, objectId, kind }: Pick<ObjectReaction, 'accountId' | 'objectId' | 'kind'>,
): Promise<void> {
  await tx
    .deleteFrom('object_reaction')
    .where('object_id', '=', objectId)
    .where('kind', '=', kind)
    .where('account_id', '=', accountId)
    .execute()
}

/** Keeps what an object was until now as a version of its history, then lets it be something else. */
export async function reviseObject(
  tx: Tx,
  { id }: KnownObject,
  revision: { readonly kind: string; readonly body: string; readonly at: Date },
): Promise<void> {
  await sql`
    INSERT INTO object_edit (object_id, version, body, created_at)
    SELECT id, (SELECT coalesce(max(version) + 1, 0) FROM object_edit WHERE object_id = object.id), body,
      coalesce(edited_at, published_at)
    FROM object WHERE id = ${id}::bigint`.execute(tx)
  await tx
    .updateTable('object')
    .set({ kind: revision.kind, body: revision.body, edited_at: revision.at })
    .where('id', '=', id)
    .execute()
}

export async function deleteObject(tx: Tx, id: ObjectId): Promise<void> {
  await tx.deleteFrom('object').where('id', '=', id).execute()
}

/** Some of what an account that is gone has made; how much that was. */
export async function deleteSomeObjectsOf(tx: Tx, accountId: string, limit: number): Promise<number> {
  const gone = await sql`
    DELETE FROM object WHERE id IN (
      SELECT id FROM object WHERE account_id = ${accountId}::bigint LIMIT ${limit}) RETURNING 1`.execute(tx)
  return gone.rows.length
}
