import type { AccountId } from '../base/ids.ts'
import { type Kept, NEVER } from '../db/changes.ts'
import type { Db } from '../db/connect.ts'
import { viewAccounts, wordsOf } from './accounts.ts'
import { emojiKeys } from './kept-bodies.ts'
import { catchUp, look, shelfOf } from './shelf.ts'
import type { AccountView } from './view.ts'

/**
 * Accounts by id, as `viewAccounts` finds them; but what is known of them is not read again as long as nothing of it has
 * changed. For the many who are shown again and again.
 */
export async function keptAccounts(
  db: Db,
  ids: readonly AccountId[],
): Promise<ReadonlyMap<AccountId, AccountView>> {
  if (ids.length === 0) return new Map()
  await catchUp(db)
  return new Map([...(await loadAccounts(db, new Set(ids)))].map(([id, { view }]) => [id, view]))
}

/** The same for a caller who has caught up. */
export async function loadAccounts(
  db: Db,
  ids: Iterable<AccountId>,
): Promise<ReadonlyMap<AccountId, Kept<AccountView>>> {
  const shelf = shelfOf(db)
  const { found, missing } = look(shelf?.accounts, shelf?.changes, ids, (id) => id)
  if (missing.length === 0) return found
  const since = shelf?.changes.now() ?? 0
  for (const view of (await viewAccounts(db, missing)).values()) {
    // Where they have moved is looked up by its address: of one that is not known here, no key tells when it is.
    const isWhole = view.movedToUri === null || view.movedTo !== null
    const kept = { view, keys: keysOf(view), since: isWhole ? since : NEVER }
    found.set(view.id, kept)
    shelf?.accounts.set(view.id, kept)
  }
  return found
}

function keysOf({ id, host, movedTo, ...view }: AccountView): string[] {
  return [
    `a${id}`,
    `s${id}`,
    ...emojiKeys({ host, texts: wordsOf(view) }),
    ...(movedTo ? keysOf(movedTo) : []),
  ]
}
