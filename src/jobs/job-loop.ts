import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '../base/log.ts'
import type { Db } from '../db/connect.ts'
import type { Instruments, WorkResult } from './instruments.ts'
import {
  type ClaimedJob,
  claimJobs,
  countJobTry,
  extendJobs,
  freeJobs,
  type JobNote,
  releaseJobs,
  saveJob,
  settleJobs,
} from './job-rows.ts'
import type { JobKind } from './kinds.ts'
import { createLoop } from './loop.ts'
import type { JobHandler } from './outcomes.ts'
import { createSettler } from './settle.ts'
import { withTimeLimit } from './time-limit.ts'
import { createClaiming, failureFrom, type Work } from './work.ts'

export interface JobOptions {
  readonly db: Db
  readonly slot: number
  readonly handlers: Readonly<Record<JobKind, JobHandler>>
  readonly log: Log
  readonly instruments: Instruments
  /** of one kind; so that what waits for other servers never holds up what does not */
  readonly atOnce: number
  readonly attempts: number
  readonly timeLimitMs: number
  /** kinds that take more than others, and so fewer are done side by side, for longer */
  readonly heavy?: Readonly<Partial<Record<JobKind, HeavyLimits>>>
}

export interface HeavyLimits {
  readonly atOnce: number
  readonly timeLimitMs: number
}

const SETTLE_EVERY_MS = 10
const MOST_UNSETTLED = 1000
/** A job that might kill us has mostly done so by then, and the next may begin. */
const SUSPENSE_MS = 1000

/**
 * Does the jobs that stand in no lane, up to `atOnce` of each kind side by side. A kind that has no handler here was
 * made by a newer version: it waits for one.
 */
export function createJobWork(options: JobOptions): Work {
  const { db, slot, log, instruments, atOnce, attempts: limit, timeLimitMs } = options
  const handlers = new Map<string, JobHandler>(Object.entries(options.handlers))
  const heavy = new Map<string, HeavyLimits>(Object.entries(options.heavy ?? {}))
  const places = new Map([...handlers.keys()].map((kind) => [kind, heavy.get(kind)?.atOnce ?? atOnce]))
  /** Claiming for fewer free places than this costs more than it brings, as long as others are at work. */
  const worthClaiming = Math.ceil(atOnce / 4)
  const running = new Map<string, ClaimedJob>()
  const notBegun = new Set<ClaimedJob>()
  /** jobs that may have killed a worker: they run one after the other, counted before each run */
  let suspects: Promise<unknown> = Promise.resolve()
  /** the last look left jobs behind, as far as can be known: nobody tells of them again */
  let moreWait = true
  let stopping = false
  let givesUp = false
  const loop = createLoop('jobs', log, claimMore)
  const settler = createSettler<JobNote>({
    everyMs: SETTLE_EVERY_MS,
    async write(notes) {
      const { lost, next } = await settleJobs(db, notes)
      if (lost > 0) instruments.leasesLost?.(lost)
      if (next) loop.wake()
    },
    log,
    givesUp: () => givesUp,
  })
  const claiming = createClaiming(settler, () => freeJobs(db, slot, [...running.keys()]))

  return {
    loop,
    get idle() {
      return running.size === 0 && settler.idle
    },
    async extendLeases() {
      if (running.size > 0) await extendJobs(db, [...running.values()])
    },
    async finish(deadline) {
      stopping = true
      while (begun() > 0 && performance.now() < deadline) await new Promise((go) => setTimeout(go, 5))
      givesUp = true
      await settler.written()
      if (running.size > 0) await releaseJobs(db, [...running.values()])
    },
  }

  function begun(): number {
    return running.size - notBegun.size
  }

  async function claimMore(): Promise<boolean> {
    const free = new Map([...places].filter(([, left]) => left > 0))
    moreWait = true
    if (stopping || free.size === 0 || settler.waiting > MOST_UNSETTLED) return false
    const jobs = await claiming(() => claimJobs(db, slot, free))
    moreWait = isFilled(jobs, free)
    for (const job of jobs) {
      // The lease of one that is still running was lost, and claimed anew by ourselves: it is let be, and ends again.
      if (running.has(job.id)) continue
      running.set(job.id, job)
      places.set(job.kind, (places.get(job.kind) ?? 0) - 1)
      if (job.tries > 1) {
        notBegun.add(job)
        suspects = suspects.then(() => Promise.race([runSuspect(job), sleep(SUSPENSE_MS)]))
      } else void run(job, job.attempts + 1)
    }
    return moreWait && jobs.length > 0
  }

  async function runSuspect(job: ClaimedJob): Promise<void> {
    // What is not begun stays with `finish`, which gives it back.
    if (stopping) return
    notBegun.delete(job)
    try {
      const tries = await countJobTry(db, job)
      if (tries === undefined) return end(job)
      if (tries <= limit) return await run(job, tries)
      settler.add({
        note: 'dead',
        job,
        attempts: tries,
        reason: 'the server stopped each time while doing it',
      })
    } catch (error) {
      // It is still leased, and comes back when the lease ends.
      log.warn('Job {id} cannot be counted: {error}', { id: job.id, error })
    }
    end(job)
  }

  /** Never throws. @param attempts how many tries there were, should this one fail */
  async function run(job: ClaimedJob, attempts: number): Promise<void> {
    const began = performance.now()
    const note = await noteAfter(job, attempts)
    const seconds = (performance.now() - began) / 1000
    const result: WorkResult = note.note === 'retry' ? 'retried' : note.note
    instruments.job?.(job.kind, result, seconds)
    settler.add(note)
    end(job)
  }

  async function noteAfter(job: ClaimedJob, attempts: number): Promise<JobNote> {
    try {
      await withTimeLimit(heavy.get(job.kind)?.timeLimitMs ?? timeLimitMs, async (signal) => {
        const save = (payload: unknown) => saveJob(db, job, payload)
        await handlers.get(job.kind)?.(JSON.parse(job.payload), signal, save)
      })
      return { note: 'done', job }
    } catch (error) {
      const failure = failureFrom(error, attempts)
      const { kind, id } = job
      log.warn('Job {id} ({kind}) failed: {error}', { id, kind, attempts, error })
      if (failure.fails === 'for-good') return { note: 'done', job }
      const { reason, seconds } = failure
      return attempts >= limit
        ? { note: 'dead', job, attempts, reason }
        : { note: 'retry', job, attempts, seconds }
    }
  }

  /** Whether there may have been more jobs of a kind than there were places for; a heavy one is looked for when one ends. */
  function isFilled(jobs: readonly ClaimedJob[], free: ReadonlyMap<string, number>): boolean {
    const taken = Map.groupBy(jobs, ({ kind }) => kind)
    return [...places.keys()].some(
      (kind) => !heavy.has(kind) && (taken.get(kind)?.length ?? 0) >= (free.get(kind) ?? 0),
    )
  }

  function end(job: ClaimedJob): void {
    running.delete(job.id)
    const left = (places.get(job.kind) ?? 0) + 1
    places.set(job.kind, left)
    if (heavy.has(job.kind) || (moreWait && (left >= worthClaiming || running.size === 0))) loop.wake()
  }
}
