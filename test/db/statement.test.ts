import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { connect } from '../../src/db/connect.ts'
import { statement } from '../../src/db/statement.ts'
import { transact } from '../../src/db/transact.ts'
import { testDatabase } from '../support/database.ts'

const double = statement('test-double', 'SELECT $1::int * 2 AS result')
const note = statement('test-host', 'INSERT INTO host (name) VALUES ($1) RETURNING name')

test('a named statement is prepared under its name, once, on the connection of the transaction it runs in', async () => {
  await using database = await testDatabase()
  const prepared = await transact(database.db, async (tx) => {
    expect(await double<{ result: number }>(tx, [21])).toEqual([{ result: 42 }])
    expect(await double<{ result: number }>(tx, [4])).toEqual([{ result: 8 }])
    const { rows } = await sql<{ name: string; calls: number }>`
      SELECT name, (generic_plans + custom_plans)::int AS calls FROM pg_prepared_statements WHERE name LIKE 'test-%'`.execute(
      tx,
    )
    return rows
  })
  expect(prepared).toEqual([{ name: 'test-double', calls: 2 }])
})

test('what a named statement wrote is gone when its transaction is rolled back', async () => {
  await using database = await testDatabase()
  const { db } = database
  await expect(
    transact(db, async (tx) => {
      expect(await note(tx, ['one.example'])).toEqual([{ name: 'one.example' }])
      throw new Error('changed my mind')
    }),
  ).rejects.toThrow('changed my mind')
  expect(await db.selectFrom('host').select('name').execute()).toEqual([])
  await note(db, ['two.example'])
  expect(await db.selectFrom('host').select('name').execute()).toEqual([{ name: 'two.example' }])
})

test('an error of a named statement is an ordinary database error', async () => {
  await using database = await testDatabase()
  await note(database.db, ['one.example'])
  await expect(note(database.db, ['one.example'])).rejects.toMatchObject({ code: '23505' })
})

test('one name stands for one text', () => {
  expect(() => statement('test-double', 'SELECT $1::int * 3 AS result')).toThrow(
    'two statements are named test-double',
  )
  expect(() => statement('test-'.repeat(13), 'SELECT 1')).toThrow('too long')
})

test('a pool that is asked to names what comes again and again, and nothing that comes once', async () => {
  await using database = await testDatabase()
  const db = connect({ url: database.url, maxConnections: 1, applicationName: 'weft test', namesOften: true })
  for (let n = 0; n < 25; n++) {
    const { rows } = await sql<{ sum: number }>`SELECT ${n}::int + 1 AS sum`.execute(db)
    expect(rows).toEqual([{ sum: n + 1 }])
  }
  await sql`SELECT ${1}::int AS once`.execute(db)
  const { rows } = await sql<{ statement: string }>`
    SELECT statement FROM pg_prepared_statements WHERE name LIKE 'often-%'`.execute(db)
  expect(rows).toEqual([{ statement: 'SELECT $1::int + 1 AS sum' }])
  await db.destroy()
})
