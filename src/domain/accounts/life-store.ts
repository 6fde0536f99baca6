import { sql, type Updateable } from 'kysely'
import type { AccountId } from '../../base/ids.ts'
import type { Db } from '../../db/connect.ts'
import type { AccountTable } from '../../db/tables/accounts.ts'
import type { Tx } from '../../db/transact.ts'
import type { ProfileField } from './account.ts'

/** Columns of what an account says of itself. */
export type ProfileColumns = Pick<
  Updateable<AccountTable>,
  | 'kind'
  | 'display_name'
  | 'bio_html'
  | 'bio_source'
  | 'fields'
  | 'avatar_url'
  | 'avatar_alt'
  | 'header_url'
  | 'header_alt'
  | 'manually_approves_followers'
  | 'discoverable'
  | 'indexable'
  | 'memorial'
  | 'attribution_domains'
  | 'also_known_as'
  | 'moved_to_uri'
  | 'moved_at'
>

export async function updateProfile(tx: Tx, id: AccountId, change: ProfileColumns, now: Date): Promise<void> {
  await tx
    .updateTable('account')
    .set({ ...change, updated_at: now })
    .where('id', '=', id)
    .execute()
}

/** The account goes on at that address. */
export async function markMoved(tx: Tx, id: AccountId, targetUri: string, now: Date): Promise<void> {
  await updateProfile(tx, id, { moved_to_uri: targetUri, moved_at: now }, now)
}

/**
 * An account that has gone: it answers to nothing any more, and its uri and name stay taken.
 * @param options.keepKeys what is still to be said in its name must be signed; else its keys go at once
 */
export async function markAccountDeleted(
  tx: Tx,
  id: AccountId,
  now: Date,
  options: { readonly keepKeys?: boolean } = {},
): Promise<void> {
  await tx
    .updateTable('account')
    .set({
      deleted_at: now,
      updated_at: now,
      display_name: '',
      bio_html: '',
      bio_source: null,
      fields: '[]',
      avatar_url: null,
      header_url: null,
      avatar_alt: '',
      header_alt: '',
      also_known_as: [],
      moved_to_uri: null,
    })
    .where('id', '=', id)
    .execute()
  if (!options.keepKeys) await tx.deleteFrom('account_key').where('account_id', '=', id).execute()
}

/** Keys of accounts that went before then: nothing is said in their name any more. */
export async function deleteKeysOfTheGone(db: Db, before: Date): Promise<void> {
  await sql`
    DELETE FROM account_key USING account
    WHERE account.id = account_key.account_id AND account.local AND account.deleted_at < ${before}`.execute(
    db,
  )
}

/**
 * Of accounts whose document is old, those that nobody has asked to refresh since `before`; from now on somebody has.
 * @returns the ids of those
 */
export async function claimRefreshes(
  tx: Db,
  ids: readonly AccountId[],
  now: Date,
  before: Date,
): Promise<AccountId[]> {
  const rows = await tx
    .updateTable('account')
    .set({ refresh_asked_at: now })
    .where('id', '=', sql<AccountId>`any(${ids}::bigint[])`)
    .where('local', '=', false)
    .where((eb) => eb.or([eb('refresh_asked_at', 'is', null), eb('refresh_asked_at', '<', before)]))
    .returning('id')
    .execute()
  return rows.map((row) => row.id)
}

/** Fields whose links were looked at just now. */
export async function writeFields(
  tx: Tx,
  id: AccountId,
  fields: readonly ProfileField[],
  now: Date,
): Promise<void> {
  await tx
    .updateTable('account')
    .set({ fields: JSON.stringify(fields), links_checked_at: now })
    .where('id', '=', id)
    .execute()
}

export interface ProfileFile {
  readonly kind: 'avatar' | 'header'
  readonly file: string
  readonly mediaType: string
}

/** Takes a picture off a profile; its file is removed later. */
export async function deleteProfileImages(
  tx: Tx,
  id: AccountId,
  kinds: readonly ProfileFile['kind'][],
): Promise<void> {
  await tx.deleteFrom('profile_image').where('account_id', '=', id).where('kind', 'in', kinds).execute()
}

export async function insertProfileImage(
  tx: Tx,
  id: AccountId,
  image: ProfileFile,
  now: Date,
): Promise<void> {
  await deleteProfileImages(tx, id, [image.kind])
  await tx
    .insertInto('profile_image')
    .values({
      account_id: id,
      kind: image.kind,
      file: image.file,
      media_type: image.mediaType,
      created_at: now,
    })
    .execute()
}
