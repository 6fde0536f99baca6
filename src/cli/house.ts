import type { Log } from '../base/log.ts'
import { type Config, environment, readConfig } from '../config.ts'
import { connect, type Db } from '../db/connect.ts'
import { startEmbedded } from '../db/embedded.ts'
import { migrate } from '../db/migrate.ts'
import { ready } from '../db/ready.ts'
import { takeSlot } from '../db/slot.ts'
import type { LocalAccount } from '../domain/accounts/account.ts'
import { findLocalAccount } from '../domain/accounts/find.ts'
import { buildHouse, type House } from '../house.ts'
import { startLog } from '../log.ts'
import { UsageError } from './command.ts'

export interface OpenDatabase {
  readonly config: Config
  readonly db: Db
  readonly url: string
  readonly log: Log
}

const CONNECTIONS = 4

/** Opens the database that the settings name, beside a running server or alone, does the work and closes it again. */
export async function withDatabase<T>(work: (open: OpenDatabase) => Promise<T>): Promise<T> {
  const log = await startLog({
    level: 'error',
    pretty: process.stderr.isTTY ?? false,
    write: (line) => process.stderr.write(line),
  })
  const config = readConfig(environment())
  await using stack = new AsyncDisposableStack()
  const url =
    config.databaseUrl ??
    stack.adopt(await startEmbedded(config.dataDir, log), (embedded) => embedded.stop()).url
  const db = stack.adopt(
    connect({ url, applicationName: 'weft command', maxConnections: CONNECTIONS }),
    (open) => open.destroy(),
  )
  await ready(db, log)
  return await work({ config, db, url, log })
}

/** The same with everything that the domain asks for; brings the database up to date first. */
export async function withHouse<T>(
  work: (house: House, process: { readonly slot: number; readonly log: Log }) => Promise<T>,
): Promise<T> {
  return withDatabase(async ({ config, db, url, log }) => {
    await migrate(db)
    await using stack = new AsyncDisposableStack()
    const { slot } = stack.use(await takeSlot(url, { log }))
    const house = stack.use(await buildHouse({ config, db, slot, log }))
    return await work(house, { slot, log })
  })
}

/** A person of ours, named on the command line. */
export async function requirePerson(house: House, name: string): Promise<LocalAccount> {
  const account = await findLocalAccount(house.world.db, name.replace(/^@/, ''))
  if (!account) throw new UsageError(`There is no account ${name} here.`)
  return account
}
