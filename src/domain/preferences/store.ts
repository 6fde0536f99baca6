import type { AccountId } from '../../base/ids.ts'
import type { Tx } from '../../db/transact.ts'
import type { Preferences } from './find.ts'

/** Writes what is named, and leaves the rest as it is. */
export async function savePreferences(
  tx: Tx,
  accountId: AccountId,
  change: Partial<Preferences>,
): Promise<void> {
  const { expandsMedia, expandsWarnings, playsGifs, ...rest } = change
  const values = {
    ...rest,
    ...(expandsMedia !== undefined && { expands_media: expandsMedia }),
    ...(expandsWarnings !== undefined && { expands_warnings: expandsWarnings }),
    ...(playsGifs !== undefined && { plays_gifs: playsGifs }),
  }
  await tx
    .insertInto('posting_default')
    .values({ account_id: accountId, ...values })
    .onConflict((conflict) =>
      Object.keys(values).length === 0
        ? conflict.doNothing()
        : conflict.column('account_id').doUpdateSet(values),
    )
    .execute()
}
