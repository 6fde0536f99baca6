import type { FollowId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import { type Tx, transact } from '../../db/transact.ts'
import { record } from '../../facts/record.ts'
import type { Account } from '../accounts/account.ts'
import { enqueueActorJobs } from '../accounts/refresh.ts'
import { countFor } from '../accounts/store.ts'
import { blockedBetween } from '../blocks/find.ts'
import type { World } from '../world.ts'
import type { Follow } from './find.ts'
import { deleteFollow, factOf, insertFollow, lockFollow, renameFollow } from './store.ts'

export type FollowOutcome = 'requested' | 'accepted' | 'rejected'

/**
 * Asks to follow, whichever of the two is ours. An account of ours that does not approve its followers by hand
 * accepts at once; one elsewhere is only *requested* until its own Accept comes.
 * A request that comes again is answered again, under its newest id. Where a block stands between the two there is no
 * relation: somebody elsewhere is turned down, somebody here refused.
 * @param uri the id of the Follow activity, when it came from elsewhere
 */
export async function requestFollow(
  world: World,
  follower: Account,
  followed: Account,
  uri?: string,
): Promise<FollowOutcome> {
  const { db, ids, uris, clock } = world
  if (follower.id === followed.id) refuse('follow.self')
  if (!follower.local && !followed.local) refuse('account.not-local')
  if (followed.kind === 'application') refuse('account.not-found')
  if (follower.suspended || (followed.suspended && followed.local)) refuse('account.suspended')
  if (followed.suspended) refuse('host.blocked')
  if ((follower.local && follower.movedToUri !== null) || (followed.local && followed.movedToUri !== null))
    refuse('account.moved')

  const id = ids.next<FollowId>()
  const asked: Follow = {
    id,
    uri: uri ?? uris.follow(id),
    followerId: follower.id,
    followedId: followed.id,
    state: followed.local && !followed.manuallyApprovesFollowers ? 'accepted' : 'requested',
    followerLocal: follower.local,
    followedLocal: followed.local,
  }

  return transact(db, async (tx) => {
    if (await insertFollow(tx, asked, clock.now())) {
      // After the insert, which waits for whoever is making a block at this moment.
      if ((await blockedBetween(tx, follower.id, [followed.id])).size > 0) return turnDown(world, tx, asked)
      // Whoever follows somebody wants to see what they feature, and it may never be announced.
      if (!followed.local) await enqueueActorJobs(tx, 'features', [followed.id])
      if (asked.state === 'accepted') await countAccepted(tx, asked)
      await record(
        world,
        tx,
        factOf(asked.state === 'accepted' ? 'follow.accepted' : 'follow.requested', asked),
      )
      return asked.state
    }
    const known = await lockFollow(tx, follower.id, followed.id)
    if (!known) refuse('follow.not-found')
    return answerAgain(world, tx, known, uri)
  })
}

async function turnDown(world: World, tx: Tx, asked: Follow): Promise<FollowOutcome> {
  if (asked.followerLocal) refuse('follow.blocked')
  await deleteFollow(tx, asked)
  await record(world, tx, factOf('follow.rejected', asked))
  return 'rejected'
}

async function answerAgain(
  world: World,
  tx: Tx,
  known: Follow,
  uri: string | undefined,
): Promise<FollowOutcome> {
  if (uri !== undefined && uri !== known.uri) await renameFollow(tx, known, uri)
  const follow = { ...known, uri: uri ?? known.uri }
  // Ours, and still unanswered: perhaps the first one was lost on its way, so it is sent once more.
  if (known.state === 'requested' && known.followerLocal) {
    await record(world, tx, factOf('follow.requested', follow))
  }
  if (known.state === 'accepted' && uri !== undefined && known.followedLocal) {
    await record(world, tx, factOf('follow.accepted', follow))
  }
  return known.state
}

export async function countAccepted(tx: Tx, follow: Follow, by: 1 | -1 = 1): Promise<void> {
  await countFor(tx, [
    { id: follow.followedId, followers: by },
    { id: follow.followerId, following: by },
  ])
}
