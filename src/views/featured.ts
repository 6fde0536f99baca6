import type { AccountId, PostId } from '../base/ids.ts'
import type { Db } from '../db/connect.ts'
import { viewPosts } from './posts.ts'
import type { PostView, Viewer } from './view.ts'

/** The posts on top of a profile, the one pinned last first; those this reader may not see are left out. */
export async function listPinned(db: Db, accountId: AccountId, viewer: Viewer): Promise<PostView[]> {
  const rows = await db
    .selectFrom('pinned_post')
    .select('post_id')
    .where('account_id', '=', accountId)
    .orderBy('pinned_at', 'desc')
    .orderBy('post_id', 'desc')
    .limit(20)
    .execute()
  const ids: PostId[] = rows.map((row) => row.post_id)
  return viewPosts(db, ids, viewer)
}

export interface FeaturedTagView {
  readonly name: string
  readonly displayName: string
  readonly url: string | null
}

/** The hashtags on a profile, the first one first. */
export async function listFeaturedTags(db: Db, accountId: AccountId): Promise<FeaturedTagView[]> {
  return db
    .selectFrom('featured_tag')
    .select(['name', 'display_name as displayName', 'url'])
    .where('account_id', '=', accountId)
    .orderBy('created_at')
    .orderBy('name')
    .limit(20)
    .execute()
}
