import type { PostId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import { emojiFrom } from '../../text/unicode-emoji.ts'
import type { LocalAccount } from '../accounts/account.ts'
import type { World } from '../world.ts'
import { addReaction } from './like.ts'

/**
 * Somebody here reacts to a post with an emoji; the same one again changes nothing.
 * @param text one emoji of Unicode
 * @returns the post that is reacted to
 * @throws Refusal 'reaction.emoji' when it is none; 'post.not-found' when the post is not there, or not for them
 */
export async function reactToPost(
  world: World,
  account: LocalAccount,
  id: PostId,
  text: string,
): Promise<PostId> {
  const emoji = emojiFrom(text) ?? refuse('reaction.emoji')
  return addReaction(world, account, id, { emoji, url: null })
}
