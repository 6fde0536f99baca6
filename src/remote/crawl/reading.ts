import type { Batched } from '../../base/batches.ts'
import type { Log } from '../../base/log.ts'
import type { Crawl } from '../../domain/crawls/find.ts'
import type { Outcome } from '../../domain/crawls/round.ts'
import type { Found } from '../../domain/posts/found.ts'
import type { ReceiveOutcome } from '../../domain/posts/receive.ts'
import type { World } from '../../domain/world.ts'
import type { Errand } from '../../jobs/outcomes.ts'
import type { Fetcher } from '../fetch.ts'
import type { Trust } from './trust.ts'

export interface CrawlParts {
  readonly world: World
  readonly fetcher: Fetcher
  readonly log: Log
}

/** What the readers of addresses work with, for one errand. */
export interface Reading extends CrawlParts {
  readonly errand: Errand
  readonly crawl: Crawl
  readonly trust: Trust
  /** many readings at once write together */
  readonly keep: Batched<Found, ReceiveOutcome>
  /** what the host was asked so far */
  requests: number
}

/** What an address led to; `belongs` is whether anything of what the round is about was there. */
export interface Read extends Outcome {
  readonly belongs: boolean
}

export const nothing: Read = { next: [], found: 0, belongs: false }
