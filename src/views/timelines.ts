import { sql } from 'kysely'
import type { AccountId, PostId } from '../base/ids.ts'
import type { Db } from '../db/connect.ts'
import { type PageOptions, viewPosts } from './posts.ts'
import { inOrder, keyset, type Range } from './ranges.ts'
import type { Page, PostView } from './view.ts'

/** Somebody's home, newest first. */
export async function listHome(db: Db, ownerId: AccountId, options: PageOptions): Promise<Page<PostView>> {
  const { maxId, limit } = options
  const { items, more, reached } = await listHomeRange(db, ownerId, {
    limit,
    ...(maxId === undefined ? {} : { past: maxId }),
  })
  return more && reached ? { items, next: reached } : { items }
}

/** A piece of somebody's home. */
export async function listHomeRange(
  db: Db,
  ownerId: AccountId,
  range: Range,
): Promise<{ readonly items: readonly PostView[]; readonly more: boolean; readonly reached?: PostId }> {
  const { where, rest } = keyset('post_id', { ...range, limit: range.limit + 1 })
  const { rows } = await sql<{ id: PostId }>`
    SELECT post_id AS id FROM home_entry WHERE owner_id = ${ownerId}::bigint AND ${where} ${rest}`.execute(db)
  const ids = rows.slice(0, range.limit).map((row) => row.id)
  const items = inOrder(await viewPosts(db, ids, { accountId: ownerId }), range)
  const reached = ids.at(-1)
  return { items, more: rows.length > range.limit, ...(reached && { reached }) }
}

/** How much stands in somebody's home. */
export async function countHome(db: Db, ownerId: AccountId): Promise<number> {
  const { n } = await db
    .selectFrom('home_entry')
    .select((eb) => eb.fn.countAll<string>().as('n'))
    .where('owner_id', '=', ownerId)
    .executeTakeFirstOrThrow()
  return Number(n)
}
