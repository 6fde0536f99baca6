import type { PostId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import type { LocalAccount } from '../accounts/account.ts'
import { findOriginal } from '../posts/boost-find.ts'
import type { KnownPost } from '../posts/find.ts'
import type { World } from '../world.ts'
import { deleteSilence, insertSilence } from './store.ts'

/**
 * Somebody here wants to be told no more of what is said in the conversation that a post stands in.
 * @returns the post that is meant
 * @throws Refusal 'post.not-found' when it is not there, or not for them
 */
export async function muteConversation(world: World, account: LocalAccount, id: PostId): Promise<PostId> {
  const post = await requirePost(world, account, id)
  await insertSilence(world.db, account.id, post.conversationId, world.clock.now())
  return post.id
}

/** They want to hear of it again; where they never did not, nothing changes. @throws Refusal 'post.not-found' */
export async function unmuteConversation(world: World, account: LocalAccount, id: PostId): Promise<PostId> {
  const post = await requirePost(world, account, id)
  await deleteSilence(world.db, account.id, post.conversationId)
  return post.id
}

async function requirePost(world: World, account: LocalAccount, id: PostId): Promise<KnownPost> {
  return (await findOriginal(world.db, id, { accountId: account.id })) ?? refuse('post.not-found')
}
