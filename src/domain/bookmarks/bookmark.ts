import type { BookmarkId, PostId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import type { LocalAccount } from '../accounts/account.ts'
import { findOriginal } from '../posts/boost-find.ts'
import { findPostsByIds } from '../posts/find.ts'
import type { World } from '../world.ts'
import { deleteBookmark, insertBookmark } from './store.ts'

/**
 * Somebody here marks a post, or of a boost what it shows, to find it again; nobody else learns of it.
 * @returns the post that is marked
 * @throws Refusal 'post.not-found' when it is not there, or not for them
 */
export async function bookmarkPost(world: World, account: LocalAccount, id: PostId): Promise<PostId> {
  const post = (await findOriginal(world.db, id, { accountId: account.id })) ?? refuse('post.not-found')
  const bookmark = { id: world.ids.next<BookmarkId>(), accountId: account.id, postId: post.id }
  await insertBookmark(world.db, bookmark, world.clock.now())
  return post.id
}

/** Takes the mark away, even where they may not see the post any more; where there is none, nothing changes. */
export async function unbookmarkPost(world: World, account: LocalAccount, id: PostId): Promise<PostId> {
  const named = (await findPostsByIds(world.db, [id])).get(id)
  const postId = named?.boostOfId ?? named?.id ?? refuse('post.not-found')
  if (await deleteBookmark(world.db, account.id, postId)) return postId
  return (await findOriginal(world.db, id, { accountId: account.id }))?.id ?? refuse('post.not-found')
}
