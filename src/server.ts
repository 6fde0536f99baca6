import type { RequestListener } from 'node:http'
import type { MeterProvider } from '@opentelemetry/api'
import { type Instruments, silentInstruments } from './base/instruments.ts'
import type { Log } from './base/log.ts'
import type { Config } from './config.ts'
import { connect, type Db, type DbOptions } from './db/connect.ts'
import { type Embedded, startEmbedded } from './db/embedded.ts'
import { migrate, pendingMigrations } from './db/migrate.ts'
import { ready } from './db/ready.ts'
import { takeSlot } from './db/slot.ts'
import { createHealth, type Health } from './faces/http/health.ts'
import { listenHttp, listenLoopback } from './faces/http/listener.ts'
import { observeQueue } from './faces/http/queue-metrics.ts'
import { queuePlans } from './jobs/plans.ts'

/** What the app is made of. It closes none of it: whoever opened it does. */
export interface AppParts {
  readonly config: Config
  /** for requests */
  readonly db: Db
  /** for the work that the queue hands out, so that neither starves the other */
  readonly workerDb: Db
  /** for the queue itself, which is planned in its own way */
  readonly queueDb: Db
  /** for connections of one's own: `listen` */
  readonly databaseUrl: string
  /** this process among those on the database */
  readonly slot: number
  readonly log: Log
  readonly instruments: Instruments
  /** for Fedify's instruments; undefined when nobody looks */
  readonly meterProvider: MeterProvider | undefined
}

/** What the process needs of the app; `app.ts` makes it. */
export interface App extends AsyncDisposable {
  readonly handler: RequestListener
  /** Begins to work in the background. What that takes is loaded only now, so that the first answer need not wait. */
  startWorkers(): Promise<Workers>
  /** Ends what would stay open by itself, such as streams, so that a stop need not wait for it. */
  letGo(): void
  /** the link that makes the owner, while there is none */
  ownerLink(): Promise<string | undefined>
}

export interface Workers {
  /** Claims no more, finishes what is at work within this time, and gives the rest back. */
  drain(ms: number): Promise<void>
}

export type CreateApp = (parts: AppParts) => Promise<App>

export interface Server {
  readonly ownerLink: string | undefined
  /** Stops in order, and within `patienceMs`: what is at work is finished, what is not is left for the next start. */
  drain(patienceMs: number): Promise<void>
}

const WEB_CONNECTIONS = 8
const WORKER_CONNECTIONS = 4
const QUEUE_CONNECTIONS = 4

export interface ServerOptions {
  readonly config: Config
  readonly log: Log
  /** Loads what the server consists of; called when the database has begun to start, so that both go on together. */
  readonly loadApp: () => Promise<CreateApp>
  /** the process cannot go on and has to be started anew */
  readonly onBroken: (reason: Error) => void
}

/**
 * Brings up everything that this process is: the database and its migrations, the app, its listener and its workers,
 * as the role says.
 * @throws StartError; what was already up is down again then
 */
export async function startServer(options: ServerOptions): Promise<Server> {
  const { config, log } = options
  await using stack = new AsyncDisposableStack()

  const loadApp = once(options.loadApp)
  const databaseUrl = config.databaseUrl ?? (await openEmbedded(stack, config, log, loadApp)).url
  void loadApp()
  const db = openPool(stack, databaseUrl, 'weft web', WEB_CONNECTIONS, { namesOften: true })
  const workerDb = openPool(stack, databaseUrl, 'weft worker', WORKER_CONNECTIONS, { namesOften: true })
  const queueDb = openPool(stack, databaseUrl, 'weft queue', QUEUE_CONNECTIONS, { settings: queuePlans })
  await ready(db, log)
  const migrated = await migrate(db)
  if (migrated.length > 0) log.info('The database was brought up to date.', { migrations: migrated })

  const slot = stack.use(
    await takeSlot(databaseUrl, {
      log,
      onLost: () =>
        options.onBroken(new Error('Another process took over this one’s place on the database.')),
    }),
  )
  const health = createHealth(checks(db))
  const { instruments, meterProvider } = await openMetrics(stack, config, log, health)
  observeQueue(instruments, db)
  const createApp = await loadApp()
  const app = stack.use(
    await createApp({
      config,
      db,
      workerDb,
      queueDb,
      databaseUrl,
      slot: slot.slot,
      log,
      instruments,
      meterProvider,
    }),
  )
  const ownerLink = await app.ownerLink()
  const http =
    config.role === 'worker' ? undefined : await listenHttp({ ...config, handler: app.handler, health, log })
  const workers = config.role === 'web' ? undefined : await app.startWorkers()

  const open = stack.move()
  return {
    ownerLink,
    async drain(patienceMs) {
      health.drain()
      app.letGo()
      await Promise.all([http?.close(patienceMs), workers?.drain(patienceMs)])
      await open.disposeAsync()
    },
  }
}

async function openEmbedded(
  stack: AsyncDisposableStack,
  config: Config,
  log: Log,
  meanwhile: () => void,
): Promise<Embedded> {
  return stack.adopt(await startEmbedded(config.dataDir, log, { meanwhile }), (embedded) => embedded.stop())
}

/** The first call begins it, and each gets what it comes to. Its failure is for whoever waits for it. */
function once<T>(begin: () => Promise<T>): () => Promise<T> {
  let begun: Promise<T> | undefined
  return () => {
    if (!begun) {
      begun = begin()
      begun.catch(() => undefined)
    }
    return begun
  }
}

function openPool(
  stack: AsyncDisposableStack,
  url: string,
  applicationName: string,
  maxConnections: number,
  more: Pick<DbOptions, 'settings' | 'namesOften'> = {},
): Db {
  return stack.adopt(connect({ url, applicationName, maxConnections, ...more }), (db) => db.destroy())
}

async function openMetrics(stack: AsyncDisposableStack, config: Config, log: Log, health: Health) {
  if (config.metricsPort === undefined) return { instruments: silentInstruments, meterProvider: undefined }
  const { createMetrics } = await import('./faces/http/metrics.ts')
  const metrics = stack.use(createMetrics(log))
  const listener = await listenLoopback(config.metricsPort, (request, response) => {
    if (health.answer(request, response, 'operator')) return
    if (request.url === '/metrics') metrics.answer(request, response)
    else response.writeHead(404).end()
  })
  stack.defer(() => listener.close(0))
  return metrics
}

function checks(db: Db) {
  return {
    database: async () => {
      const pending = await pendingMigrations(db)
      return pending.length === 0 ? undefined : `lacks migrations: ${pending.join(', ')}`
    },
  }
}
