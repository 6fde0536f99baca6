import { Refusal } from '../../../base/refusal.ts'
import type { Account } from '../../../domain/accounts/account.ts'
import { findAccountByUri } from '../../../domain/accounts/find.ts'
import { acceptFollow, rejectFollow, undoFollow } from '../../../domain/follows/answer.ts'
import { type Follow, findFollow, findFollowByUri } from '../../../domain/follows/find.ts'
import { requestFollow } from '../../../domain/follows/request.ts'
import { receiveEdit } from '../../../domain/posts/edit.ts'
import { receivePosts } from '../../../domain/posts/receive.ts'
import { receiveDelete } from '../../../domain/posts/remove.ts'
import type { World } from '../../../domain/world.ts'
import type { FollowReference, Reading } from './reading.ts'

/** Readings that need no other server. */
export type Doable = Exclude<Reading, { kind: 'ask' }>

/**
 * Lets one reading take effect for the actor whose own hand it is. Repeating it changes nothing more.
 * @returns a word on what became of it, for the log
 */
export async function act(world: World, actor: Account, reading: Doable): Promise<string> {
  switch (reading.kind) {
    case 'nothing':
      return reading.why
    case 'post':
      return (await receivePosts(world, [{ incoming: reading.incoming, author: actor }]))[0] ?? 'unrelated'
    case 'edit':
      return edit(world, actor, reading.incoming)
    case 'delete':
      return world.uris.isOurs(reading.uri) ? 'ours' : receiveDelete(world, actor, reading.uri)
    case 'follow':
      return follow(world, actor, reading)
    case 'answer':
      return answer(world, actor, reading)
    case 'undo-follow':
      return undo(world, actor, reading.follow)
  }
}

/** An edit of what we never saw is news: the Create may have been lost, or be still on its way. */
async function edit(
  world: World,
  actor: Account,
  incoming: Extract<Reading, { kind: 'edit' }>['incoming'],
): Promise<string> {
  const outcome = await receiveEdit(world, actor, incoming)
  if (outcome !== 'unknown') return outcome
  return (await receivePosts(world, [{ incoming, author: actor }]))[0] ?? 'unrelated'
}

async function follow(
  world: World,
  actor: Account,
  reading: Extract<Reading, { kind: 'follow' }>,
): Promise<string> {
  if (actor.local || actor.suspended) return 'not from elsewhere'
  const followed = await findAccountByUri(world.db, reading.followedUri)
  if (!followed?.local) return 'nobody here'
  return requestFollow(world, actor, followed, reading.uri)
}

async function answer(
  world: World,
  actor: Account,
  { accepted, follow: reference }: Extract<Reading, { kind: 'answer' }>,
): Promise<string> {
  const found = await findNamed(world, reference, (candidate) => candidate.followedId === actor.id)
  if (!found?.followerLocal) return 'no such request'
  if (accepted) await acceptFollow(world, found)
  else await rejectFollow(world, found)
  return accepted ? 'accepted' : 'rejected'
}

async function undo(world: World, actor: Account, reference: FollowReference): Promise<string> {
  const found = await findNamed(world, reference, (candidate) => candidate.followerId === actor.id)
  if (!found) return 'no such follow'
  await undoFollow(world, found)
  return 'undone'
}

/** By the id of its Follow, or else by the two whom it joins; never one in which the actor has no part. */
async function findNamed(
  world: World,
  reference: FollowReference,
  concerns: (follow: Follow) => boolean,
): Promise<Follow | undefined> {
  const byUri = reference.uri && (await findFollowByUri(world.db, reference.uri))
  if (byUri) return concerns(byUri) ? byUri : undefined
  if (!reference.followerUri || !reference.followedUri) return undefined
  const [follower, followed] = await Promise.all([
    findAccountByUri(world.db, reference.followerUri),
    findAccountByUri(world.db, reference.followedUri),
  ])
  const byPair = follower && followed && (await findFollow(world.db, follower.id, followed.id))
  return byPair && concerns(byPair) ? byPair : undefined
}

/** An expected no settles an activity; anything else is for the queue to try again. */
export function settled(error: unknown): string {
  if (error instanceof Refusal) return `refused: ${error.code}`
  throw error
}
