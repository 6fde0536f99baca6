import { type RawBuilder, sql } from 'kysely'
import type { AccountId, ListId, PostId } from '../base/ids.ts'
import type { Db } from '../db/connect.ts'
import { isShunned } from '../domain/blocks/find.ts'
import type { List } from '../domain/lists/find.ts'
import { visibleTo } from '../domain/posts/audience.ts'
import { newestFirst, type PageQuery, pageBy } from './pages.ts'

/** What those say who are on a list, newest first, as far as its owner may see it. */
export async function listListIds(
  db: Db,
  ownerId: AccountId,
  list: Pick<List, 'id' | 'replies'>,
  query: PageQuery,
): Promise<readonly PostId[]> {
  const inner = pageBy('post.id', query)
  const outer = pageBy('id', query)
  const owner = sql`${ownerId}::bigint`
  // The newest of each, and of these the newest: no more of anybody is read than the page could hold.
  const { rows } = await sql<{ id: PostId }>`
    SELECT said.id FROM list_member AS listed CROSS JOIN LATERAL (
      SELECT post.id FROM post
      WHERE post.account_id = listed.account_id AND ${inner.where} AND ${visibleTo({ accountId: ownerId })}
        AND ${standsInList(owner, { id: sql`${list.id}::bigint`, replies: sql`${list.replies}::text` })}
      ${inner.rest}
    ) AS said
    WHERE listed.list_id = ${list.id}::bigint ${outer.rest}`.execute(db)
  return newestFirst(rows, query).map(({ id }) => id)
}

/** What of those who are on a list stands in it, if its owner may see it: as a condition on `post`. */
export function standsInList(
  owner: RawBuilder<unknown>,
  { id, replies }: { readonly id: RawBuilder<unknown>; readonly replies: RawBuilder<unknown> },
): RawBuilder<boolean> {
  const speakers = [
    sql`post.account_id`,
    sql`post.in_reply_to_account_id`,
    sql`(SELECT shown.account_id FROM post AS shown WHERE shown.id = post.boost_of_id)`,
  ]
  return sql<boolean>`(post.visibility <> 'direct'
    AND (post.in_reply_to_uri IS NULL OR post.in_reply_to_account_id IN (post.account_id, ${owner})
      OR CASE ${replies}
        WHEN 'none' THEN false
        WHEN 'list' THEN EXISTS (SELECT 1 FROM list_member AS other WHERE other.list_id = ${id}
          AND other.account_id = post.in_reply_to_account_id)
        ELSE EXISTS (SELECT 1 FROM follow WHERE follow.followed_id = post.in_reply_to_account_id
          AND follow.follower_id = ${owner} AND follow.state = 'accepted') END)
    AND NOT ${isShunned(owner, speakers)})`
}

/** Who is on a list, by their ids; those who are gone or suspended are left out. */
export async function listMemberIds(db: Db, listId: ListId, query: PageQuery): Promise<readonly AccountId[]> {
  const { where, rest } = pageBy('list_member.account_id', query)
  const { rows } = await sql<{ id: AccountId }>`
    SELECT list_member.account_id AS id FROM list_member JOIN account ON account.id = list_member.account_id
    WHERE list_member.list_id = ${listId}::bigint AND account.suspended_at IS NULL AND account.deleted_at IS NULL
      AND ${where} ${rest}`.execute(db)
  return newestFirst(rows, query).map(({ id }) => id)
}
