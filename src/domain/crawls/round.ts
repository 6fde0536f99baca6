import { type Tx, transact } from '../../db/transact.ts'
import {
  dropErrandsAt,
  dropErrandsOf,
  hostsOf,
  type NewErrand,
  putErrands,
  takeErrands,
} from '../../jobs/errands.ts'
import type { Errand } from '../../jobs/outcomes.ts'
import type { World } from '../world.ts'
import type { Crawl } from './find.ts'
import { crawlLimits } from './rules.ts'
import { advanceRound, beginRound, type CrawlTarget, claimAddresses, lockCrawl, lockRound } from './store.ts'

/** What one errand led to. */
export interface Outcome {
  readonly next: readonly NewErrand[]
  readonly found: number
  /** of a profile: where its older posts go on, or null where they end */
  readonly nextUrl?: string | null
}

/**
 * Begins a round: everything that an earlier one still waited for is dropped.
 * @param isDue judges the crawl as it is found, under lock: two who look at once begin one round
 * @returns false when it is not due
 */
export async function startRound(
  world: World,
  target: CrawlTarget,
  first: readonly NewErrand[],
  isDue: (crawl: Crawl) => boolean,
): Promise<boolean> {
  const hosts = await hostsOf(
    world.db,
    first.map(({ url }) => url),
  )
  return transact(world.db, async (tx) => {
    const now = world.clock.now()
    const known = await lockCrawl(tx, target, now)
    if (!isDue(known)) return false
    await dropErrandsOf(tx, known.id)
    const crawl = await beginRound(tx, known, now)
    const asked = await put(tx, crawl, first, hosts)
    await advanceRound(tx, crawl, { waiting: asked, asked, found: 0 }, now)
    return true
  })
}

export interface Finished {
  readonly errand: Errand
  readonly outcome: Outcome
}

/**
 * Errands are done: they go out of their lanes, and what follows from them into others, at once or not at all. Whatever
 * their round has asked for before, and what is beyond its limits, is left out; of what somebody else has done meanwhile,
 * nothing counts twice.
 */
export async function finishErrands(world: World, done: readonly Finished[]): Promise<null[]> {
  const hosts = await hostsOf(
    world.db,
    done.flatMap(({ outcome }) => outcome.next.map(({ url }) => url)),
  )
  const crawls = [...new Set(done.map(({ errand }) => errand.subject))].sort()
  await transact(world.db, async (tx) => {
    for (const id of crawls) {
      const theirs = done.filter(({ errand }) => errand.subject === id)
      // The crawl before its errands, as everybody locks them.
      const crawl = await lockRound(tx, id)
      const taken = await takeErrands(
        tx,
        theirs.map(({ errand }) => errand),
      )
      const counted = theirs.filter(({ errand }) => taken.has(errand.id) && errand.round === crawl?.round)
      if (crawl && counted.length > 0) await advance(world, tx, crawl, counted, hosts)
    }
  })
  return done.map(() => null)
}

async function advance(
  world: World,
  tx: Tx,
  crawl: Crawl,
  done: readonly Finished[],
  hosts: ReadonlyMap<string, number>,
): Promise<void> {
  const outcomes = done.map(({ outcome }) => outcome)
  const asked = await put(
    tx,
    crawl,
    outcomes.flatMap(({ next }) => next),
    hosts,
  )
  const found = outcomes.reduce((sum, outcome) => sum + outcome.found, 0)
  const nextUrl = outcomes.find((outcome) => outcome.nextUrl !== undefined)?.nextUrl
  const progress = { waiting: asked - done.length, asked, found }
  await advanceRound(
    tx,
    crawl,
    nextUrl === undefined ? progress : { ...progress, nextUrl },
    world.clock.now(),
  )
}

/**
 * A host does not answer, or has nothing to say to one crawl: what it was to be asked for is given up, until somebody
 * looks again.
 */
export async function abandonHost(world: World, hostId: number, crawlId?: string): Promise<void> {
  await transact(world.db, async (tx) => {
    if (crawlId !== undefined) await lockRound(tx, crawlId)
    for (const { subject, count } of await dropErrandsAt(tx, hostId, crawlId)) {
      const crawl = await lockRound(tx, subject)
      if (crawl) await advanceRound(tx, crawl, { waiting: -count, asked: 0, found: 0 }, world.clock.now())
    }
  })
}

async function put(
  tx: Tx,
  crawl: Crawl,
  errands: readonly NewErrand[],
  hosts: ReadonlyMap<string, number>,
): Promise<number> {
  const room = Math.max(crawlLimits.requests - crawl.asked, 0)
  const wanted = [...new Map(errands.map((errand) => [errand.url, errand])).values()].slice(0, room)
  const fresh = await claimAddresses(
    tx,
    crawl.id,
    wanted.map(({ url }) => url),
  )
  const due = wanted.filter(({ url }) => fresh.has(url))
  await putErrands(tx, crawl, due, hosts)
  return due.length
}
