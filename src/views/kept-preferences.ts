import type { AccountId } from '../base/ids.ts'
import type { Db } from '../db/connect.ts'
import { findPreferences, type Preferences } from '../domain/preferences/find.ts'
import { shelfOf } from './shelf.ts'

/** What somebody wants as long as they do not say otherwise, for a caller who has caught up. */
export async function keptPreferences(db: Db, accountId: AccountId): Promise<Preferences> {
  const shelf = shelfOf(db)
  const known = shelf?.preferences.get(accountId)
  if (known && shelf?.changes.isFresh(known)) return known.view
  const since = shelf?.changes.now() ?? 0
  const view = await findPreferences(db, accountId)
  shelf?.preferences.set(accountId, { view, keys: [`v${accountId}`], since })
  return view
}
