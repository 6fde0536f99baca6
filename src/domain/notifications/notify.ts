import type { AccountId, NotificationId, PostId } from '../../base/ids.ts'
import type { Tx } from '../../db/transact.ts'
import type { World } from '../world.ts'
import { type Among, insertPostedNotices } from './posted-store.ts'
import {
  insertFollowNotice,
  insertMentionNotices,
  insertMoveNotice,
  insertPollNotices,
  withdrawFollowNotices,
} from './store.ts'

type NotifyWorld = Pick<World, 'ids'>

/** Tells people here that posts name them: once for each post, however often it is asked. */
export async function notifyMentioned(
  world: NotifyWorld,
  tx: Tx,
  posts: readonly { postId: PostId; authorId: AccountId }[],
): Promise<void> {
  await insertMentionNotices(tx, posts, () => world.ids.next<NotificationId>())
}

/** Tells followers here of new posts, if they want to hear of each; of all followers, or of some. */
export async function notifyPosted(
  world: NotifyWorld,
  tx: Tx,
  postIds: readonly PostId[],
  among?: Among,
): Promise<void> {
  await insertPostedNotices(tx, postIds, () => world.ids.next<NotificationId>(), among)
}

export interface FollowNotice {
  readonly followerId: AccountId
  readonly followedId: AccountId
}

/** Tells somebody here that they have a new follower, or a request to answer. */
export async function notifyFollow(
  world: NotifyWorld,
  tx: Tx,
  kind: 'follow' | 'follow_request',
  { followerId, followedId }: FollowNotice,
): Promise<void> {
  if (kind === 'follow') await withdrawFollowNotices(tx, followedId, followerId, ['follow_request'])
  await insertFollowNotice(tx, { id: world.ids.next(), ownerId: followedId, fromId: followerId, kind })
}

/** Tells people here that a poll has ended: those who voted, and whoever asked. */
export async function notifyPollClosed(
  world: NotifyWorld,
  tx: Tx,
  poll: { readonly postId: PostId; readonly authorId: AccountId },
): Promise<void> {
  await insertPollNotices(tx, poll, () => world.ids.next<NotificationId>())
}

/** Tells somebody here that an account that they followed has moved; the account itself says where to. */
export async function notifyMoved(
  world: NotifyWorld,
  tx: Tx,
  ownerId: AccountId,
  fromId: AccountId,
): Promise<void> {
  await insertMoveNotice(tx, { id: world.ids.next(), ownerId, fromId })
}

/** A follow or request that is no more is not told of any more. */
export async function withdrawFollow(tx: Tx, { followerId, followedId }: FollowNotice): Promise<void> {
  await withdrawFollowNotices(tx, followedId, followerId, ['follow', 'follow_request'])
}
