import { LRUCache } from 'lru-cache'
import { createBatches } from '../../base/batches.ts'
import { Refusal } from '../../base/refusal.ts'
import { Transient } from '../../base/transient.ts'
import { type Crawl, findCrawl } from '../../domain/crawls/find.ts'
import { abandonHost, type Finished, finishErrands } from '../../domain/crawls/round.ts'
import { crawlLimits } from '../../domain/crawls/rules.ts'
import { type Found, keepFound } from '../../domain/posts/found.ts'
import type { World } from '../../domain/world.ts'
import type { Errand, ErrandHandler, ErrandOutcome } from '../../jobs/outcomes.ts'
import { readList } from './list.ts'
import { readPost } from './post.ts'
import { readOutbox, readTotal } from './profile.ts'
import { type CrawlParts, nothing, type Read, type Reading } from './reading.ts'
import { createTrust } from './trust.ts'

type Reader = (reading: Reading) => Promise<Read>

const readers: Readonly<Record<string, Reader>> = {
  post: readPost,
  replies: readList,
  context: readList,
  outbox: readOutbox,
  total: readTotal,
}

/** How long a host is left alone after its first, second … failure in a row. */
const HOST_RESTS_SECONDS = [15, 60, 300]
/** What many find at the same time is written together. */
const BATCHES = { everyMs: 8, most: 100 }
/** How far a round has come may be known so late. */
const CRAWL_HELD_MS = 1000
const LATER_SECONDS = [30, 120, 600]
const LONGEST_WAIT_SECONDS = 3600

/**
 * Does what threads and profiles are to be asked for. What another server says for good, and what cannot be believed,
 * ends an errand; what may change puts it off, alone or with all else that its host is to be asked for.
 */
export function createCrawler(parts: CrawlParts): ErrandHandler {
  const { world, log } = parts
  const trust = createTrust()
  const keep = createBatches((found: readonly Found[]) => keepFound(world, found), BATCHES)
  const finish = createBatches((done: readonly Finished[]) => finishErrands(world, done), BATCHES)
  const crawls = new LRUCache<string, Crawl>({ max: 1000, ttl: CRAWL_HELD_MS })

  async function crawlOf({ subject, round }: Errand): Promise<Crawl | undefined> {
    const held = crawls.get(subject)
    if (held?.round === round) return held
    const crawl = await findCrawl(world.db, subject)
    if (crawl) crawls.set(subject, crawl)
    return crawl
  }

  return async (errand) => {
    const crawl = await crawlOf(errand)
    const round = `${errand.subject}/${errand.round}`
    const isOver = crawl === undefined || crawl.round !== errand.round
    if (isOver || errand.attempts >= crawlLimits.attempts) {
      await finish({ errand, outcome: nothing })
      return { result: 'done', requests: 0 }
    }
    if (!trust.mayAsk(round, errand.host)) {
      await abandonHost(world, errand.hostId, errand.subject)
      return { result: 'done', requests: 0 }
    }
    const reading: Reading = { ...parts, errand, crawl, trust, keep, requests: 1 }
    try {
      const read = (await readers[errand.kind]?.(reading)) ?? nothing
      trust.heard(round, errand.host, read.belongs)
      await finish({ errand, outcome: read })
      return { result: 'done', requests: reading.requests }
    } catch (error) {
      if (error instanceof Refusal) {
        trust.heard(round, errand.host, false)
        await finish({ errand, outcome: nothing })
        return { result: 'done', requests: reading.requests }
      }
      if (!(error instanceof Transient)) throw error
      log.debug('{url} is not to be had now: {error}', { url: errand.url, error })
      return putOff(world, reading, error)
    }
  }
}

async function putOff(world: World, { errand, requests }: Reading, error: Transient): Promise<ErrandOutcome> {
  const { retryAfterSeconds } = error
  if (retryAfterSeconds !== undefined && retryAfterSeconds <= LONGEST_WAIT_SECONDS) {
    return { result: 'host-failed', requests, seconds: Math.max(retryAfterSeconds, 1) }
  }
  // It answered, only not this.
  if (error.cause === undefined && retryAfterSeconds === undefined) {
    return { result: 'later', requests, seconds: LATER_SECONDS[errand.attempts] ?? LONGEST_WAIT_SECONDS }
  }
  const seconds = HOST_RESTS_SECONDS[errand.hostFailures]
  if (seconds !== undefined) return { result: 'host-failed', requests, seconds }
  await abandonHost(world, errand.hostId)
  return { result: 'host-failed', requests, seconds: LONGEST_WAIT_SECONDS }
}
