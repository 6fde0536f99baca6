import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { silentLog } from '../../src/base/log.ts'
import { connect, type Db } from '../../src/db/connect.ts'
import { migrate, pendingMigrations } from '../../src/db/migrate.ts'
import { namedStatements } from '../../src/db/names.ts'
import { choosePostgresUser, type PostgresUser } from '../../src/db/postgres-user.ts'
import { ready } from '../../src/db/ready.ts'
import { takeSlot } from '../../src/db/slot.ts'

vi.setConfig({ hookTimeout: 60_000 })

const BIN = '/usr/lib/postgresql/15/bin'
const installed = existsSync(join(BIN, 'initdb'))

let user: PostgresUser
let folder: string
let url: string
let db: Db

describe('on PostgreSQL 15, the oldest that is promised', () => {
  beforeAll(async () => {
    if (!installed) return
    user = await choosePostgresUser(true)
    folder = await mkdtemp(join(tmpdir(), 'weft-15-'))
    await user.own(folder)
    const data = join(folder, 'data')
    const initdb = [
      '-D',
      data,
      '--username=weft',
      '--auth=trust',
      '--encoding=UTF8',
      '--no-locale',
      '--no-sync',
    ]
    await user.run(join(BIN, 'initdb'), initdb)
    const settings = `-c listen_addresses='' -c fsync=off -k ${folder}`
    await user.run(join(BIN, 'pg_ctl'), [
      'start',
      '-w',
      '-s',
      '-D',
      data,
      '-l',
      join(folder, 'log'),
      '-o',
      settings,
    ])
    url = `postgres://weft@localhost/postgres?host=${encodeURIComponent(folder)}`
    db = connect({ url, maxConnections: 3, applicationName: 'weft test' })
  })
  afterAll(async () => {
    if (!installed) return
    await db.destroy()
    await user.run(join(BIN, 'pg_ctl'), ['stop', '-w', '-s', '-m', 'immediate', '-D', join(folder, 'data')])
    await rm(folder, { recursive: true, force: true })
  })

  test('the migrations run, and run again to no effect', async ({ skip }) => {
    skip(!installed, `PostgreSQL 15 is not installed in ${BIN}: apt-get install postgresql-15`)
    await ready(db, silentLog)
    expect(await migrate(db)).toContain('0001-accounts')
    expect(await migrate(db)).toEqual([])
    expect(await pendingMigrations(db)).toEqual([])
  })

  test('every named statement is understood', async ({ skip }) => {
    skip(!installed, `PostgreSQL 15 is not installed in ${BIN}: apt-get install postgresql-15`)
    await import('../../src/app.ts')
    const statements = namedStatements()
    expect(statements.length).toBeGreaterThan(10)
    const refused: string[] = []
    await db.connection().execute(async (connection) => {
      for (const [name, text] of statements) {
        await sql`${sql.raw(`PREPARE "${name}" AS ${text}`)}`.execute(connection).catch((error: Error) => {
          refused.push(`${name}: ${error.message}`)
        })
      }
    })
    expect(refused).toEqual([])
  })

  test('slots are taken and given back', async ({ skip }) => {
    skip(!installed, `PostgreSQL 15 is not installed in ${BIN}: apt-get install postgresql-15`)
    await using one = await takeSlot(url)
    await using two = await takeSlot(url)
    expect(one.slot).not.toBe(two.slot)
  })
})
