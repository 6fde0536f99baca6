import type { RequestListener } from 'node:http'
import express from 'express'
import { createBatches } from './base/batches.ts'
import type { Db } from './db/connect.ts'
import { listen } from './db/listen.ts'
import { knownAmong, presenceOf } from './domain/accounts/find.ts'
import { ownerSetupToken } from './domain/accounts/setup.ts'
import { EventHub } from './domain/events/hub.ts'
import type { ClientReader } from './domain/grants/ensure-client.ts'
import { GRANTS_CHANNEL } from './domain/grants/news.ts'
import { DOMAINS_CHANNEL } from './domain/moderation/gate.ts'
import { createIpGate, IPS_CHANNEL } from './domain/moderation/ip-gate.ts'
import { inboxRoute } from './faces/activitypub/inbox/route.ts'
import { openPrograms } from './faces/http/cors.ts'
import { createDocuments, DOCUMENTS_CHANNEL, type Documents } from './faces/http/documents.ts'
import { answerErrors, asProblemAt } from './faces/http/errors.ts'
import { mayBeForSurface } from './faces/http/fedify.ts'
import { guardByIp } from './faces/http/ip-guard.ts'
import { loadedLater } from './faces/http/later.ts'
import { trustProxies } from './faces/http/limits.ts'
import { isMastodonPath } from './faces/mastodon/paths.ts'
import { mediaFiles } from './faces/media/files.ts'
import { isOAuthPath } from './faces/oauth/paths.ts'
import { pages } from './faces/pages/pages.ts'
import { siteOf } from './faces/pages/site.ts'
import { holdKeys } from './federation/known-keys.ts'
import { buildHouse, type House, type HouseParts } from './house.ts'
import { enqueue } from './jobs/enqueue.ts'
import { noteInbound } from './jobs/inbound.ts'
import { createIntake } from './jobs/seen.ts'
import { templatesOf } from './remote/intents.ts'
import type { FarHandle } from './remote/webfinger.ts'
import type { App, AppParts } from './server.ts'
import { VERSION } from './version.ts'
import { hasOwner } from './views/instance.ts'
import { clearShelf } from './views/shelf.ts'

/** Joins the faces to a house, and the workers of `workers.ts` once it answers. */
export async function createApp(parts: AppParts, outside?: HouseParts['outside']): Promise<App> {
  await using stack = new AsyncDisposableStack()
  const { config, log } = parts
  const house = stack.use(await buildHouse({ ...parts, ...(outside && { outside }) }))
  const documents = createDocuments(config)
  const ips = createIpGate(house.world.db, house.world.clock)
  await ips.refresh()
  stack.use(
    await listen(
      parts.databaseUrl,
      [DOCUMENTS_CHANNEL, DOMAINS_CHANNEL, GRANTS_CHANNEL, IPS_CHANNEL],
      (channel, payload) => {
        if (channel === DOCUMENTS_CHANNEL) documents.hear(payload)
        else if (channel === GRANTS_CHANNEL) house.bearers.hear(payload)
        else if (channel === IPS_CHANNEL) void readAnew(ips, log)
        else void readAnew(house.domains, log)
      },
      {
        log,
        onReconnect: () => {
          documents.clear()
          house.bearers.clear()
          clearShelf(house.world.db)
          void readAnew(house.domains, log)
          void readAnew(ips, log)
        },
      },
    ),
  )
  // For what is opened after the app is made.
  const late = stack.use(new AsyncDisposableStack())
  const draining = new AbortController()
  const answer = createHandler(parts, house, documents, late, draining.signal)
  const handler = Object.assign(guardByIp({ config, ips }, answer), answer)

  const open = stack.move()
  return {
    handler,
    letGo: () => draining.abort(),
    async startWorkers() {
      const { createWorkers } = await import('./workers.ts')
      const runner = late.use(createWorkers(parts, house))
      runner.start()
      return runner
    },
    async ownerLink() {
      if (await hasOwner(house.world.db)) return undefined
      return `${config.origin}/setup?token=${ownerSetupToken(config.secret.reveal())}`
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}

/** A list that cannot be read anew goes on to hold, and is read again when somebody asks. */
async function readAnew(gate: { refresh(): Promise<void> }, log: AppParts['log']): Promise<void> {
  await gate
    .refresh()
    .catch((error: unknown) => log.warn('What is blocked could not be read: {error}', { error }))
}

/**
 * The order is the promise: ready bytes before anything that costs, the inbox before Fedify, pages last.
 * Nothing stands before the documents, no logger, no headers, no parser, nor Express.
 */
function createHandler(
  parts: AppParts,
  house: House,
  documents: Documents,
  late: AsyncDisposableStack,
  draining: AbortSignal,
): RequestListener {
  const { config, db, log, instruments } = parts
  const { world } = house
  const { uris, clock } = world
  const clients = clientsOf(house)
  const shared = { hub: hubOf(parts, house, late), draining, late }
  const app = express()
  app.disable('x-powered-by')
  app.set('etag', false)
  app.set('query parser', 'simple')
  trustProxies(app, config.trustedProxies)
  app.use(openPrograms)
  app.use(
    inboxRoute({
      uris,
      clock,
      keys: house.directory.keys,
      log,
      instruments,
      intake: createIntake(db),
      rateLimits: config.rateLimits,
      isBlocked: house.domains.blocks,
      recipient: (id) => presenceOf(db, id),
      knows: actorsKnown(db),
      heardFrom: (host) => noteInbound(db, host),
      compare: (actorUri, sync) => enqueue(db, [{ kind: 'followers', payload: { ...sync, actorUri } }]),
    }),
  )
  app.use(mediaFiles({ ...house, config, log }))
  app.use(
    loadedLater(
      ({ path }) => path.startsWith('/ap/'),
      () => loadClients(parts, house, shared),
    ),
  )
  app.use(
    loadedLater(
      ({ path }) => isMastodonPath(path),
      () => loadMastodon(parts, house, shared),
      { soon: false },
    ),
  )
  app.use(
    loadedLater(
      ({ path }) => isOAuthPath(path),
      () => loadOAuth(parts, house, clients),
      { soon: false },
    ),
  )
  app.use(loadedLater(mayBeForSurface, () => loadSurface(parts, house, documents, late)))
  const outside = {
    find: house.lookUp,
    templatesOf: (handle: FarHandle) => templatesOf(house.fetcher, handle),
  }
  app.use(pages({ ...world, config, log, outside, clients }))
  app.use(answerErrors(log, asProblemAt(config.origin)))
  const listener: RequestListener = (req, res) => documents.handler(req, res, () => app(req, res))
  // For whoever wants to know which routes there are.
  return Object.assign(listener, { router: app.router })
}

/** The API for apps of people here is not needed for the first answers either. */
async function loadClients(
  { config, databaseUrl, log }: AppParts,
  house: House,
  { hub, ...shared }: Shared,
): Promise<express.RequestHandler> {
  const { clientRoutes } = await import('./faces/activitypub/clients.ts')
  const { blocks } = house.domains
  return clientRoutes({ ...house, ...shared, blocks, config, databaseUrl, log, hub: hub() })
}

/** The same for the API of Mastodon. */
async function loadMastodon(
  { config, databaseUrl, log }: AppParts,
  house: House,
  { hub, ...shared }: Shared,
): Promise<express.RequestHandler> {
  const { mastodonRoutes } = await import('./faces/mastodon/mastodon.ts')
  const { suspends } = house.domains
  const site = siteOf(house.world.db, config)
  return mastodonRoutes({ ...house, ...shared, suspends, config, databaseUrl, log, site, hub: hub() })
}

/** What the APIs have in common for as long as the app is open. */
interface Shared {
  readonly hub: () => EventHub
  readonly draining: AbortSignal
  readonly late: AsyncDisposableStack
}

/** One for both APIs, opened by the first that needs it. */
function hubOf({ databaseUrl, log }: AppParts, { world }: House, late: AsyncDisposableStack): () => EventHub {
  let hub: EventHub | undefined
  return () => {
    hub ??= late.use(new EventHub({ world, databaseUrl, log }))
    return hub
  }
}

/** Nor is the authorization server. */
async function loadOAuth(
  { config, log }: AppParts,
  { world, bearers }: House,
  clients: ClientReader,
): Promise<express.RequestHandler> {
  const { oauthRoutes } = await import('./faces/oauth/oauth.ts')
  return oauthRoutes({ world, config, log, bearers, clients })
}

/** One reader of what apps publish about themselves, for all faces, and loaded when there is the first to read. */
function clientsOf({ dispatcher, world: { uris, clock } }: House): ClientReader {
  let made: Promise<ClientReader> | undefined
  const get = () => {
    made ??= import('./remote/client-documents.ts').then(({ createClientReader }) =>
      createClientReader({ dispatcher, uris, clock }),
    )
    return made
  }
  return {
    read: async (address) => (await get()).read(address),
    keys: async (...args) => (await get()).keys(...args),
  }
}

/** Fedify is a third of all that is loaded; a start and the pages need not wait for it. */
async function loadSurface(
  { config, db, databaseUrl, log, meterProvider }: AppParts,
  house: House,
  documents: Documents,
  late: AsyncDisposableStack,
): Promise<express.RequestHandler> {
  const [{ createSurface }, { openCacheStore }] = await Promise.all([
    import('./faces/activitypub/surface.ts'),
    import('./federation/store.ts'),
  ])
  const { uris, clock } = house.world
  return createSurface(
    {
      db,
      uris,
      clock,
      documents,
      keyring: house.keyring,
      keys: holdKeys(house.directory.keys, clock),
      blocks: house.domains.blocks,
      authorizedFetch: config.authorizedFetch,
      rateLimits: config.rateLimits,
      software: { version: VERSION, openRegistrations: config.registration === 'open' },
      log,
    },
    {
      origin: config.origin,
      handleHost: config.handleHost,
      kv: late.use(openCacheStore(databaseUrl)),
      fetcher: house.fetcher,
      ...(meterProvider && { meterProvider }),
    },
  )
}

/** Deletes of accounts come in storms; who is known is asked for many of them at once. */
function actorsKnown(db: Db): (actorUri: string) => Promise<boolean> {
  return createBatches(
    async (uris: readonly string[]) => {
      const known = await knownAmong(db, uris)
      return uris.map((uri) => known.has(uri))
    },
    { everyMs: 0, most: 200 },
  )
}
