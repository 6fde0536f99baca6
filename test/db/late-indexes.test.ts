import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterEach, beforeEach, expect, inject, test } from 'vitest'
import { connect, type Db } from '../../src/db/connect.ts'
import { migrate } from '../../src/db/migrate.ts'
import { asAdmin, databaseUrl } from '../support/postgres.ts'

const FOLDER = join(import.meta.dirname, 'late-migrations')
const MIGRATIONS = join(import.meta.dirname, '../../migrations')
/** What had landed before was built while nobody else was at work. */
const FIRST = '0028'
const name = `weft_test_late_${process.pid}`
let db: Db

beforeEach(async () => {
  await asAdmin(inject('testServer'), `CREATE DATABASE ${name} TEMPLATE template0`)
  db = connect({
    url: databaseUrl(inject('testServer'), name),
    maxConnections: 2,
    applicationName: 'weft test',
  })
})
afterEach(async () => {
  await db.destroy()
  await asAdmin(inject('testServer'), `DROP DATABASE ${name} WITH (FORCE)`)
})

const indexes = async () =>
  (
    await sql<{ name: string; valid: boolean }>`
      SELECT relname AS name, indisvalid AS valid FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
      WHERE indrelid = 'word'::regclass AND NOT indisprimary`.execute(db)
  ).rows

test('an index whose building broke off is dropped and built by the next start; its migration is done once', async () => {
  await expect(migrate(db, FOLDER)).rejects.toThrow(
    /The index word_text of the migration 0002-by-text could not be built, which the next start tries again/,
  )
  expect(await indexes()).toEqual([{ name: 'word_text', valid: false }])
  await sql`UPDATE word SET text = 'two' WHERE id = 2`.execute(db)
  expect(await migrate(db, FOLDER)).toEqual([])
  expect(await indexes()).toEqual([{ name: 'word_text', valid: true }])
  expect(await migrate(db, FOLDER)).toEqual([])
})

test('one that was built, but not crossed off before a crash, is left as it is', async () => {
  await expect(migrate(db, FOLDER)).rejects.toThrow('word_text')
  await sql`UPDATE word SET text = 'two' WHERE id = 2`.execute(db)
  await sql`REINDEX INDEX word_text`.execute(db)
  const file = async () =>
    (await sql<{ file: string }>`SELECT pg_relation_filenode('word_text') AS file`.execute(db)).rows[0]?.file
  const before = await file()
  expect(await migrate(db, FOLDER)).toEqual([])
  expect(await file()).toBe(before)
})

test('whoever writes goes on while an index is built, and processes that start together build it once', async () => {
  await expect(migrate(db, FOLDER)).rejects.toThrow('word_text')
  await sql`UPDATE word SET text = 'two' WHERE id = 2`.execute(db)
  const others = [1, 2].map(() =>
    connect({
      url: databaseUrl(inject('testServer'), name),
      maxConnections: 1,
      applicationName: 'weft test',
    }),
  )
  try {
    let builds: Promise<unknown> = Promise.resolve()
    await db.transaction().execute(async (tx) => {
      await sql`INSERT INTO word (id, text) VALUES (3, 'three')`.execute(tx)
      builds = Promise.all(others.map((each) => migrate(each, FOLDER)))
      // The build waits for this transaction; those that write meanwhile do not wait for the build.
      for (let tries = 0; tries < 100; tries++) {
        const waiting = await sql`SELECT 1 FROM pg_stat_activity
          WHERE datname = ${name} AND query LIKE 'CREATE UNIQUE INDEX CONC%' AND wait_event_type = 'Lock'`.execute(
          tx,
        )
        if (waiting.rows.length > 0) break
        await new Promise((go) => setTimeout(go, 20))
      }
      await sql`SET LOCAL lock_timeout = '2s'`.execute(tx)
      await sql`INSERT INTO word (id, text) VALUES (4, 'four')`.execute(tx)
    })
    await builds
    expect(await indexes()).toEqual([{ name: 'word_text', valid: true }])
  } finally {
    await Promise.all(others.map((each) => each.destroy()))
  }
})

test('migrations build no index on a table in use but CONCURRENTLY', () => {
  const wrong = readdirSync(MIGRATIONS)
    .filter((file) => file.endsWith('.ts') && file.slice(0, 4) >= FIRST)
    .flatMap((file) => blockingIn(file, readFileSync(join(MIGRATIONS, file), 'utf8')))
  expect(wrong).toEqual([])
})

test('such an index would be found', () => {
  const text = `CREATE UNLOGGED TABLE mine (id int); CREATE INDEX a ON mine (id);
    CREATE UNIQUE INDEX b ON\n post (id); CREATE INDEX CONCURRENTLY c ON post (id)`
  expect(blockingIn('x', text)).toEqual(['x: b on post'])
})

function blockingIn(file: string, text: string): string[] {
  const made = new Set(
    [...text.matchAll(/CREATE (?:UNLOGGED )?TABLE (?:IF NOT EXISTS )?(\w+)/g)].map(([, table]) => table),
  )
  return [...text.matchAll(/CREATE (?:UNIQUE )?INDEX (?!CONCURRENTLY)(?:IF NOT EXISTS )?(\w+)\s+ON\s+(\w+)/g)]
    .filter(([, , table]) => !made.has(table))
    .map(([, index, table]) => `${file}: ${index} on ${table}`)
}
