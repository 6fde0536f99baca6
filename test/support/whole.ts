import http, { type IncomingHttpHeaders } from 'node:http'
import { setImmediate as turn } from 'node:timers/promises'
import type { Express } from 'express'
import { createApp } from '../../src/app.ts'
import { silentInstruments } from '../../src/base/instruments.ts'
import { silentLog } from '../../src/base/log.ts'
import { readConfig } from '../../src/config.ts'
import { createHealth } from '../../src/faces/http/health.ts'
import { listenHttp } from '../../src/faces/http/listener.ts'
import type { Runner } from '../../src/jobs/runner.ts'
import { type TestDatabase, testDatabase } from './database.ts'
import { type Peer, startPeer } from './peer.ts'
import { PUBLIC_ADDRESS } from './remote.ts'
import { ORIGIN, testWorld } from './world.ts'

export interface Reply {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
  readonly ms: number
}

export interface Ask {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  readonly body?: string | Buffer
}

/**
 * The whole server as `https://weft.test`, in this process: real app, real listener, real workers, real database; and
 * a peer over TLS that plays every other server, at addresses that pretend to be public.
 */
export async function startWhole(hosts: readonly string[] = [], env: Readonly<Record<string, string>> = {}) {
  const database: TestDatabase = await testDatabase()
  const { world, clock } = testWorld(database.db)
  clock.set(new Date())
  const reach: Record<string, string> = {}
  const peer: Peer = await startPeer({ tls: true, reach })
  for (const host of hosts) peer.resolvesTo(host, [PUBLIC_ADDRESS])
  const errors: string[] = []
  const log = {
    ...silentLog,
    warn: (message: string, more?: Record<string, unknown>) => errors.push(`${message} ${told(more)}`),
    error: (message: string, more?: Record<string, unknown>) => errors.push(`${message} ${told(more)}`),
  }
  const config = readConfig({
    WEFT_ORIGIN: ORIGIN,
    WEFT_SECRET: 'a secret of the tests, long enough',
    WEFT_RATE_LIMITS: 'off',
    DATABASE_URL: database.url,
    // What is installed on a machine changes no test that does not ask for it.
    WEFT_FFMPEG: 'off',
    ...env,
  })
  const app = await createApp(
    {
      config,
      db: database.db,
      workerDb: database.db,
      queueDb: database.db,
      databaseUrl: database.url,
      slot: 1,
      log,
      instruments: silentInstruments,
      meterProvider: undefined,
    },
    { ca: peer.ca, pretend: peer.pretend },
  )
  const server = await listenHttp({
    host: '127.0.0.1',
    port: 0,
    handler: app.handler,
    health: createHealth({}),
    log,
  })
  const base = `http://127.0.0.1:${server.port}`
  reach['weft.test'] = base
  const runner = (await app.startWorkers()) as Runner
  const agent = new http.Agent({ keepAlive: true, maxSockets: 32 })

  return {
    ...database,
    world,
    clock,
    peer,
    config,
    port: server.port,
    express: app.handler as Express,
    /** warnings and errors that were logged */
    errors,
    /** Asks under our own name, the path as it is: nothing is made canonical on the way. */
    ask: (path: string, ask: Ask = {}) => send(agent, server.port, path, ask),
    /** waits until no work is due any more */
    settled: () => runner.settled(),
    async [Symbol.asyncDispose]() {
      await runner.drain(5_000)
      agent.destroy()
      await server.close(0)
      await app[Symbol.asyncDispose]()
      await peer.stop()
      await database[Symbol.asyncDispose]()
    },
  }
}

export type Whole = Awaited<ReturnType<typeof startWhole>>

function told(more: Record<string, unknown> | undefined): string {
  return Object.values(more ?? {})
    .map(String)
    .join(' ')
}

async function send(agent: http.Agent, port: number, path: string, ask: Ask): Promise<Reply> {
  await turn()
  const began = performance.now()
  const { promise, resolve, reject } = Promise.withResolvers<Reply>()
  const body = ask.body === undefined ? undefined : Buffer.from(ask.body)
  const request = http.request(
    {
      agent,
      host: '127.0.0.1',
      port,
      path,
      method: ask.method ?? 'GET',
      setHost: false,
      headers: {
        host: new URL(ORIGIN).host,
        ...(body && { 'content-length': String(body.length) }),
        ...(ask.headers as Record<string, string>),
      },
    },
    (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text: Buffer.concat(chunks).toString(),
          ms: performance.now() - began,
        }),
      )
    },
  )
  request.on('error', reject)
  request.end(body)
  return promise
}
