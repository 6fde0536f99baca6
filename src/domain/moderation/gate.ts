import type { Clock } from '../../base/clock.ts'
import type { Db } from '../../db/connect.ts'
import { domainsAbove, findDomainBlocks } from './find.ts'

/** Tells at once whether we have any contact with a host: asked at every door, in and out. */
export interface DomainGate {
  /** true for a suspended domain and everything below it, with or without a port */
  blocks(host: string): boolean
  /** reads the list anew: at the start, and when another process says that it has changed */
  refresh(): Promise<void>
}

/** The channel on which a change of the domain blocks is told. */
export const DOMAINS_CHANNEL = 'domains'

/** Should a notification be missed, the list is this old at most once somebody asks. */
const OLDEST_MS = 60_000

/** Holds the suspended domains in memory, thousands at most; a list that cannot be read anew goes on to hold. */
export function createDomainGate(db: Db, clock: Clock): DomainGate {
  let suspended: ReadonlySet<string> = new Set()
  let readAt = Number.NEGATIVE_INFINITY
  let reading: Promise<void> | undefined

  async function read(): Promise<void> {
    const blocks = await findDomainBlocks(db)
    suspended = new Set(blocks.filter(({ severity }) => severity === 'suspend').map(({ domain }) => domain))
  }

  function refresh(): Promise<void> {
    readAt = clock.now().getTime()
    const started = (reading ?? Promise.resolve()).then(read)
    reading = started
    return started
  }

  return {
    blocks(host) {
      if (clock.now().getTime() - readAt > OLDEST_MS) void refresh().catch(() => undefined)
      return suspended.size > 0 && domainsAbove(host).some((domain) => suspended.has(domain))
    },
    refresh,
  }
}
