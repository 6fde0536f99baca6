import type { FilterId, FilterKeywordId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import { type Tx, transact } from '../../db/transact.ts'
import type { LocalAccount } from '../accounts/account.ts'
import { lockAccount } from '../accounts/store.ts'
import type { World } from '../world.ts'
import {
  type Filter,
  type FilterWords,
  type KeywordWords,
  keywordFrom,
  MOST_FILTERS,
  MOST_KEYWORDS,
  saidOf,
} from './filter.ts'
import { countFilters, requireFilter } from './find.ts'
import { deleteFilter, deleteKeyword, upsertFilter, upsertKeyword } from './store.ts'
import { tellOfFilters } from './tell.ts'

/** Begins a filter with its keywords. */
export async function createFilter(world: World, account: LocalAccount, words: FilterWords): Promise<Filter> {
  const id = world.ids.next<FilterId>()
  const usual = { title: '', contexts: [], action: 'warn', expiresAt: null } as const
  const said = saidOf(usual, words, world.clock.now())
  return transact(world.db, async (tx) => {
    await lockAccount(tx, account.id)
    if ((await countFilters(tx, account.id)) >= MOST_FILTERS)
      refuse('filter.too-many', { most: MOST_FILTERS })
    await upsertFilter(tx, { id, accountId: account.id, ...said })
    const empty = await requireFilter(tx, account.id, id)
    for (const each of words.keywords ?? []) await changeKeyword(world, tx, empty, each)
    await tellOfFilters(world, tx, account)
    return requireWithinBounds(tx, account, id)
  })
}

/** Changes what a filter says, and its keywords in the same breath. */
export async function changeFilter(
  world: World,
  account: LocalAccount,
  id: FilterId | undefined,
  words: FilterWords,
): Promise<Filter> {
  return transact(world.db, async (tx) => {
    const before = await requireFilter(tx, account.id, id)
    const said = saidOf(before, words, world.clock.now())
    await upsertFilter(tx, { id: before.id, accountId: account.id, ...said })
    for (const each of words.keywords ?? []) await changeKeyword(world, tx, before, each)
    await tellOfFilters(world, tx, account)
    return requireWithinBounds(tx, account, before.id)
  })
}

export async function removeFilter(
  world: World,
  account: LocalAccount,
  id: FilterId | undefined,
): Promise<void> {
  await transact(world.db, async (tx) => {
    await deleteFilter(tx, (await requireFilter(tx, account.id, id)).id)
    await tellOfFilters(world, tx, account)
  })
}

async function requireWithinBounds(tx: Tx, account: LocalAccount, id: FilterId): Promise<Filter> {
  const filter = await requireFilter(tx, account.id, id)
  if (filter.keywords.length > MOST_KEYWORDS) refuse('filter.too-many', { most: MOST_KEYWORDS })
  return filter
}

/** @throws Refusal 'filter.not-found' where it is said of a keyword of another filter */
async function changeKeyword(world: World, tx: Tx, filter: Filter, words: KeywordWords): Promise<void> {
  const known = filter.keywords.find(({ id }) => id === words.id)
  if (words.id !== undefined && !known) refuse('filter.not-found')
  if (words.gone) {
    if (known) await deleteKeyword(tx, known.id)
    return
  }
  await upsertKeyword(tx, filter.id, {
    id: known?.id ?? world.ids.next<FilterKeywordId>(),
    keyword: keywordFrom(words.keyword ?? known?.keyword),
    wholeWord: words.wholeWord ?? known?.wholeWord ?? true,
  })
}
