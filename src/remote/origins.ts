import { Client } from 'undici'
import { type ConnectorOptions, createConnector } from './connector.ts'

export interface Origins {
  readonly size: number
  /** a connection to that origin, counted as in use until it is released */
  take(origin: string): { client: Client; release: () => void }
  /** one that is nobody else's, and closed when it is released */
  takeAlone(origin: string): { client: Client; release: () => void }
  close(): Promise<unknown>
  destroy(error: Error | null): Promise<unknown>
}

interface Line {
  readonly client: Client
  inUse: number
}

/** One connection per host, up to four for one that is busy: undici's pool for each host costs some 60 kB more. */
const CONNECTIONS = 4
const KEEP_ALIVE_MS = 45_000

/**
 * The connections by origin. Beyond `max` the least recently used origins are closed, but never one with a request
 * under way.
 */
export function createOrigins(options: ConnectorOptions, max: number): Origins {
  const connect = createConnector(options)
  // A Map in order of use: reading an entry moves it to the end.
  const known = new Map<string, Line[]>()
  const alone = new Set<Client>()
  const makeLine = (origin: string): Line => ({
    client: new Client(origin, {
      connect,
      pipelining: 1,
      keepAliveTimeout: KEEP_ALIVE_MS,
      keepAliveMaxTimeout: KEEP_ALIVE_MS,
      maxHeaderSize: 16_384,
      headersTimeout: 0,
      bodyTimeout: 0,
    }),
    inUse: 0,
  })

  return {
    get size() {
      return known.size
    },
    take(origin) {
      const lines = known.get(origin) ?? []
      const line = freeLine(lines, () => makeLine(origin))
      line.inUse += 1
      known.delete(origin)
      known.set(origin, lines)
      if (known.size > max) dropOldest(known, max)
      return {
        client: line.client,
        release() {
          line.inUse -= 1
        },
      }
    },
    takeAlone(origin) {
      const { client } = makeLine(origin)
      alone.add(client)
      return {
        client,
        release() {
          alone.delete(client)
          void client.destroy()
        },
      }
    },
    // What lasts would never end by itself.
    close: () =>
      Promise.all([
        ...takeAll(known).map((client) => client.close()),
        ...[...alone].map((client) => client.destroy()),
      ]),
    destroy: (error) => Promise.all([...takeAll(known), ...alone].map((client) => client.destroy(error))),
  }
}

function freeLine(lines: Line[], makeLine: () => Line): Line {
  const idle = lines.find((line) => line.inUse === 0)
  if (idle) return idle
  if (lines.length >= CONNECTIONS)
    return lines.reduce((best, line) => (line.inUse < best.inUse ? line : best))
  const fresh = makeLine()
  lines.push(fresh)
  return fresh
}

/** Looks at a bounded number of origins, oldest first, so that a burst to many hosts stays cheap. */
function dropOldest(known: Map<string, Line[]>, max: number): void {
  let looked = 0
  for (const [origin, lines] of known) {
    if (known.size <= max || ++looked > 64) return
    if (lines.some((line) => line.inUse > 0)) continue
    known.delete(origin)
    for (const { client } of lines) void client.close()
  }
}

function takeAll(known: Map<string, Line[]>): Client[] {
  const clients = [...known.values()].flatMap((lines) => lines.map((line) => line.client))
  known.clear()
  return clients
}
