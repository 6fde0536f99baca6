import type { AccountId } from '../../base/ids.ts'
import type { Tx } from '../../db/transact.ts'
import { findPostsByIds } from '../posts/find.ts'
import type { World } from '../world.ts'
import { findReactionsBy } from './find.ts'
import { removeReactions } from './reactions.ts'

/**
 * Takes away some of the likes and emoji reactions of an account that is gone; nobody is told of each.
 * @returns how many there were
 */
export async function removeSomeReactionsOf(
  world: World,
  tx: Tx,
  account: { readonly id: AccountId },
  limit: number,
): Promise<number> {
  const reactions = await findReactionsBy(tx, account.id, limit)
  const posts = await findPostsByIds(
    tx,
    reactions.map(({ postId }) => postId),
  )
  const removing = reactions.flatMap((reaction) => {
    const post = posts.get(reaction.postId)
    return post ? [{ reaction, post, accountLocal: false }] : []
  })
  return removeReactions(world, tx, removing)
}
