import { Refusal } from '../../../base/refusal.ts'
import type { Account } from '../../../domain/accounts/account.ts'
import { findAccountsByUris } from '../../../domain/accounts/find.ts'
import { refreshIfStale } from '../../../domain/accounts/refresh.ts'
import type { IncomingEdit } from '../../../domain/posts/edit.ts'
import { type Arrival, receivePosts } from '../../../domain/posts/receive.ts'
import type { World } from '../../../domain/world.ts'
import { enqueue } from '../../../jobs/enqueue.ts'
import type { LaneHandler, LaneItem, LaneOutcome } from '../../../jobs/outcomes.ts'
import { activityFrom, ownIdOf, type ReadActivity } from '../../../translate/from-activity/activity.ts'
import { act, isDeafTo, settled } from './act.ts'
import { type Heard, isForInboxes, keepHeard } from './keep.ts'
import { takeEdits } from './origin.ts'
import { concernsKnownPost, takeReactions } from './reaction.ts'
import { readActivity } from './read.ts'
import { askFirst, type Reading } from './reading.ts'

/** The job `ask`: an activity that cannot be judged before another server has been asked. */
export interface Ask {
  readonly body: string
  readonly receivedAt: string
}

/** Hears what became of each activity: for the log and the metrics. */
export type Hear = (type: string, outcome: string) => void

/** What is told of a batch: to the log, and to the inboxes of those here whom it concerns. */
interface Ears {
  readonly hear: Hear
  readonly heard: Heard[]
}

interface Step {
  readonly item: LaneItem
  readonly activity: ReadActivity
  readonly reading: Reading
  readonly actor: Account | undefined
}

/**
 * Takes activities that came from elsewhere, a batch at a time: posts of the whole batch go into the database in one
 * transaction; whatever else stands between them is done in its order, lane by lane.
 */
export function inboxHandler(world: World, hear: Hear): LaneHandler {
  return async (batch, signal) => {
    const steps = await readBatch(world, batch, hear)
    const ears: Ears = { hear, heard: [] }
    for (const round of roundsOf(steps)) {
      if (signal.aborted) throw new Error('out of time')
      await takePosts(world, round.posts, hear)
      await takeTogether(world, round.reactions, ears)
      await takeEditsOf(world, round.edits, hear)
      await takeLanes(world, round.others, ears)
    }
    await keepHeard(world, ears.heard)
    return batch.map((): LaneOutcome => ({ done: true }))
  }
}

async function readBatch(world: World, batch: readonly LaneItem[], hear: Hear): Promise<Step[]> {
  const opened = batch.flatMap((item) =>
    readOrDrop(hear, () => ({ item, activity: activityFrom(item.body) })),
  )
  const uris = new Set(opened.map(({ activity }) => activity.actor))
  const actors = await findAccountsByUris(world.db, [...uris])
  await refreshIfStale(world, actors.values())
  return opened.flatMap(({ item, activity }) => {
    const actor = actors.get(activity.actor)
    const receipt = { at: item.receivedAt, followersUrl: actor?.followersUrl ?? null }
    return readOrDrop(hear, () => ({ item, activity, actor, reading: readActivity(activity, receipt) }))
  })
}

/** What cannot be read is settled at once: to try it again would change nothing. */
function readOrDrop<T>(hear: Hear, read: () => T): T[] {
  try {
    return [read()]
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    hear('unreadable', error.code)
    return []
  }
}

type Round = Readonly<Record<Run, Step[]>>
type Run = (typeof runs)[number]
/** In a round these come one after the other. */
const runs = ['posts', 'reactions', 'edits', 'others'] as const

/**
 * Cuts each lane into rounds of posts, reactions, edits and everything else; the first rounds of all lanes go together,
 * and so on. What was sent earlier may come after a post, for nothing that is said hangs on a post's not being there yet;
 * edits of one post keep their order, and everything else its place in its lane.
 */
function roundsOf(steps: readonly Step[]): Round[] {
  const rounds: Round[] = []
  const at = new Map<number, { round: number; afterOthers: boolean }>()
  for (const step of steps) {
    const run = runOf(step)
    const place = at.get(step.item.lane) ?? { round: 0, afterOthers: false }
    at.set(step.item.lane, place)
    if (run !== 'others' && place.afterOthers) {
      place.round += 1
      place.afterOthers = false
    }
    place.afterOthers ||= run === 'others' && step.reading.kind !== 'nothing'
    while (rounds.length <= place.round) rounds.push({ posts: [], reactions: [], edits: [], others: [] })
    rounds[place.round]?.[run].push(step)
  }
  return rounds
}

function runOf({ reading, actor }: Step): Run {
  if (!actor) return 'others'
  if (reading.kind === 'post') return 'posts'
  if (reading.kind === 'reaction') return 'reactions'
  return reading.kind === 'edit' ? 'edits' : 'others'
}

async function takePosts(world: World, steps: readonly Step[], hear: Hear): Promise<void> {
  const arrivals = steps.flatMap(({ activity, reading, actor }): Arrival[] =>
    reading.kind === 'post' && actor
      ? [{ incoming: reading.incoming, author: actor, activityUri: ownIdOf(activity) }]
      : [],
  )
  for (const outcome of await receivePosts(world, arrivals)) hear('Create', outcome)
}

async function takeTogether(world: World, steps: readonly Step[], ears: Ears): Promise<void> {
  const taken = steps.flatMap((step) =>
    step.reading.kind === 'reaction' && step.actor
      ? [{ step, arrival: { incoming: step.reading.reaction, actor: step.actor } }]
      : [],
  )
  const outcomes = await takeReactions(
    world,
    taken.map(({ arrival }) => arrival),
  )
  for (const [index, { step }] of taken.entries())
    await conclude(world, step, outcomes[index] ?? 'nothing', ears)
}

async function takeEditsOf(world: World, steps: readonly Step[], hear: Hear): Promise<void> {
  const edits = steps.flatMap(({ activity, reading, actor }): IncomingEdit[] =>
    reading.kind === 'edit' && actor
      ? [{ incoming: reading.incoming, author: actor, activityUri: ownIdOf(activity) }]
      : [],
  )
  if (edits.length > 0) for (const outcome of await takeEdits(world, edits)) hear('Update', outcome)
}

/** So many lanes at once: while one waits for its transaction to be kept, the others go on. */
const AT_ONCE = 4

/** Each lane in its order, and none waiting for another. */
async function takeLanes(world: World, steps: readonly Step[], ears: Ears): Promise<void> {
  const lanes = Map.groupBy(steps, ({ item }) => item.lane).values()
  const work = Array.from({ length: AT_ONCE }, async () => {
    for (const lane of lanes) for (const step of lane) await takeOther(world, step, ears)
  })
  const failed = (await Promise.allSettled(work)).find(({ status }) => status === 'rejected')
  if (failed?.status === 'rejected') throw failed.reason
}

async function takeOther(world: World, step: Step, ears: Ears): Promise<void> {
  const { reading, actor, activity } = step
  if (isDeafTo(actor, activity.type)) return ears.hear(activity.type, 'suspended')
  if (reading.kind === 'nothing') return conclude(world, step, reading.why, ears)
  if (reading.kind === 'reaction' && !actor && !(await concernsKnownPost(world, reading.reaction))) {
    return ears.hear(activity.type, 'unrelated')
  }
  const outcome =
    reading.kind === 'ask' || !actor ? askFirst : await act(world, actor, reading).catch(settled)
  await conclude(world, step, outcome, ears)
}

async function conclude(
  world: World,
  { activity, item, reading, actor }: Step,
  outcome: string | typeof askFirst,
  { hear, heard }: Ears,
): Promise<void> {
  if (actor && isForInboxes(activity, reading, outcome)) heard.push({ activity, actor })
  if (outcome !== askFirst) return hear(activity.type, outcome)
  const payload: Ask = { body: item.body, receivedAt: item.receivedAt.toISOString() }
  await enqueue(world.db, [{ kind: 'ask', payload }])
  hear(activity.type, 'asking')
}
