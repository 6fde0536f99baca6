import type { JsonObject } from '../../../translate/json.ts'
import type { Range } from '../../../views/ranges.ts'
import type { AccountView, Viewer } from '../../../views/view.ts'
import type { Reading } from '../../http/reading.ts'
import type { SurfaceParts } from '../parts.ts'
import type { Entry, List } from './list.ts'

export type ListParts = Pick<SurfaceParts, 'db' | 'uris'>

/** A list of somebody here, opened for whoever reads. */
export type ActorList<Owner = AccountView> = (parts: ListParts, account: Owner, reading: Reading) => List

/** Whose a list is, where that is all that is asked of them. */
export type ListOwner = Pick<AccountView, 'id' | 'uri'>

/** Whom a list is put together for: only people here, by their apps, find more in one than everybody does. */
export function readerOf({ app, viewer }: Reading): Viewer {
  return app ? viewer : undefined
}

export function isOwner(reading: Reading, account: AccountView): boolean {
  return readerOf(reading)?.accountId === account.id
}

/** Text of an id alone. */
export function textOf(item: string | JsonObject): string {
  return JSON.stringify(item)
}

/** A list that is always short, from what is in it, the first one first. */
export function shortList(
  list: Pick<List, 'id' | 'about' | 'ordered'> & Partial<Pick<List, 'context'>>,
  items: () => Promise<readonly JsonObject[]>,
): List {
  return {
    ...list,
    first: 'oldest',
    perPage: 200,
    count: undefined,
    read: async (range) => pick(await items(), range),
  }
}

function pick(items: readonly JsonObject[], { past, back, limit }: Range): readonly Entry[] {
  const all = items.map((item, at) => ({ key: String(at + 1), text: textOf(item) }))
  if (back !== undefined) return all.filter(({ key }) => BigInt(key) < BigInt(back)).slice(-limit)
  return all.filter(({ key }) => BigInt(key) > BigInt(past ?? '0')).slice(0, limit)
}
