import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { type Log, silentLog } from '../base/log.ts'

export interface SessionOptions {
  readonly url: string
  readonly applicationName: string
  /** Run on every new connection; what it throws fails the opening, and is tried again after that. */
  readonly prepare: (client: pg.Client) => Promise<void>
  readonly log?: Log
}

const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 2_000
const HEARTBEAT_MS = 30_000
const HEARTBEAT_PATIENCE_MS = 10_000

/**
 * A direct connection that is kept for what belongs to a session: LISTEN and advisory locks. It is made anew when it
 * breaks, soon and then every two seconds or so, not by all processes at the same moment. A connection that is open
 * but dead is found by its heartbeat.
 */
export async function openSession(options: SessionOptions): Promise<AsyncDisposable> {
  const log = options.log ?? silentLog
  const closing = new AbortController()
  let current = await connectOnce(options)
  const watching = watch()
  return {
    async [Symbol.asyncDispose]() {
      closing.abort()
      await current.client.end().catch(() => undefined)
      await watching
    },
  }

  async function watch(): Promise<void> {
    for (;;) {
      await current.lost
      if (closing.signal.aborted) return
      log.warn('The connection {name} was lost; making it anew.', { name: options.applicationName })
      await reconnect()
      if (closing.signal.aborted) return
    }
  }

  async function reconnect(): Promise<void> {
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      await sleep(pause * (0.5 + Math.random()), undefined, { signal: closing.signal }).catch(() => undefined)
      if (closing.signal.aborted) return
      try {
        current = await connectOnce(options)
        if (closing.signal.aborted) await current.client.end()
        return
      } catch (error) {
        log.debug('The connection {name} cannot be made yet.', {
          name: options.applicationName,
          error,
        })
      }
    }
  }
}

async function connectOnce(options: SessionOptions): Promise<{ client: pg.Client; lost: Promise<void> }> {
  const client = new pg.Client({
    connectionString: options.url,
    application_name: options.applicationName,
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
  })
  const lost = new Promise<void>((gone) => {
    client.on('error', () => gone())
    client.on('end', () => gone())
  })
  try {
    await client.connect()
    await options.prepare(client)
  } catch (error) {
    await client.end().catch(() => undefined)
    throw error
  }
  const stop = beat(client)
  return { client, lost: lost.then(stop) }
}

/** Asks for a sign of life now and then; without one, the connection is cut, which ends it for its watcher too. */
function beat(client: pg.Client): () => void {
  const timer = setInterval(() => {
    const query = { text: 'SELECT 1', query_timeout: HEARTBEAT_PATIENCE_MS }
    client.query(query).catch(() => client.end())
  }, HEARTBEAT_MS)
  timer.unref()
  return () => clearInterval(timer)
}
