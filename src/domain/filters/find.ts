import { sql } from 'kysely'
import type { AccountId, FilterId, FilterKeywordId, FilterPostId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import type { Db } from '../../db/connect.ts'
import type { Filter, FilterKeyword, FilterPost } from './filter.ts'

/** The filters of somebody, also those that have run out. */
export async function filtersOf(db: Db, accountId: AccountId, id?: FilterId): Promise<Filter[]> {
  const { rows } = await sql<Filter>`
    SELECT filter.id, filter.account_id AS "accountId", filter.title, filter.contexts, filter.action,
      filter.expires_at AS "expiresAt",
      coalesce((SELECT json_agg(json_build_object('id', id::text, 'keyword', keyword, 'wholeWord', whole_word) ORDER BY id)
        FROM filter_keyword WHERE filter_id = filter.id), '[]') AS keywords,
      coalesce((SELECT json_agg(json_build_object('id', id::text, 'postId', post_id::text) ORDER BY id)
        FROM filter_post WHERE filter_id = filter.id), '[]') AS posts
    FROM post_filter AS filter
    WHERE filter.account_id = ${accountId}::bigint
      AND ${id === undefined ? sql`true` : sql`filter.id = ${id}::bigint`}
    ORDER BY filter.id`.execute(db)
  return rows
}

/** @throws Refusal 'filter.not-found', also when it is somebody else's */
export async function requireFilter(db: Db, accountId: AccountId, id: FilterId | undefined): Promise<Filter> {
  const [filter] = id === undefined ? [] : await filtersOf(db, accountId, id)
  return filter ?? refuse('filter.not-found')
}

/** A keyword with the filter that it is of. @throws Refusal 'filter.not-found' */
export async function requireKeyword(
  db: Db,
  accountId: AccountId,
  id: FilterKeywordId | undefined,
): Promise<{ readonly filter: Filter; readonly keyword: FilterKeyword }> {
  const row =
    id && (await db.selectFrom('filter_keyword').select('filter_id').where('id', '=', id).executeTakeFirst())
  const filter = await requireFilter(db, accountId, row?.filter_id)
  const keyword = filter.keywords.find((each) => each.id === id)
  return keyword ? { filter, keyword } : refuse('filter.not-found')
}

/** A post in a filter, with the filter. @throws Refusal 'filter.not-found' */
export async function requireFilterPost(
  db: Db,
  accountId: AccountId,
  id: FilterPostId | undefined,
): Promise<{ readonly filter: Filter; readonly post: FilterPost }> {
  const row =
    id && (await db.selectFrom('filter_post').select('filter_id').where('id', '=', id).executeTakeFirst())
  const filter = await requireFilter(db, accountId, row?.filter_id)
  const post = filter.posts.find((each) => each.id === id)
  return post ? { filter, post } : refuse('filter.not-found')
}

export async function countFilters(db: Db, accountId: AccountId): Promise<number> {
  const { n } = await db
    .selectFrom('post_filter')
    .select((eb) => eb.fn.countAll<string>().as('n'))
    .where('account_id', '=', accountId)
    .executeTakeFirstOrThrow()
  return Number(n)
}
