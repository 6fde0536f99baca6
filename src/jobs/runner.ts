import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '../base/clock.ts'
import { type Log, silentLog } from '../base/log.ts'
import type { Db } from '../db/connect.ts'
import { createDeliveryWork } from './delivery-loop.ts'
import { isSettled } from './depth.ts'
import { createErrandWork } from './errand-loop.ts'
import type { Instruments } from './instruments.ts'
import { createJobWork, type HeavyLimits } from './job-loop.ts'
import type { JobKind } from './kinds.ts'
import { createLaneWork } from './lane-loop.ts'
import { createWatch, discharge, enlist } from './liveness.ts'
import type { ErrandHandler, JobHandler, LaneHandler, Sender } from './outcomes.ts'
import { type PlaceLimits, placeLimits } from './places.ts'
import { JOB_ATTEMPTS } from './retry.ts'
import { sweep } from './sweep.ts'
import type { Work } from './work.ts'

export interface RunnerOptions {
  readonly db: Db
  /** of db/slot.ts: held by this process for as long as it lives */
  readonly slot: number
  readonly clock: Clock
  readonly jobs: Readonly<Record<JobKind, JobHandler>>
  readonly heavyJobs?: Readonly<Partial<Record<JobKind, HeavyLimits>>>
  readonly lanes: LaneHandler
  readonly send: Sender
  /** without it nothing is asked of others, and errands wait */
  readonly errands?: ErrandHandler
  readonly instruments?: Instruments
  readonly log?: Log
  /** Hears NOTIFY on channel `jobs`, for as long as the runner lives; without it work is found within a second. */
  readonly listen?: (onMessage: (payload: string) => void) => Promise<AsyncDisposable>
  /** what each room tidies up behind itself; run now and then, in every worker, so each must bear company */
  readonly chores?: readonly (() => Promise<void>)[]
  readonly limits?: Partial<RunnerLimits>
}

export interface RunnerLimits {
  /** jobs of one kind side by side */
  readonly jobsAtOnce: number
  /** rounds of inbound work side by side */
  readonly rounds: number
  /** failures after which a job or an item is set aside */
  readonly attempts: number
  readonly jobTimeMs: number
  readonly itemTimeMs: number
  readonly places: PlaceLimits
}

export interface Runner extends AsyncDisposable {
  start(): void
  /** Resolves when no work is due and none is under way, here or in another worker. For tests. */
  settled(): Promise<void>
  /** Takes on nothing new, finishes what is under way for up to `ms`, and gives the rest back at once. */
  drain(ms: number): Promise<void>
}

const defaultLimits: RunnerLimits = {
  jobsAtOnce: 64,
  rounds: 2,
  attempts: JOB_ATTEMPTS,
  jobTimeMs: 300_000,
  itemTimeMs: 30_000,
  places: placeLimits,
}

const EXTEND_EVERY_MS = 20_000
const WATCH_EVERY_MS = 500
const SWEEP_EVERY_MS = 60_000
const CHORES_EVERY_MS = 600_000

/**
 * Does the work that waits in the database: jobs, what came from other servers, what goes out to them. Any number of
 * runners may share one database. Work that was begun by one that dies is begun again by another.
 */
export function createRunner(options: RunnerOptions): Runner {
  const { db, slot } = options
  const limits = { ...defaultLimits, ...options.limits }
  const log = options.log ?? silentLog
  const instruments = options.instruments ?? {}
  const shared = { db, slot, log, instruments, attempts: limits.attempts }
  const works = {
    job: createJobWork({
      ...shared,
      handlers: options.jobs,
      atOnce: limits.jobsAtOnce,
      timeLimitMs: limits.jobTimeMs,
      ...(options.heavyJobs && { heavy: options.heavyJobs }),
    }),
    lane: createLaneWork({
      ...shared,
      clock: options.clock,
      handler: options.lanes,
      rounds: limits.rounds,
      timeLimitMs: limits.itemTimeMs,
    }),
    delivery: createDeliveryWork({ ...shared, send: options.send, limits: limits.places }),
  }
  const errands = options.errands && createErrandWork({ ...shared, handler: options.errands })
  const all: readonly Work[] = [...Object.values(works), ...(errands ? [errands] : [])]
  const watch = createWatch(db, slot)
  const chores: NodeJS.Timeout[] = []
  let starting: Promise<AsyncDisposable | undefined> | undefined
  let draining: Promise<void> | undefined

  return {
    start() {
      starting ??= begin()
    },
    async settled() {
      await starting
      for (;;) {
        for (const work of all) work.loop.wake()
        while (!all.every((work) => work.idle && work.loop.resting)) await sleep(2)
        if (await isSettled(db, Object.keys(options.jobs), errands !== undefined)) return
        await sleep(5)
      }
    },
    drain: drainOnce,
    [Symbol.asyncDispose]: () => drainOnce(0),
  }

  function drainOnce(ms: number): Promise<void> {
    draining ??= drain(ms)
    return draining
  }

  async function begin(): Promise<AsyncDisposable | undefined> {
    await untilItWorks(() => enlist(db, slot))
    const listener = await options.listen?.(onMessage)
    if (draining) return listener
    for (const work of all) work.loop.start()
    every(EXTEND_EVERY_MS, async () => {
      await Promise.all(all.map((work) => work.extendLeases()))
    })
    every(WATCH_EVERY_MS, async () => {
      const freed = await watch.look()
      if (freed === 0) return
      log.warn('A worker died; {freed} leases that it held were freed.', { freed })
      instruments.leasesFreed?.(freed)
      for (const work of all) work.loop.wake()
    })
    every(SWEEP_EVERY_MS, () => sweep(db, log))
    for (const chore of options.chores ?? []) every(CHORES_EVERY_MS, chore)
    return listener
  }

  function onMessage(payload: string): void {
    if (payload === 'errand') errands?.loop.wake()
    if (payload === 'job' || payload === 'lane' || payload === 'delivery') works[payload].loop.wake()
  }

  /** One at a time; what fails is tried at the next turn. */
  function every(ms: number, chore: () => Promise<void>): void {
    let busy = false
    const timer = setInterval(async () => {
      if (busy) return
      busy = true
      try {
        await chore()
      } catch (error) {
        log.debug('A chore of the queue failed: {error}', { error })
      }
      busy = false
    }, ms)
    chores.push(timer)
  }

  async function drain(ms: number): Promise<void> {
    const deadline = performance.now() + ms
    const listener = await starting
    await listener?.[Symbol.asyncDispose]()
    await Promise.all(all.map((work) => work.loop.stop()))
    try {
      await Promise.all(all.map((work) => work.finish(deadline)))
      for (const timer of chores.splice(0)) clearInterval(timer)
      await discharge(db, slot)
    } catch (error) {
      // The leases end by themselves; others see that this process is gone.
      log.warn('Not everything could be given back: {error}', { error })
    }
    for (const timer of chores) clearInterval(timer)
  }

  async function untilItWorks(work: () => Promise<void>): Promise<void> {
    while (!draining) {
      try {
        return await work()
      } catch (error) {
        log.warn('The queue cannot be reached yet: {error}', { error })
        await sleep(1000)
      }
    }
  }
}
