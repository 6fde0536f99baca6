import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '../base/log.ts'
import { StartError } from '../base/start-error.ts'
import { type Hold, holdServer, isNotNow } from './embedded-hold.ts'
import {
  ensureCluster,
  findPostmaster,
  lastWords,
  type Place,
  startServer,
  stopServer,
} from './embedded-server.ts'
import { prepareBinaries } from './postgres-binaries.ts'
import { choosePostgresUser } from './postgres-user.ts'

/** A running embedded PostgreSQL that this process uses, alone or beside others. */
export interface Embedded {
  /** a connection string for `connect`, over a private socket */
  readonly url: string
  /** Lets go of it; the last process to do so stops the server. */
  stop(): Promise<void>
}

export interface EmbeddedOptions {
  /** false only for data that may be lost with the machine, such as tests' */
  readonly fsync?: boolean
  readonly maxConnections?: number
  /** false: go on as where user namespaces are forbidden */
  readonly namespaces?: boolean
  /** Called once, while the server starts or as soon as it is seen to run: there is time for something else. */
  readonly meanwhile?: () => void
}

const PATIENCE_MS = 20_000
const RECOVERY_PATIENCE_MS = 600_000

/**
 * Starts the PostgreSQL that belongs to a data folder, or joins the one that runs there already: another process's, or
 * one that a crash left behind. Makes the database on the first start. A server that dies is started again.
 * @throws StartError with one sentence that says what the operator can do
 */
export async function startEmbedded(
  dataDir: string,
  log: Log,
  options: EmbeddedOptions = {},
): Promise<Embedded> {
  const place = await findPlace(resolve(dataDir), options)
  const stopping = new AbortController()
  let hold = await takeHold(place, stopping.signal, options.meanwhile)
  const watch = keepHold()
  return {
    url: hold.url,
    async stop() {
      stopping.abort()
      await watch
      if (await hold.releaseAsLast()) await stopServer(place)
      await hold.close()
    },
  }

  async function keepHold(): Promise<void> {
    const stopped = new Promise<void>((done) => {
      stopping.signal.addEventListener('abort', () => done(), { once: true })
    })
    while (!stopping.signal.aborted) {
      await Promise.race([hold.lost, stopped])
      if (stopping.signal.aborted) return
      log.warn('The embedded PostgreSQL went away; waiting for it, or starting it again.')
      await hold.close()
      // Whoever restarts it on purpose goes first.
      await Promise.race([sleep(1_000), stopped])
      try {
        hold = await takeHold(place, stopping.signal)
      } catch (error) {
        if (stopping.signal.aborted) return
        log.error('The embedded PostgreSQL does not start.', { error })
        await Promise.race([sleep(5_000), stopped])
      }
    }
  }
}

async function findPlace(dataDir: string, options: EmbeddedOptions): Promise<Place> {
  const home = join(dataDir, 'postgres')
  const user = await choosePostgresUser(options.namespaces ?? true)
  await user.own(home)
  return {
    home,
    cluster: join(home, 'cluster'),
    logFile: join(home, 'server.log'),
    user,
    binaries: await prepareBinaries(home),
    fsync: options.fsync ?? true,
    maxConnections: options.maxConnections ?? 200,
  }
}

/** Joins the running server, or starts it. Recovery after a crash may take minutes, and is waited for. */
async function takeHold(place: Place, signal: AbortSignal, meanwhile = () => {}): Promise<Hold> {
  await ensureCluster(place)
  const began = Date.now()
  let startedAt: number | undefined
  for (let look = 0; ; look++) {
    signal.throwIfAborted()
    const postmaster = await findPostmaster(place.cluster)
    if (postmaster?.socketFolder !== undefined) {
      const hold = await holdServer(postmaster.socketFolder).catch((error) => {
        if (!isNotNow(error)) throw error
      })
      if (hold !== undefined) return hold
    } else if (postmaster === undefined && startedAt === undefined) {
      startedAt = Date.now()
      await startServer(place)
    }
    if (look === 0) meanwhile()
    const waited = Date.now() - (startedAt ?? began)
    if (waited > (postmaster === undefined ? PATIENCE_MS : RECOVERY_PATIENCE_MS)) {
      throw new StartError(
        `PostgreSQL did not start; the last words in ${place.logFile} are: ${await lastWords(place)}`,
      )
    }
    await sleep(10)
  }
}
