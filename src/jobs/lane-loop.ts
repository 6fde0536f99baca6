import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import { isPassing } from '../db/away.ts'
import type { Db } from '../db/connect.ts'
import type { Instruments } from './instruments.ts'
import {
  type ClaimedItem,
  type ClaimedLane,
  claimLanes,
  countAttempt,
  inboxLanes,
  type LaneNote,
  settleLanes,
} from './lane-jobs.ts'
import { createLoop } from './loop.ts'
import type { LaneHandler, LaneOutcome } from './outcomes.ts'
import { createSettler } from './settle.ts'
import { withTimeLimit } from './time-limit.ts'
import { createClaiming, failureFrom, untilDatabaseAnswers, type Work } from './work.ts'

export interface LaneOptions {
  readonly db: Db
  readonly slot: number
  readonly clock: Clock
  readonly handler: LaneHandler
  readonly log: Log
  readonly instruments: Instruments
  /** rounds side by side; each holds lanes of its own */
  readonly rounds: number
  readonly attempts: number
  readonly timeLimitMs: number
}

const LANES_PER_ROUND = 64
const ITEMS_PER_LANE = 200
const BATCH = 100

interface HeldLane {
  readonly claimed: ClaimedLane
  readonly blocked: Set<string>
  lost: boolean
}

interface Todo {
  readonly item: ClaimedItem
  readonly lane: HeldLane
}

/** Works on what came from other servers: lanes are claimed, and their items done a hundred at a time. */
export function createLaneWork(options: LaneOptions): Work {
  const { db, slot, clock, handler, log, instruments, attempts: limit, timeLimitMs } = options
  const held = new Set<HeldLane>()
  let rounds = 0
  /** the last look left lanes behind, as far as can be known: nobody tells of them again */
  let moreWait = true
  let stopping = false
  let givesUp = false
  const loop = createLoop('what came in', log, claimMore)
  const settler = createSettler<LaneNote>({
    everyMs: 0,
    async write(notes) {
      if (await settleLanes(db, notes)) loop.wake()
    },
    log,
    givesUp: () => givesUp,
  })
  const claiming = createClaiming(settler, () =>
    inboxLanes.free(
      db,
      slot,
      [...held].map((lane) => lane.claimed.lane),
    ),
  )

  return {
    loop,
    get idle() {
      return rounds === 0 && settler.idle
    },
    async extendLeases() {
      if (held.size === 0) return
      const kept = await inboxLanes.extend(
        db,
        [...held].map((lane) => lane.claimed),
      )
      const lost = [...held].filter((lane) => !kept.has(lane.claimed.lane))
      for (const lane of lost) lane.lost = true
      if (lost.length > 0) instruments.leasesLost?.(lost.length)
    },
    async finish(deadline) {
      stopping = true
      while (rounds > 0 && performance.now() < deadline) await new Promise((go) => setTimeout(go, 5))
      for (const lane of held) giveBack(lane)
      givesUp = true
      await settler.written()
    },
  }

  async function claimMore(): Promise<boolean> {
    moreWait = true
    if (stopping || rounds >= options.rounds) return false
    const lanes = await claiming(() => claimLanes(db, slot, LANES_PER_ROUND, ITEMS_PER_LANE))
    moreWait = lanes.length >= LANES_PER_ROUND
    if (lanes.length === 0) return false
    rounds++
    void round(lanes).finally(() => {
      rounds--
      if (moreWait) loop.wake()
    })
    return moreWait && rounds < options.rounds
  }

  async function round(lanes: readonly ClaimedLane[]): Promise<void> {
    const mine = lanes.map((claimed): HeldLane => ({ claimed, blocked: new Set(), lost: false }))
    for (const lane of mine) held.add(lane)
    try {
      await doTogether(mine.filter((lane) => lane.claimed.tries <= 1))
      for (const lane of mine) if (lane.claimed.tries > 1) await doSuspect(lane)
    } catch (error) {
      log.error('A round of work on what came in failed: {error}', { error })
    } finally {
      for (const lane of mine) giveBack(lane)
    }
  }

  async function doTogether(lanes: readonly HeldLane[]): Promise<void> {
    const todo = lanes.flatMap((lane) => lane.claimed.items.map((item): Todo => ({ item, lane })))
    for (const lane of lanes) if (lane.claimed.items.length === 0) giveBack(lane)
    for (let start = 0; start < todo.length && !stopping; start += BATCH) {
      const batch = todo.slice(start, start + BATCH)
      await doBatch(batch.filter(mayRun))
      for (const { item, lane } of batch) if (item === lane.claimed.items.at(-1)) giveBack(lane)
    }
  }

  async function doBatch(batch: readonly Todo[]): Promise<void> {
    const [first, second] = batch
    if (!first) return
    if (!second) return doOne(first, first.item.attempts + 1)
    try {
      const outcomes = await handle(batch.map(({ item }) => item))
      outcomes.forEach((outcome, n) => {
        const todo = batch[n]
        if (todo) settle(todo, outcome, todo.item.attempts + 1)
      })
    } catch (error) {
      log.warn('A batch of {count} failed and is done one by one: {error}', { count: batch.length, error })
      // None of them is to blame, and none must wait for longer than the database takes to come back.
      if (isPassing(error)) await untilDatabaseAnswers(db, () => stopping)
      for (const todo of batch) if (!stopping && mayRun(todo)) await doOne(todo, todo.item.attempts + 1)
    }
  }

  /** @param attempts how many tries there were, should this one fail */
  async function doOne(todo: Todo, attempts: number): Promise<void> {
    try {
      const [outcome] = await handle([todo.item])
      if (outcome) settle(todo, outcome, attempts)
    } catch (error) {
      const failure = failureFrom(error, attempts)
      const { id, lane } = todo.item
      log.warn('Item {id} of lane {lane} failed: {error}', { id, lane, attempts, error })
      if (failure.fails === 'for-good') settle(todo, { done: true }, attempts)
      else putOff(todo, attempts, failure.seconds, failure.reason)
    }
  }

  /** A worker died while it held this lane: its items are done one at a time, each counted before it is begun. */
  async function doSuspect(lane: HeldLane): Promise<void> {
    for (const item of lane.claimed.items) {
      const todo = { item, lane }
      if (stopping || !mayRun(todo)) continue
      const tries = await countAttempt(db, item)
      if (tries <= limit) await doOne(todo, tries)
      else settle(todo, { dead: 'the server stopped each time while doing it' }, tries)
      // Written before the next is begun, or the next one's crash would count against it.
      await settler.written()
    }
  }

  async function handle(items: readonly ClaimedItem[]): Promise<LaneOutcome[]> {
    const outcomes = await withTimeLimit(timeLimitMs, (signal) => handler(items, signal))
    if (outcomes.length !== items.length) throw new Error('not as many outcomes as items')
    return outcomes
  }

  function settle(todo: Todo, outcome: LaneOutcome, attempts: number): void {
    const { item } = todo
    if ('retryAt' in outcome) {
      const seconds = Math.max(0, (outcome.retryAt.getTime() - clock.now().getTime()) / 1000)
      putOff(todo, attempts, seconds, outcome.reason)
      return
    }
    if ('dead' in outcome) settler.add({ note: 'dead', item, attempts, reason: outcome.dead })
    else settler.add({ note: 'done', item })
    instruments.items?.('dead' in outcome ? 'dead' : 'done', 1)
  }

  function putOff({ item, lane }: Todo, attempts: number, seconds: number, reason: string): void {
    const dead = attempts >= limit
    if (!dead) lane.blocked.add(item.subject)
    settler.add(dead ? { note: 'dead', item, attempts, reason } : { note: 'retry', item, attempts, seconds })
    instruments.items?.(dead ? 'dead' : 'retried', 1)
  }

  function giveBack(lane: HeldLane): void {
    if (held.delete(lane)) settler.add({ note: 'over', lane: lane.claimed })
  }
}

/** What came earlier from the same actor and must wait holds this back. */
function mayRun({ item, lane }: Todo): boolean {
  return !lane.lost && !lane.blocked.has(item.subject)
}
