import type { FilterId, FilterKeywordId, FilterPostId } from '../../base/ids.ts'
import type { Tx } from '../../db/transact.ts'
import type { Filter, FilterKeyword, FilterPost } from './filter.ts'

type Row = Omit<Filter, 'keywords' | 'posts'>

export async function upsertFilter(tx: Tx, filter: Row): Promise<void> {
  const said = {
    title: filter.title,
    contexts: [...filter.contexts],
    action: filter.action,
    expires_at: filter.expiresAt,
  }
  await tx
    .insertInto('post_filter')
    .values({ id: filter.id, account_id: filter.accountId, ...said })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(said))
    .execute()
}

export async function deleteFilter(tx: Tx, id: FilterId): Promise<void> {
  await tx.deleteFrom('post_filter').where('id', '=', id).execute()
}

export async function upsertKeyword(tx: Tx, filterId: FilterId, keyword: FilterKeyword): Promise<void> {
  const said = { keyword: keyword.keyword, whole_word: keyword.wholeWord }
  await tx
    .insertInto('filter_keyword')
    .values({ id: keyword.id, filter_id: filterId, ...said })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(said))
    .execute()
}

export async function deleteKeyword(tx: Tx, id: FilterKeywordId): Promise<void> {
  await tx.deleteFrom('filter_keyword').where('id', '=', id).execute()
}

/** @returns false when the post is in the filter already */
export async function insertFilterPost(tx: Tx, filterId: FilterId, post: FilterPost): Promise<boolean> {
  const done = await tx
    .insertInto('filter_post')
    .values({ id: post.id, filter_id: filterId, post_id: post.postId })
    .onConflict((conflict) => conflict.columns(['filter_id', 'post_id']).doNothing())
    .executeTakeFirst()
  return done.numInsertedOrUpdatedRows === 1n
}

export async function deleteFilterPost(tx: Tx, id: FilterPostId): Promise<void> {
  await tx.deleteFrom('filter_post').where('id', '=', id).execute()
}
