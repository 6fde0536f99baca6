import type { Clock } from '../../base/clock.ts'
import type { Db } from '../../db/connect.ts'
import { findAllowed } from './entry-find.ts'
import { domainsAbove, findDomainBlocks } from './find.ts'

/** Tells at once whether we have any contact with a host: asked at every door, in and out. */
export interface DomainGate {
  /**
   * true for a suspended domain and everything below it, with or without a port; and, where contact is only with some,
   * for whatever is not among them
   */
  blocks(host: string): boolean
  /** the first of it alone: what is asked for that is no federation, like the pages that people link */
  suspends(host: string): boolean
  /** reads the list anew: at the start, and when another process says that it has changed */
  refresh(): Promise<void>
}

/** The channel on which a change of the domain blocks is told. */
export const DOMAINS_CHANNEL = 'domains'

/** Should a notification be missed, the list is this old at most once somebody asks. */
const OLDEST_MS = 60_000

/**
 * Holds the suspended domains in memory, thousands at most; a list that cannot be read anew goes on to hold.
 * @param only contact is with those alone that were allowed, and with ourselves, by these hosts
 */
export function createDomainGate(db: Db, clock: Clock, only?: readonly string[]): DomainGate {
  let suspended: ReadonlySet<string> = new Set()
  let allowed: ReadonlySet<string> = new Set(only)
  let readAt = Number.NEGATIVE_INFINITY
  let reading: Promise<void> | undefined

  async function read(): Promise<void> {
    const blocks = await findDomainBlocks(db)
    suspended = new Set(blocks.filter(({ severity }) => severity === 'suspend').map(({ domain }) => domain))
    if (only) allowed = new Set([...only, ...(await findAllowed(db))])
  }

  function refresh(): Promise<void> {
    readAt = clock.now().getTime()
    // One that failed keeps the next from nothing.
    const started = (reading ?? Promise.resolve()).catch(() => undefined).then(read)
    reading = started
    return started
  }

  function suspends(host: string): boolean {
    if (clock.now().getTime() - readAt > OLDEST_MS) void refresh().catch(() => undefined)
    return suspended.size > 0 && domainsAbove(host).some((domain) => suspended.has(domain))
  }

  return {
    blocks: only
      ? (host) => suspends(host) || !domainsAbove(host).some((domain) => allowed.has(domain))
      : suspends,
    suspends,
    refresh,
  }
}
