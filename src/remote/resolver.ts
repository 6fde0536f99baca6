import { promises as dns } from 'node:dns'
import { readFile, stat } from 'node:fs/promises'
import { isIP } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { LRUCache } from 'lru-cache'

/** Finds the addresses of a name. */
export interface NameResolver {
  /**
   * All addresses, IPv4 first; empty when the name has none.
   * @throws Error with `code` ENOTFOUND or ETIMEOUT, within 3 s
   */
  resolve(name: string): Promise<readonly string[]>
}

export interface ResolverOptions {
  /** `address:port` of name servers instead of the system's */
  readonly servers?: readonly string[]
  /** `/etc/hosts` unless told */
  readonly hostsFile?: string
}

const TIMEOUT_MS = 3000
/** How long the other family may lag behind the first answer (RFC 8305, section 3). */
const RESOLUTION_DELAY_MS = 50
const SHORTEST_TTL_MS = 10_000
const LONGEST_TTL_MS = 300_000
const FAILURE_TTL_MS = 30_000
const NAMES = 5000
const HOSTS_FILE_LOOK_MS = 10_000
const RENEW_MS = 10_000

interface Found {
  readonly addresses: readonly string[]
  readonly ttlMs: number
}

/**
 * Resolves by c-ares: getaddrinfo occupies a thread of libuv's pool for as long as a name hangs, and a few such names
 * stall every other look-up. Answers, failures too, are remembered for as long as they allow, between 10 s and 5 min.
 */
export function createResolver(options: ResolverOptions = {}): NameResolver {
  const known = new LRUCache<string, Promise<readonly string[]>>({ max: NAMES })
  const hosts = createHostsFile(options.hostsFile ?? '/etc/hosts')
  const ask = createAsker(options.servers)

  const resolveAnew = async (name: string) => {
    const listed = await hosts(name)
    if (listed !== undefined) return { addresses: listed, ttlMs: SHORTEST_TTL_MS }
    // RFC 6761, section 6.3: these are here, and no name server is asked.
    if (/(?:^|\.)localhost$/.test(name)) return { addresses: ['127.0.0.1', '::1'], ttlMs: LONGEST_TTL_MS }
    return ask(name)
  }

  return {
    resolve(text) {
      const name = text.toLowerCase().replace(/\.$/, '')
      const earlier = known.get(name)
      if (earlier) return earlier
      const answer = resolveAnew(name).then(
        (found) => {
          known.set(name, answer, { ttl: Math.min(Math.max(found.ttlMs, SHORTEST_TTL_MS), LONGEST_TTL_MS) })
          return found.addresses
        },
        (error: unknown) => {
          known.set(name, answer, { ttl: FAILURE_TTL_MS })
          throw error
        },
      )
      known.set(name, answer, { ttl: TIMEOUT_MS * 2 })
      return answer
    },
  }
}

function createAsker(servers: readonly string[] | undefined): (name: string) => Promise<Found> {
  let resolver = makeResolver(servers)
  let madeAt = Date.now()
  return async (name) => {
    try {
      return await askBoth(resolver, name)
    } catch (error) {
      // The network may have changed under us, and c-ares reads resolv.conf only once.
      if (codeOf(error) !== 'ENOTFOUND' && Date.now() - madeAt > RENEW_MS) {
        resolver = makeResolver(servers)
        madeAt = Date.now()
      }
      throw error
    }
  }
}

function makeResolver(servers: readonly string[] | undefined): dns.Resolver {
  const resolver = new dns.Resolver({ timeout: 1000, tries: 2 })
  if (servers !== undefined) resolver.setServers(servers)
  return resolver
}

async function askBoth(resolver: dns.Resolver, name: string): Promise<Found> {
  const v4 = resolver.resolve4(name, { ttl: true })
  const v6 = resolver.resolve6(name, { ttl: true })
  await within(TIMEOUT_MS, name, Promise.any([v4, v6]).catch(firstReason))
  const records = (await Promise.all([orEmpty(v4), orEmpty(v6)])).flat()
  return {
    addresses: records.map((record) => record.address),
    ttlMs: Math.min(...records.map((record) => record.ttl * 1000)),
  }
}

type Records = readonly { address: string; ttl: number }[]

/** The other family's answer, if it is here or comes in a moment. */
function orEmpty(query: Promise<Records>): Promise<Records> {
  const none: Records = []
  return Promise.race([query.catch(() => none), sleep(RESOLUTION_DELAY_MS, none, { ref: false })])
}

/** Of two failures, the one that says more: a time-out might have been an address. */
function firstReason(error: unknown): never {
  const reasons: unknown[] = error instanceof AggregateError ? error.errors : [error]
  throw reasons.find((reason) => !isNoSuchName(reason)) ?? notFound(reasons[0])
}

function isNoSuchName(error: unknown): boolean {
  return ['ENOTFOUND', 'ENODATA', 'EBADNAME'].includes(codeOf(error))
}

function notFound(cause: unknown): Error {
  return Object.assign(new Error('no such name', { cause }), { code: 'ENOTFOUND' })
}

function within<T>(ms: number, name: string, promise: Promise<T>): Promise<T> {
  const late = sleep(ms, undefined, { ref: false }).then(() => {
    throw Object.assign(new Error(`no answer about ${name} within ${ms} ms`), { code: 'ETIMEOUT' })
  })
  return Promise.race([promise, late])
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}

/** The system's list of names, read again when it changed. */
function createHostsFile(path: string): (name: string) => Promise<readonly string[] | undefined> {
  let names: Promise<Map<string, string[]>> | undefined
  let looked = 0
  let changed = -1
  const look = async (before: Promise<Map<string, string[]>> | undefined) => {
    const mtime = await stat(path).then(
      (stats) => stats.mtimeMs,
      () => 0,
    )
    if (before !== undefined && mtime === changed) return before
    changed = mtime
    return namesIn(await readFile(path, 'utf8').catch(() => ''))
  }
  return async (name) => {
    if (names === undefined || Date.now() - looked > HOSTS_FILE_LOOK_MS) {
      looked = Date.now()
      names = look(names)
    }
    return (await names).get(name)
  }
}

function namesIn(text: string): Map<string, string[]> {
  const names = new Map<string, string[]>()
  for (const line of text.split('\n')) {
    const [address = '', ...aliases] = line.replace(/#.*/, '').trim().split(/\s+/)
    if (isIP(address) === 0) continue
    for (const alias of aliases) {
      const name = alias.toLowerCase()
      names.set(name, [...(names.get(name) ?? []), address])
    }
  }
  return names
}
