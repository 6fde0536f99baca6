import type { Tx } from '../../db/transact.ts'
import type { ReactionFact } from '../../facts/facts.ts'
import { record } from '../../facts/record.ts'
import { countReactions } from '../posts/boost-store.ts'
import type { KnownPost } from '../posts/find.ts'
import type { World } from '../world.ts'
import type { KnownReaction } from './reaction.ts'
import { deleteReactions, insertReactions, type NewReaction } from './store.ts'

/** A like or an emoji reaction, with the post that it is for. */
export interface ReactionTo<Reaction extends KnownReaction = KnownReaction> {
  readonly reaction: Reaction
  readonly accountLocal: boolean
  readonly post: Pick<KnownPost, 'id' | 'uri' | 'accountId' | 'local'>
}

/**
 * Stores likes and emoji reactions with all that follows, one or a hundred; what is there already changes nothing.
 * @returns how many were new
 */
export async function addReactions(
  world: World,
  tx: Tx,
  adding: readonly ReactionTo<NewReaction>[],
): Promise<number> {
  const inserted = await insertReactions(
    tx,
    adding.map(({ reaction }) => reaction),
    world.clock.now(),
  )
  const added = adding.filter(({ reaction }) => inserted.has(reaction.id))
  await count(tx, added, 1)
  if (added.length > 0)
    await record(
      world,
      tx,
      added.map((one) => factOf('reaction.added', one)),
    )
  return added.length
}

/** Takes them back with all that follows; those that are gone already are passed over. */
export async function removeReactions(
  world: World,
  tx: Tx,
  removing: readonly ReactionTo[],
): Promise<number> {
  const deleted = await deleteReactions(
    tx,
    removing.map(({ reaction }) => reaction),
  )
  const removed = removing.filter(({ reaction }) => deleted.has(reaction.id))
  await count(tx, removed, -1)
  if (removed.length > 0)
    await record(
      world,
      tx,
      removed.map((one) => factOf('reaction.removed', one)),
    )
  return removed.length
}

/** Likes are counted with the post; emoji are counted where they are shown, each by itself. */
async function count(tx: Tx, reactions: readonly ReactionTo[], by: 1 | -1): Promise<void> {
  const likes = reactions.filter(({ reaction }) => reaction.emoji === null)
  await countReactions(
    tx,
    likes.map(({ reaction }) => ({ postId: reaction.postId, likes: by })),
  )
}

function factOf<Type extends string>(
  type: Type,
  { reaction: { uri, accountId, emoji }, accountLocal, post }: ReactionTo,
): ReactionFact<Type> {
  return {
    type,
    uri,
    accountId,
    accountLocal,
    emoji,
    postId: post.id,
    postUri: post.uri,
    authorId: post.accountId,
    authorLocal: post.local,
  }
}
