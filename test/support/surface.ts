import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Federation, MemoryKvStore } from '@fedify/fedify'
import express from 'express'
import { request } from 'undici'
import { expect, vi } from 'vitest'
import { silentLog } from '../../src/base/log.ts'
import { Secret } from '../../src/base/secret.ts'
import { listen } from '../../src/db/listen.ts'
import { findKey } from '../../src/domain/accounts/find.ts'
import { ensureInstanceAccount } from '../../src/domain/accounts/instance.ts'
import type { World } from '../../src/domain/world.ts'
import { activityPub } from '../../src/faces/activitypub/register.ts'
import { createDocuments, DOCUMENTS_CHANNEL, type Documents } from '../../src/faces/http/documents.ts'
import type { Reading } from '../../src/faces/http/fedify.ts'
import { createFederation } from '../../src/federation/create.ts'
import { createKeyring } from '../../src/federation/keys.ts'
import type { KeyFinder } from '../../src/federation/verify.ts'
import type { PeerKey } from './peer/keys.ts'
import { type SignOptions, signed } from './peer/signer.ts'

export const ACTIVITY = 'application/activity+json'

export interface Got {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
  readonly json: Record<string, unknown>
}

type Method = 'GET' | 'HEAD' | 'OPTIONS' | 'POST'

/** What other servers can read, behind a real HTTP server; a page stands in for what it leaves to others. */
export interface Surface extends AsyncDisposable {
  readonly documents: Documents
  readonly federation: Federation<Reading>
  readonly port: number
  /** how often Fedify was asked */
  reads(): number
  /** what happens once the next document is read, and before it is answered */
  whileReading(work: () => Promise<unknown>): void
  /** what was logged as an error: there should be none */
  readonly errors: string[]
  /** asks for ActivityPub unless the headers say otherwise */
  get(path: string, headers?: Record<string, string>, method?: Method): Promise<Got>
  /** does something that changes documents, and waits until this process has heard of it */
  afterDrop<T>(work: () => Promise<T>): Promise<T>
  /** the same as `get`, signed */
  getSigned(path: string, key: PeerKey, options?: SignOptions): Promise<Got>
}

export interface SurfaceOptions {
  readonly authorizedFetch?: boolean
  readonly blocks?: (host: string) => boolean
  readonly keys?: KeyFinder
  /** false when the server's own actor is not to be made first */
  readonly instance?: boolean
}

export async function startSurface(
  world: World,
  databaseUrl: string,
  options: SurfaceOptions = {},
): Promise<Surface> {
  const { db, uris, clock } = world
  if (options.instance !== false) await ensureInstanceAccount(world)
  const errors: string[] = []
  const documents = createDocuments({ origin: uris.origin, handleHost: uris.handleHost })
  const drops = { heard: 0 }
  const listener = await listen(databaseUrl, [DOCUMENTS_CHANNEL], (_channel, payload) => {
    documents.hear(payload)
    drops.heard += 1
  })
  const federation = createFederation<Reading>({
    origin: uris.origin,
    handleHost: uris.handleHost,
    kv: new MemoryKvStore(),
    fetcher: { json: (url) => Promise.reject(new Error(`nothing may be fetched: ${url}`)) },
  })
  let reads = 0
  const fetch = federation.fetch.bind(federation)
  let afterRead = async () => undefined as unknown
  federation.fetch = async (...parameters) => {
    reads += 1
    const response = await fetch(...parameters)
    const work = afterRead
    afterRead = async () => undefined
    await work()
    return response
  }
  const app = express()
  app.disable('x-powered-by')
  app.use(documents.handler)
  app.use(
    activityPub({
      db,
      uris,
      clock,
      documents,
      federation,
      keyring: createKeyring(new Secret('a secret of the tests, long enough'), uris),
      keys: options.keys ?? { find: (uri) => findKey(db, uri), refetch: async () => undefined },
      blocks: options.blocks ?? (() => false),
      authorizedFetch: options.authorizedFetch ?? false,
      software: { version: '0.1.0', openRegistrations: false },
      log: { ...silentLog, error: (message, more) => errors.push(`${message} ${String(more?.error)}`) },
    }),
  )
  app.use((_req, res) => void res.status(200).type('html').send('<p>page</p>'))

  const server = createServer(app)
  // Longer than any test, so that no kept connection closes while the next request is on its way.
  server.keepAliveTimeout = 120_000
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const host = new URL(uris.origin).host

  async function get(path: string, headers: Record<string, string> = {}, method: Method = 'GET') {
    const response = await request(`http://127.0.0.1:${port}${path}`, {
      method,
      headers: { host, accept: ACTIVITY, ...headers },
    })
    const text = await response.body.text()
    return {
      status: response.statusCode,
      headers: response.headers,
      text,
      get json() {
        return JSON.parse(text) as Record<string, unknown>
      },
    }
  }

  return {
    documents,
    federation,
    port,
    reads: () => reads,
    whileReading(work) {
      afterRead = work
    },
    errors,
    get,
    async afterDrop(work) {
      const before = drops.heard
      const result = await work()
      await vi.waitFor(() => expect(drops.heard).toBeGreaterThan(before))
      return result
    },
    getSigned(path, key, signing = {}) {
      const outgoing = {
        method: 'GET',
        url: uris.origin + path,
        headers: { accept: ACTIVITY },
        body: undefined,
      }
      return get(path, signed(outgoing, key, { date: clock.now(), ...signing }).headers)
    },
    async [Symbol.asyncDispose]() {
      await listener[Symbol.asyncDispose]()
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
