import type { AccountId, PostId } from '../base/ids.ts'
import type { Db } from '../db/connect.ts'
import { type PageOptions, viewPosts } from './posts.ts'
import type { Page, PostView } from './view.ts'

/** Somebody's home, newest first. */
export async function listHome(db: Db, ownerId: AccountId, options: PageOptions): Promise<Page<PostView>> {
  const rows = await db
    .selectFrom('home_entry')
    .select('post_id')
    .where('owner_id', '=', ownerId)
    .$if(options.maxId !== undefined, (query) => query.where('post_id', '<', options.maxId as PostId))
    .orderBy('post_id', 'desc')
    .limit(options.limit + 1)
    .execute()
  const ids = rows.slice(0, options.limit).map((row) => row.post_id)
  const items = await viewPosts(db, ids, { accountId: ownerId })
  const last = ids.at(-1)
  return rows.length > options.limit && last ? { items, next: last } : { items }
}
