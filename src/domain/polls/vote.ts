import type { AccountId, PostId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import { type Tx, transact } from '../../db/transact.ts'
import { record } from '../../facts/record.ts'
import { enqueue } from '../../jobs/enqueue.ts'
import type { Account, LocalAccount } from '../accounts/account.ts'
import { findPostByUri, findVisible, type KnownPost } from '../posts/find.ts'
import type { World } from '../world.ts'
import { findOptions, findVotes, type KnownPoll } from './find.ts'
import type { PollJob } from './keep.ts'
import { hasEnded } from './poll.ts'
import { insertVotes, lockPoll, setToldAt } from './store.ts'

/** Tallies of one poll are told to other servers no more often than this. */
const TELL_EVERY_MS = 60_000

/**
 * Somebody here chooses among the answers of a poll, once and for good.
 * @param choices places of the answers, from 0
 * @param oneByOne where several may be chosen, more may follow
 * @throws Refusal 'poll.not-found', 'poll.own', 'poll.ended', 'poll.voted' or 'poll.choice'
 */
export async function vote(
  world: World,
  voter: LocalAccount,
  postId: PostId,
  choices: readonly number[],
  oneByOne = false,
): Promise<void> {
  const post = await findVisible(world.db, postId, { accountId: voter.id })
  if (!post) return refuse('poll.not-found')
  if (post.accountId === voter.id) refuse('poll.own')
  await transact(world.db, async (tx) => {
    const poll = await lockPoll(tx, postId)
    if (!poll) return refuse('poll.not-found')
    if (hasEnded(poll, world.clock.now())) refuse('poll.ended')
    const before = await findVotes(tx, postId, voter.id)
    if (before.length > 0 && !(oneByOne && poll.multiple)) refuse('poll.voted')
    const options = await findOptions(tx, postId)
    const wanted = [...new Set(choices)]
    const possible = wanted.every((at) => options[at] !== undefined)
    if (wanted.length === 0 || !possible || (wanted.length > 1 && !poll.multiple)) refuse('poll.choice')
    if (wanted.some((place) => before.includes(place))) refuse('poll.voted')
    await count(world, tx, post, poll, voter.id, before.length === 0, wanted)
  })
}

export type VoteOutcome = 'counted' | 'voted' | 'ended' | 'no such poll' | 'no such answer' | 'own poll'

/**
 * Votes from elsewhere in a poll of ours. Late, repeated, foreign or impossible ones have no effect, and whoever sent
 * them hears nothing of it. Several choices may come one by one.
 */
export async function receiveVotes(
  world: World,
  voter: Account,
  pollUri: string,
  choices: readonly string[],
): Promise<VoteOutcome> {
  const known = world.uris.isOurs(pollUri) ? await findPostByUri(world.db, pollUri) : undefined
  // One who may not see the post could not have seen the poll.
  const post = known?.local && (await findVisible(world.db, known.id, { accountId: voter.id }))
  if (!post || voter.local || voter.suspended) return 'no such poll'
  if (post.accountId === voter.id) return 'own poll'
  return transact(world.db, async (tx) => {
    const poll = await lockPoll(tx, post.id)
    if (!poll) return 'no such poll'
    if (hasEnded(poll, world.clock.now())) return 'ended'
    const options = await findOptions(tx, post.id)
    const places = choices.map((choice) => options.find(({ title }) => title === choice)?.position)
    const wanted = [...new Set(places.filter((place) => place !== undefined))]
    if (wanted.length === 0) return 'no such answer'
    const before = await findVotes(tx, post.id, voter.id)
    if (!poll.multiple && (before.length > 0 || wanted.length > 1)) return 'voted'
    const added = wanted.filter((place) => !before.includes(place))
    if (added.length === 0) return 'voted'
    await count(world, tx, post, poll, voter.id, before.length === 0, added)
    return 'counted'
  })
}

async function count(
  world: World,
  tx: Tx,
  post: KnownPost,
  poll: KnownPoll,
  voterId: AccountId,
  isNew: boolean,
  places: readonly number[],
): Promise<void> {
  const now = world.clock.now()
  await insertVotes(tx, poll, { id: voterId, isNew }, places, now)
  if (post.local) await tellSoon(tx, poll, now)
  else if (isNew && poll.endsAt) {
    // Whoever took part is told how it ended; by then its own server has counted.
    const payload: PollJob = { postId: post.id, work: 'close' }
    await enqueue(tx, [{ kind: 'poll', payload, dueAt: new Date(poll.endsAt.getTime() + AFTER_END_MS) }])
  }
  await record(
    world,
    tx,
    places.map((place) => ({
      type: 'poll.voted' as const,
      postId: post.id,
      local: post.local,
      voterId,
      place,
    })),
  )
}

const AFTER_END_MS = 30_000

/** At once, or when a minute has passed since the last time; one job for all votes in between. */
async function tellSoon(tx: Tx, poll: KnownPoll, now: Date): Promise<void> {
  if (poll.toldAt !== null && poll.toldAt > now) return
  const next = (poll.toldAt?.getTime() ?? 0) + TELL_EVERY_MS
  const at = new Date(Math.max(now.getTime(), next))
  await setToldAt(tx, poll.postId, at)
  const payload: PollJob = { postId: poll.postId, work: 'tell' }
  await enqueue(tx, [{ kind: 'poll', payload, dueAt: at }])
}
