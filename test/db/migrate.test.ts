import { sql } from 'kysely'
import { expect, inject, test } from 'vitest'
import { connect } from '../../src/db/connect.ts'
import { migrate, pendingMigrations } from '../../src/db/migrate.ts'
import { testDatabase } from '../support/database.ts'
import { asAdmin, databaseUrl } from '../support/postgres.ts'

test('a migrated database lacks nothing, and migrating again does nothing', async () => {
  await using database = await testDatabase()
  expect(await pendingMigrations(database.db)).toEqual([])
  expect(await migrate(database.db)).toEqual([])
})

test('processes that start together migrate once', async () => {
  const server = inject('testServer')
  const name = `weft_test_race_${process.pid}`
  await asAdmin(server, `CREATE DATABASE ${name} TEMPLATE template0`)
  const url = databaseUrl(server, name)
  const processes = [1, 2, 3, 4].map(() => connect({ url, maxConnections: 2, applicationName: 'weft test' }))
  try {
    const runs = await Promise.all(processes.map((db) => migrate(db)))
    const ran = runs.filter((names) => names.length > 0)
    expect(ran).toHaveLength(1)
    expect(ran[0]).toContain('0001-accounts')
  } finally {
    await Promise.all(processes.map((db) => db.destroy()))
    await asAdmin(server, `DROP DATABASE ${name} WITH (FORCE)`)
  }
})

test('a database that a newer Weft migrated is refused in one sentence', async () => {
  await using database = await testDatabase()
  await sql`INSERT INTO kysely_migration (name, timestamp) VALUES ('9999-from-the-future', now()::text)`.execute(
    database.db,
  )
  await expect(migrate(database.db)).rejects.toThrow(
    /does not fit this version of Weft: .*9999-from-the-future/,
  )
})

test('what migrating sets on its connection does not stay on it', async () => {
  await using database = await testDatabase()
  const db = connect({ url: database.url, maxConnections: 1, applicationName: 'weft test' })
  try {
    await migrate(db)
    const { rows } =
      await sql`SELECT current_setting('lock_timeout') AS lock, current_setting('statement_timeout') AS
      statement`.execute(db)
    expect(rows).toEqual([{ lock: '0', statement: '30s' }])
  } finally {
    await db.destroy()
  }
})
