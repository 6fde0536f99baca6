import type { AccountId, PostId } from '../../base/ids.ts'
import { type Tx, transact } from '../../db/transact.ts'
import { enqueue } from '../../jobs/enqueue.ts'
import { findFollow } from '../follows/find.ts'
import { notifyPosted } from '../notifications/notify.ts'
import { surroundingsOf } from '../posts/surroundings-find.ts'
import type { World } from '../world.ts'
import { localFollowersOf, longHomes } from './find.ts'
import {
  clearHomeOf,
  emptyHomeOf,
  emptyHomeOfUnchosen,
  enterHomes,
  enterHomesOfBoosts,
  enterHomesOfSome,
  enterOwnHome,
  fillHome,
  rebuildHome,
  trimHome,
} from './store.ts'
import { enterHomesByTags, fillHomeByTags } from './tag-store.ts'

/** What a fan-out needs of the world; all of it can be had within a transaction. */
export type FanOutWorld = Pick<World, 'clock' | 'limits' | 'ids'>

export interface NewEntry {
  readonly postId: PostId
  readonly authorId: AccountId
  readonly local: boolean
  readonly boost?: boolean
}

/** The job that goes on with a fan-out too large for one transaction. */
export interface HomeFanOut {
  readonly postId: PostId
  readonly after: AccountId | '0'
}

const CHUNK = 5000
const BACKFILL = 40

/**
 * Writes posts into the homes of their authors' followers here: at once, within the caller's transaction, for authors
 * with few of them; by jobs for the rest. Authors at once read what they wrote. Followers who asked for it are told.
 */
export async function fanOut(world: FanOutWorld, tx: Tx, entries: readonly NewEntry[]): Promise<void> {
  if (entries.length === 0) return
  const cap = world.limits.followersWithin + 1
  const authorIds = [...new Set(entries.map((entry) => entry.authorId))]
  const around = surroundingsOf(tx, authorIds)
  const followers = around
    ? new Map([[around.authorId, { n: around.followersHere, told: around.followersTold }]])
    : await localFollowersOf(tx, authorIds, cap)
  const small = entries.filter((entry) => (followers.get(entry.authorId)?.n ?? 0) < cap)
  const large = entries.filter((entry) => (followers.get(entry.authorId)?.n ?? 0) >= cap)
  const idsOf = (boost: boolean) =>
    small.filter((entry) => (entry.boost ?? false) === boost).map((entry) => entry.postId)
  await enterHomes(tx, idsOf(false), seenSince(world))
  await enterHomesOfBoosts(tx, idsOf(true), seenSince(world))
  const told = small.filter((entry) => !entry.boost && followers.get(entry.authorId)?.told)
  await notifyPosted(
    world,
    tx,
    told.map((entry) => entry.postId),
  )
  for (const entry of large) if (entry.local) await enterOwnHome(tx, entry.postId, entry.authorId)
  const tagged = large.filter((entry) => !entry.boost).map((entry) => entry.postId)
  await enterHomesByTags(tx, tagged, seenSince(world))
  await enqueue(
    tx,
    large.map((entry) => ({ kind: 'home', payload: { postId: entry.postId, after: '0' } })),
  )
}

/** Authors read at once what they wrote, also while nobody else may. */
export async function enterOwn(tx: Tx, postId: PostId, authorId: AccountId): Promise<void> {
  await enterOwnHome(tx, postId, authorId)
}

/** One chunk of a large fan-out; enqueues the next in the same transaction. */
export async function fanOutMore(world: World, { postId, after }: HomeFanOut): Promise<void> {
  await transact(world.db, async (tx) => {
    const last = await enterHomesOfSome(tx, postId, after, CHUNK, seenSince(world))
    await notifyPosted(world, tx, [postId], { after, last })
    if (last) await enqueue(tx, [{ kind: 'home', payload: { postId, after: last } }])
  })
}

/** A new follow brings what its author said lately into the follower's home. */
export async function welcome(tx: Tx, ownerId: AccountId, authorId: AccountId): Promise<void> {
  await fillHome(tx, ownerId, authorId, BACKFILL)
}

/** The end of a follow takes its author out of the follower's home. */
export async function forget(tx: Tx, ownerId: AccountId, authorId: AccountId): Promise<void> {
  await emptyHomeOf(tx, ownerId, authorId)
}

/** A follower wants more or less of whom they follow than before. */
export async function rechoose(tx: Tx, ownerId: AccountId, authorId: AccountId): Promise<void> {
  await emptyHomeOfUnchosen(tx, ownerId, authorId)
  await fillHome(tx, ownerId, authorId, BACKFILL)
}

/** Somebody is muted, or kept apart from the owner of a home: nothing of them stays in it. */
export async function shun(tx: Tx, ownerId: AccountId, accountId: AccountId): Promise<void> {
  await clearHomeOf(tx, ownerId, accountId)
}

/** The opposite: whom the owner still follows comes back with what they said lately. */
export async function readmit(tx: Tx, ownerId: AccountId, accountId: AccountId): Promise<void> {
  const follow = await findFollow(tx, ownerId, accountId)
  if (follow?.state === 'accepted') await fillHome(tx, ownerId, accountId, BACKFILL)
}

/** Somebody came back after so long that nothing was written for them: their home is made anew. */
export async function refillHome(world: Pick<World, 'db' | 'limits'>, ownerId: AccountId): Promise<void> {
  await transact(world.db, async (tx) => {
    await rebuildHome(tx, ownerId, world.limits.homeLength)
    await fillHomeByTags(tx, ownerId)
  })
}

/** Cuts homes that have grown too long; run now and then. */
export async function trimHomes(world: World): Promise<void> {
  for (const ownerId of await longHomes(world.db, world.limits.homeLength)) {
    await transact(world.db, (tx) => trimHome(tx, ownerId, world.limits.homeLength))
  }
}

function seenSince(world: FanOutWorld): Date {
  return new Date(world.clock.now().getTime() - world.limits.homeSeenDays * 86_400_000)
}
