import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, type Db } from '../../../src/db/connect.ts'
import { ensureCluster, findPostmaster, type Place, startServer } from '../../../src/db/embedded-server.ts'
import { migrate } from '../../../src/db/migrate.ts'
import { prepareBinaries } from '../../../src/db/postgres-binaries.ts'
import { choosePostgresUser } from '../../../src/db/postgres-user.ts'
import { asAdmin } from '../../support/postgres.ts'
import { eventually } from '../../support/weft.ts'

/** A PostgreSQL that a drill may treat as it likes; nothing brings it back but the drill. */
export interface Cluster extends AsyncDisposable {
  readonly db: Db
  readonly url: string
  /** pg_ctl restart -m immediate: as after a power cut. */
  restart(): Promise<void>
  /** The same, without coming back. */
  stop(): Promise<void>
  start(): Promise<void>
}

export async function startCluster(): Promise<Cluster> {
  const home = await mkdtemp(join(tmpdir(), 'weft-cluster-'))
  const user = await choosePostgresUser(true)
  await user.own(home)
  const place: Place = {
    home,
    cluster: join(home, 'cluster'),
    logFile: join(home, 'server.log'),
    user,
    binaries: await prepareBinaries(home),
    fsync: true,
    maxConnections: 100,
  }
  await ensureCluster(place)
  const server = await begin(place)
  await asAdmin(server, 'CREATE DATABASE weft')
  const url = server.replace('/postgres?', '/weft?')
  const db = connect({ url, maxConnections: 4, applicationName: 'weft test' })
  await migrate(db)

  const control = async (...args: string[]) => {
    await user.run(join(place.binaries.bin, 'pg_ctl'), [
      ...args,
      '-D',
      place.cluster,
      '-l',
      place.logFile,
      '-w',
      '-s',
    ])
  }
  return {
    db,
    url,
    restart: () => control('restart', '-m', 'immediate'),
    stop: () => control('stop', '-m', 'immediate'),
    start: () => control('start'),
    async [Symbol.asyncDispose]() {
      await db.destroy()
      await control('stop', '-m', 'immediate').catch(() => undefined)
      await rm(home, { recursive: true, force: true })
    },
  }
}

/** The address of its database `postgres`, when it answers. */
async function begin(place: Place): Promise<string> {
  await startServer(place)
  return eventually(async () => {
    const folder = (await findPostmaster(place.cluster))?.socketFolder
    if (folder === undefined) throw new Error('PostgreSQL has not started yet')
    const url = `postgres://weft@localhost/postgres?host=${encodeURIComponent(folder)}`
    await asAdmin(url, 'SELECT 1')
    return url
  }, 30_000)
}
