import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Db } from '../../src/db/connect.ts'
import { enqueue } from '../../src/jobs/enqueue.ts'
import {
  type ClaimedJob,
  claimJobs,
  freeJobs,
  type JobNote,
  releaseJobs,
  settleJobs,
} from '../../src/jobs/job-rows.ts'
import {
  type ClaimedItem,
  type ClaimedLane,
  claimLanes,
  inboxLanes,
  settleLanes,
} from '../../src/jobs/lane-jobs.ts'
import { createIntake, type Intake } from '../../src/jobs/seen.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'
import { count, letTimePass } from './support.ts'

let database: TestDatabase
let db: Db
beforeAll(async () => {
  database = await testDatabase()
  db = database.db
})
afterAll(() => database[Symbol.asyncDispose]())

/**
 * Workers that claim, work, put off, give back, crash, and come back after their leases ended, in any order; and
 * a clock that jumps. What the real workers do between is the same: in order within a lane, passing over what is held
 * back.
 */
type Step =
  | { readonly do: 'accept'; readonly host: number; readonly actor: number; readonly id: number }
  | { readonly do: 'claim'; readonly worker: number; readonly lanes: number; readonly items: number }
  | { readonly do: 'work'; readonly worker: number; readonly outcome: 'done' | 'retry' }
  | { readonly do: 'give back'; readonly worker: number }
  | { readonly do: 'crash'; readonly worker: number }
  | { readonly do: 'time'; readonly seconds: number }

const worker = fc.nat(2)
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('accept' as const),
      host: fc.nat(1),
      actor: fc.nat(1),
      id: fc.nat(9),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('claim' as const),
      worker,
      lanes: fc.integer({ min: 1, max: 2 }),
      items: fc.integer({ min: 1, max: 3 }),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('work' as const),
      worker,
      outcome: fc.constantFrom('done' as const, 'done' as const, 'retry' as const),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('give back' as const), worker }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('crash' as const), worker }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('time' as const), seconds: fc.constantFrom(20, 90, 4000) }),
  },
)

interface Holding {
  readonly lane: ClaimedLane
  readonly todo: ClaimedItem[]
  readonly blocked: Set<string>
}

/** The queue as it should be, beside the queue as it is. */
class Model {
  readonly intake: Intake
  readonly workers: Holding[][] = [[], [], []]
  readonly accepted = new Map<string, number>()
  /** who may believe that a lane is theirs alone */
  readonly holders = new Map<number, number>()
  /** in the order in which each was done for the first time */
  readonly done: string[] = []

  constructor() {
    this.intake = createIntake(db)
  }

  async accept(host: number, actor: number, id: number): Promise<void> {
    const body = `${host}/${actor}/${id}`
    const item = { actor: `${host}/${actor}`, activityId: String(id), host: `h${host}.test`, body }
    expect(await this.intake.accept(item)).toBe(this.accepted.has(body) ? 'seen' : 'new')
    if (!this.accepted.has(body)) this.accepted.set(body, this.accepted.size)
  }

  async claim(who: number, lanes: number, items: number): Promise<number> {
    const claimed = await claimLanes(db, who, lanes, items)
    for (const lane of claimed) {
      expect(this.holders.has(lane.lane), `lane ${lane.lane} has two holders`).toBe(false)
      this.holders.set(lane.lane, who)
      this.workers[who]?.push({ lane, todo: [...lane.items], blocked: new Set() })
    }
    return claimed.length
  }

  async work(who: number, outcome: 'done' | 'retry'): Promise<void> {
    const holding = this.workers[who]?.find((one) => one.todo.length > 0)
    const item = holding?.todo.shift()
    if (!holding || !item || holding.blocked.has(item.subject)) return
    // After three failures an item holds back nothing any more, so the order is promised only up to there.
    if (outcome === 'retry' && item.attempts < 3) {
      holding.blocked.add(item.subject)
      await settleLanes(db, [{ note: 'retry', item, attempts: item.attempts + 1, seconds: 600 }])
    } else {
      if (!this.done.includes(item.body)) this.done.push(item.body)
      await settleLanes(db, [{ note: 'done', item }])
    }
  }

  async giveBack(who: number): Promise<void> {
    const held = this.workers[who]?.splice(0) ?? []
    await settleLanes(
      db,
      held.map(({ lane }) => ({ note: 'over', lane }) as const),
    )
    this.forget(who)
  }

  async crash(who: number): Promise<void> {
    this.workers[who] = []
    await inboxLanes.free(db, who)
    this.forget(who)
  }

  async time(seconds: number): Promise<void> {
    await letTimePass(db, `${seconds} seconds`)
    // Twenty seconds three times may end a lease; from then on nobody is sure of anything.
    this.holders.clear()
  }

  /** Everybody lives again, and time goes by until nothing is left. */
  async finish(): Promise<void> {
    for (const who of [0, 1, 2]) await this.crash(who)
    for (let round = 0; (await count(db, 'lane_job')) > 0; round++) {
      expect(round, 'something is never done').toBeLessThan(100)
      await letTimePass(db, '1 hour')
      this.holders.clear()
      await this.claim(0, 10, 100)
      while (this.workers[0]?.some((one) => one.todo.length > 0)) await this.work(0, 'done')
      await this.giveBack(0)
    }
  }

  private forget(who: number): void {
    for (const [lane, holder] of this.holders) if (holder === who) this.holders.delete(lane)
  }
}

test('R-026: nothing is lost, no lane has two holders, an actor’s order is kept, doubles are one', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 80, size: 'max' }), async (steps) => {
      await sql`TRUNCATE lane_job, lane_queue, inbox_seen_a, inbox_seen_b`.execute(db)
      const model = new Model()
      for (const one of steps) {
        if (one.do === 'accept') await model.accept(one.host, one.actor, one.id)
        else if (one.do === 'claim') await model.claim(one.worker, one.lanes, one.items)
        else if (one.do === 'work') await model.work(one.worker, one.outcome)
        else if (one.do === 'give back') await model.giveBack(one.worker)
        else if (one.do === 'crash') await model.crash(one.worker)
        else await model.time(one.seconds)
      }
      // A lane with work in it is always due sometime, without the help of any sweep.
      expect(await inboxLanes.sweep(db)).toBe(0)
      await model.finish()
      expect(new Set(model.done)).toEqual(new Set(model.accepted.keys()))
      expect(inOrder(model)).toEqual([])
    }),
    { numRuns: 30 },
  )
}, 60_000)

/** Items that were done before an earlier one of their actor. */
function inOrder({ done, accepted }: Model): string[] {
  const last = new Map<string, number>()
  return done.filter((body) => {
    const actor = body.slice(0, body.lastIndexOf('/'))
    const n = accepted.get(body) ?? -1
    const early = n < (last.get(actor) ?? -1)
    last.set(actor, Math.max(n, last.get(actor) ?? -1))
    return early
  })
}

type JobStep =
  | { readonly do: 'enqueue' }
  | { readonly do: 'claim'; readonly worker: number; readonly jobs: number }
  | { readonly do: 'end'; readonly worker: number; readonly how: 'done' | 'retry' | 'release' }
  | { readonly do: 'crash'; readonly worker: number }
  | { readonly do: 'time'; readonly seconds: number }

const jobStep: fc.Arbitrary<JobStep> = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ do: 'enqueue' as const }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('claim' as const), worker, jobs: fc.integer({ min: 1, max: 3 }) }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('end' as const),
      worker,
      how: fc.constantFrom('done' as const, 'retry' as const, 'release' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('crash' as const), worker }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('time' as const), seconds: fc.constantFrom(20, 90, 4000) }),
  },
)

test('R-026: a job is never lost, and a lease has one holder: who lost it changes nothing', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(jobStep, { minLength: 5, maxLength: 80, size: 'max' }), async (steps) => {
      await sql`TRUNCATE job`.execute(db)
      const held: ClaimedJob[][] = [[], [], []]
      const holders = new Map<string, string>()
      const done = new Set<string>()
      let made = 0
      const end = async (job: ClaimedJob, how: 'done' | 'retry' | 'release') => {
        const ours = holders.get(job.id) === job.lease
        if (how === 'release') await releaseJobs(db, [job])
        else {
          const note: JobNote =
            how === 'done' ? { note: 'done', job } : { note: 'retry', job, attempts: 1, seconds: 600 }
          const { lost } = await settleJobs(db, [note])
          if (ours) expect(lost).toBe(0)
          if (how === 'done' && lost === 0) done.add(job.payload)
        }
        if (ours) holders.delete(job.id)
      }
      const claim = async (who: number, jobs: number) => {
        for (const job of await claimJobs(db, who, new Map([['deliver', jobs]]))) {
          expect(holders.has(job.id), `job ${job.id} has two holders`).toBe(false)
          expect(done.has(job.payload), `job ${job.id} came back`).toBe(false)
          holders.set(job.id, job.lease)
          held[who]?.push(job)
        }
      }
      for (const one of steps) {
        if (one.do === 'enqueue') await enqueue(db, [{ kind: 'deliver', payload: made++ }])
        else if (one.do === 'claim') await claim(one.worker, one.jobs)
        else if (one.do === 'end') {
          const job = held[one.worker]?.shift()
          if (job) await end(job, one.how)
        } else if (one.do === 'crash') {
          for (const job of held[one.worker]?.splice(0) ?? []) {
            if (holders.get(job.id) === job.lease) holders.delete(job.id)
          }
          await freeJobs(db, one.worker)
        } else {
          await letTimePass(db, `${one.seconds} seconds`)
          if (one.seconds > 60) holders.clear()
          else await sql`UPDATE job SET leased_until = leased_until + interval '20 seconds'`.execute(db)
        }
      }
      holders.clear()
      for (const jobs of held) jobs.splice(0)
      await letTimePass(db, '2 hours')
      await claim(0, 1000)
      for (const job of held[0]?.splice(0) ?? []) await end(job, 'done')
      expect(done.size).toBe(made)
      expect(await count(db, 'job')).toBe(0)
    }),
    { numRuns: 30 },
  )
}, 60_000)
