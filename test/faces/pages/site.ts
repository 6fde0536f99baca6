import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { createIds } from '../../../src/base/ids.ts'
import type { Log } from '../../../src/base/log.ts'
import { Secret } from '../../../src/base/secret.ts'
import { createUris } from '../../../src/base/uris.ts'
import type { Config } from '../../../src/config.ts'
import type { Db } from '../../../src/db/connect.ts'
import { findAccountByHandle, findAccountByUri } from '../../../src/domain/accounts/find.ts'
import { registerAccount } from '../../../src/domain/accounts/register.ts'
import { createBearers } from '../../../src/domain/grants/bearers.ts'
import type { ClientReader } from '../../../src/domain/grants/ensure-client.ts'
import { defaultLimits, type World } from '../../../src/domain/world.ts'
import { createEffects } from '../../../src/effects/handlers.ts'
import { trustProxies } from '../../../src/faces/http/limits.ts'
import { mediaFiles } from '../../../src/faces/media/files.ts'
import { noClients } from '../../../src/faces/pages/authorize.ts'
import type { Outside } from '../../../src/faces/pages/outside.ts'
import { pages } from '../../../src/faces/pages/pages.ts'
import { createKeyring } from '../../../src/federation/keys.ts'
import { createSeal } from '../../../src/federation/seal.ts'
import type { Storage } from '../../../src/media/storage.ts'
import { movableClock } from '../../support/clock.ts'

export const SECRET = 'a secret of the tests, long enough'
export const PASSWORD = 'seven small boats at dawn'

export interface SiteOptions {
  readonly db: Db
  /** `https` pretends that a TLS proxy stands in front */
  readonly origin?: string
  /** true: known as localhost, for a browser that lets names alone have passkeys */
  readonly named?: boolean
  readonly rateLimits?: boolean
  readonly trustedProxies?: readonly string[]
  readonly registration?: Config['registration']
  /** true: letters can be sent, and addresses have to be confirmed */
  readonly mail?: boolean
  readonly outside?: Outside
  /** what apps publish about themselves; nothing, unless told */
  readonly clients?: ClientReader
  /** where files of ours are; without it none are served */
  readonly storage?: Storage
}

let sites = 0

/** The pages behind a real HTTP server on loopback. */
export async function startSite(options: SiteOptions) {
  const app = express()
  app.set('etag', false)
  const server = createServer(app).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const origin = options.origin ?? (options.named ? url.replace('127.0.0.1', 'localhost') : url)
  const handleHost = new URL(origin).host
  const clock = movableClock(new Date('2026-11-20T12:00:00.000Z'))
  const uris = createUris(origin, handleHost)
  const secret = new Secret(SECRET)
  const parts = { clock, uris, ids: createIds(clock, sites++ % 64), limits: { ...defaultLimits } }
  const keyring = createKeyring(secret, uris)
  const world: World = {
    ...parts,
    db: options.db,
    effects: createEffects({ ...parts, seal: createSeal({ keyring, clock }) }),
    keyring,
    directory: {
      find: (handle) => findAccountByHandle(options.db, handle),
      findByUri: (uri) => findAccountByUri(options.db, uri),
    },
  }
  const logged: { message: string; properties: Record<string, unknown> | undefined }[] = []
  const note = (message: string, properties?: Record<string, unknown>) => {
    logged.push({ message, properties })
  }
  const log: Log = { debug: note, info: note, warn: note, error: note }
  const trustedProxies = options.trustedProxies ?? []
  trustProxies(app, trustedProxies)
  const config = {
    origin,
    handleHost,
    secret,
    rateLimits: options.rateLimits ?? false,
    trustedProxies,
    registration: options.registration ?? ('invite' as const),
    ...(options.mail && { mail: {} }),
  }
  const outside = { find: async () => undefined, templatesOf: async () => new Map<string, string>() }
  if (options.storage) {
    const { storage } = options
    const bearers = createBearers(world)
    app.use(mediaFiles({ world, config: config as unknown as Config, bearers, storage, log }))
  }
  app.use(
    pages({
      ...world,
      config,
      log,
      outside: options.outside ?? outside,
      clients: options.clients ?? noClients,
    }),
  )
  return {
    url,
    origin,
    world,
    clock,
    logged,
    visitor: (headers?: Record<string, string>) => createVisitor(url, headers),
    person: (name: string, more: { displayName?: string; role?: 'owner' | 'admin' | 'user' } = {}) =>
      registerAccount(world, { name, password: PASSWORD, ...more }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

export type Site = Awaited<ReturnType<typeof startSite>>

export interface Seen {
  readonly status: number
  readonly headers: Headers
  readonly body: string
}

/** A browser without scripts: keeps cookies, follows nothing by itself, and fills in forms. */
export function createVisitor(
  url: string,
  always: Record<string, string> = {},
  send: (url: string, init: RequestInit) => Promise<Response> = fetch,
) {
  const cookies = new Map<string, string>()
  const ask = async (path: string, init: RequestInit = {}): Promise<Seen> => {
    const headers = new Headers({ accept: 'text/html', ...always })
    for (const [name, value] of new Headers(init.headers)) headers.set(name, value)
    if (cookies.size > 0)
      headers.set('cookie', [...cookies].map(([name, value]) => `${name}=${value}`).join('; '))
    const response = await send(url + path, { ...init, headers, redirect: 'manual' })
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (/max-age=0/i.test(line)) cookies.delete(name)
      else cookies.set(name, value)
    }
    return { status: response.status, headers: response.headers, body: await response.text() }
  }
  return {
    cookies,
    get: (path: string, headers: Record<string, string> = {}) => ask(path, { headers }),
    head: (path: string) => ask(path, { method: 'HEAD' }),
    post: (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
      ask(path, { method: 'POST', body: new URLSearchParams(fields), headers }),
    /** Loads the page and sends the form on it that goes to `action`, as a browser would. */
    async send(
      page: string,
      action: string,
      fields: Record<string, string>,
      headers: Record<string, string> = {},
    ) {
      const { body } = await ask(page)
      return ask(action, {
        method: 'POST',
        body: new URLSearchParams({ ...hiddenFields(body, action), ...fields }),
        headers: { 'sec-fetch-site': 'same-origin', ...headers },
      })
    },
    async signIn(name: string, password: string = PASSWORD) {
      return this.send('/sign-in', '/sign-in', { login: name, password })
    },
  }
}

/** The hidden fields of the form that goes to `action`. */
export function hiddenFields(body: string, action: string): Record<string, string> {
  const form = body.split('<form ').find((piece) => piece.includes(`action="${action}"`)) ?? ''
  const fields =
    form.split('</form>')[0]?.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g) ?? []
  return Object.fromEntries([...fields].map(([, name, value]) => [name, value]))
}
