import type { PostId } from '../../base/ids.ts'
import type { Tx } from '../../db/transact.ts'
import { enqueue } from '../../jobs/enqueue.ts'
import type { World } from '../world.ts'
import { findOptions, type KnownPoll } from './find.ts'
import { hasEnded, type IncomingPoll, type NewPoll } from './poll.ts'
import { deletePoll, insertPolls, lockPoll, setTallies, setTerms } from './store.ts'

/**
 * The job of a poll.
 * - `tell` says the tallies of one of ours to other servers
 * - `close` ends it, and tells whoever took part
 * - `read` asks the server of one from elsewhere how it stands
 */
export interface PollJob {
  readonly postId: PostId
  readonly work: 'tell' | 'close' | 'read'
}

/** A poll of ours begins: it stands in the database, and will be closed when its time has come. */
export async function beginPoll(tx: Tx, postId: PostId, poll: NewPoll): Promise<void> {
  const options = poll.options.map((title) => ({ title, votes: 0 }))
  await insertPolls(tx, [{ ...poll, postId, options, closedAt: null, voters: 0, readAt: null }])
  await enqueue(tx, [closing(postId, poll.endsAt)])
}

/**
 * A poll of ours was edited: one that asks something else begins anew, without the votes for what it asked before; one
 * that asks the same may end at another time.
 */
export async function editPoll(tx: Tx, postId: PostId, poll: NewPoll | undefined): Promise<void> {
  const known = await lockPoll(tx, postId)
  const options = poll?.options.map((title) => ({ title }))
  if (known && poll && options && (await asksTheSame(tx, known, { ...poll, options }))) {
    await setTerms(tx, postId, poll)
    await enqueue(tx, [closing(postId, poll.endsAt)])
    return
  }
  await deletePoll(tx, postId)
  if (poll) await beginPoll(tx, postId, poll)
}

const closing = (postId: PostId, dueAt: Date) => ({
  kind: 'poll' as const,
  payload: { postId, work: 'close' } satisfies PollJob,
  dueAt,
})

interface Asker {
  readonly id: PostId
  readonly holds: { readonly poll: IncomingPoll | null }
}

/** Stores the polls of posts from elsewhere; no query where they hold none. */
export async function keepPolls(world: Pick<World, 'clock'>, tx: Tx, posts: readonly Asker[]): Promise<void> {
  const readAt = world.clock.now()
  await insertPolls(
    tx,
    posts.flatMap(({ id, holds: { poll } }) =>
      poll ? [{ ...poll, postId: id, hideTotals: false, readAt }] : [],
    ),
  )
}

/** A post from elsewhere was edited: a poll that asks something else begins anew, one that asks the same goes on. */
export async function receivePollEdit(
  world: Pick<World, 'clock'>,
  tx: Tx,
  postId: PostId,
  poll: IncomingPoll | null,
): Promise<void> {
  const known = await lockPoll(tx, postId)
  if (known && poll && (await asksTheSame(tx, known, poll))) {
    await setTallies(tx, postId, talliesFrom(poll, known, world.clock.now()))
    return
  }
  if (known) await deletePoll(tx, postId)
  await keepPolls(world, tx, [{ id: postId, holds: { poll } }])
}

/**
 * What the server of a poll says of its counts, without being an edit: only of the very poll that is known, and never
 * of one that has been counted out.
 */
export async function receiveTallies(
  world: Pick<World, 'clock'>,
  tx: Tx,
  postId: PostId,
  poll: IncomingPoll,
): Promise<boolean> {
  const known = await lockPoll(tx, postId)
  if (!known || !(await asksTheSame(tx, known, poll))) return false
  await setTallies(tx, postId, talliesFrom(poll, known, world.clock.now()))
  return true
}

async function asksTheSame(
  tx: Tx,
  known: KnownPoll,
  poll: { readonly multiple: boolean; readonly options: readonly { readonly title: string }[] },
): Promise<boolean> {
  if (known.multiple !== poll.multiple) return false
  const options = await findOptions(tx, known.postId)
  return (
    options.length === poll.options.length &&
    options.every(({ title }, at) => title === poll.options[at]?.title)
  )
}

function talliesFrom(poll: IncomingPoll, known: KnownPoll, now: Date) {
  const endsAt = poll.endsAt ?? known.endsAt
  // What it says now is its last word, when its time was over before.
  const ended = hasEnded({ endsAt, closedAt: poll.closedAt ?? known.closedAt }, now)
  return {
    votes: poll.options.map(({ votes }) => votes),
    voters: poll.voters,
    endsAt,
    closedAt: ended ? (known.closedAt ?? poll.closedAt ?? endsAt) : null,
    readAt: now,
  }
}
