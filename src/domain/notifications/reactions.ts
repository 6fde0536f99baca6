import type { AccountId, NotificationId, PostId } from '../../base/ids.ts'
import type { Tx } from '../../db/transact.ts'
import type { World } from '../world.ts'
import { insertReactionNotices, type ReactionNotice, withdrawReactionNotices } from './reaction-store.ts'

/** Somebody likes, boosts or reacts to a post, or does so no more. */
export interface ReactionNews {
  readonly done: boolean
  readonly kind: ReactionNotice['kind']
  readonly accountId: AccountId
  readonly postId: PostId
  readonly authorId: AccountId
  readonly authorLocal: boolean
}

/** Tells authors here what is done to their posts, and no longer tells what was taken back. Nobody is told of themself. */
export async function notifyReactions(
  world: Pick<World, 'ids'>,
  tx: Tx,
  news: readonly ReactionNews[],
): Promise<void> {
  const ours = news.filter((one) => one.authorLocal && one.authorId !== one.accountId)
  await withdrawReactionNotices(tx, ours.filter((one) => !one.done).map(noticeFrom))
  await insertReactionNotices(tx, ours.filter((one) => one.done).map(noticeFrom), () =>
    world.ids.next<NotificationId>(),
  )
}

function noticeFrom({ kind, accountId, postId, authorId }: ReactionNews): ReactionNotice {
  return { kind, postId, ownerId: authorId, fromId: accountId }
}
