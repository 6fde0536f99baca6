import type { FilterId, FilterKeywordId, FilterPostId, PostId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import { transact } from '../../db/transact.ts'
import type { LocalAccount } from '../accounts/account.ts'
import type { World } from '../world.ts'
import {
  type FilterKeyword,
  type FilterPost,
  type KeywordWords,
  keywordFrom,
  MOST_KEYWORDS,
  MOST_POSTS,
} from './filter.ts'
import { requireFilter, requireFilterPost, requireKeyword } from './find.ts'
import { deleteFilter, deleteFilterPost, deleteKeyword, insertFilterPost, upsertKeyword } from './store.ts'
import { tellOfFilters } from './tell.ts'

type Words = Pick<KeywordWords, 'keyword' | 'wholeWord'>

export async function addKeyword(
  world: World,
  account: LocalAccount,
  filterId: FilterId | undefined,
  words: Words,
): Promise<FilterKeyword> {
  return transact(world.db, async (tx) => {
    const filter = await requireFilter(tx, account.id, filterId)
    if (filter.keywords.length >= MOST_KEYWORDS) refuse('filter.too-many', { most: MOST_KEYWORDS })
    const keyword = {
      id: world.ids.next<FilterKeywordId>(),
      keyword: keywordFrom(words.keyword),
      wholeWord: words.wholeWord ?? true,
    }
    await upsertKeyword(tx, filter.id, keyword)
    await tellOfFilters(world, tx, account)
    return keyword
  })
}

export async function changeKeyword(
  world: World,
  account: LocalAccount,
  id: FilterKeywordId | undefined,
  words: Words,
): Promise<FilterKeyword> {
  return transact(world.db, async (tx) => {
    const { filter, keyword } = await requireKeyword(tx, account.id, id)
    const changed = {
      id: keyword.id,
      keyword: keywordFrom(words.keyword ?? keyword.keyword),
      wholeWord: words.wholeWord ?? keyword.wholeWord,
    }
    await upsertKeyword(tx, filter.id, changed)
    await tellOfFilters(world, tx, account)
    return changed
  })
}

/** @param andFilter the filter goes with the last of its keywords, if no post is in it either */
export async function removeKeyword(
  world: World,
  account: LocalAccount,
  id: FilterKeywordId | undefined,
  andFilter = false,
): Promise<void> {
  await transact(world.db, async (tx) => {
    const { filter, keyword } = await requireKeyword(tx, account.id, id)
    await deleteKeyword(tx, keyword.id)
    if (andFilter && filter.keywords.length === 1 && filter.posts.length === 0)
      await deleteFilter(tx, filter.id)
    await tellOfFilters(world, tx, account)
  })
}

/** Puts one post into a filter. Whether its owner may see that post is to be asked before. */
export async function filterPost(
  world: World,
  account: LocalAccount,
  filterId: FilterId | undefined,
  postId: PostId,
): Promise<FilterPost> {
  return transact(world.db, async (tx) => {
    const filter = await requireFilter(tx, account.id, filterId)
    if (filter.posts.length >= MOST_POSTS) refuse('filter.too-many', { most: MOST_POSTS })
    const post = { id: world.ids.next<FilterPostId>(), postId }
    if (!(await insertFilterPost(tx, filter.id, post))) refuse('filter.post-known')
    await tellOfFilters(world, tx, account)
    return post
  })
}

export async function unfilterPost(
  world: World,
  account: LocalAccount,
  id: FilterPostId | undefined,
): Promise<void> {
  await transact(world.db, async (tx) => {
    await deleteFilterPost(tx, (await requireFilterPost(tx, account.id, id)).post.id)
    await tellOfFilters(world, tx, account)
  })
}
