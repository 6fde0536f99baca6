import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { compiled } from '../../src/db/compiled.ts'
import { namedStatements } from '../../src/db/names.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database[Symbol.asyncDispose]())

let built = 0
const between = compiled<{ n: number; word: string }, [number, number, string]>(
  'test.compiled',
  (_db, from, to, word) => {
    built += 1
    return sql`SELECT n, ${word}::text || ${'!'}::text AS word FROM generate_series(${from}::int, ${to}::int) AS n
      WHERE n <> ${from}::int`
  },
)

describe('a query that is put together once', () => {
  test('is one named statement for all values, and sends each once', async () => {
    expect(await between(database.db, 1, 3, 'a')).toEqual([
      { n: 2, word: 'a!' },
      { n: 3, word: 'a!' },
    ])
    expect(await between(database.db, 5, 6, 'b')).toEqual([{ n: 6, word: 'b!' }])
    expect(built).toBe(1)
    const text = namedStatements().find(([name]) => name === 'test.compiled')?.[1] ?? ''
    expect(text.match(/\$\d/g)).toEqual(['$1', '$2', '$3', '$4', '$3'])
  })

  test('is prepared under its name, and works in a transaction and with the query builder', async () => {
    const login = compiled<{ role: string }, [string]>('test.compiled-builder', (db, role) =>
      db
        .selectFrom('login')
        .select('role')
        .where('role', '=', role as never),
    )
    await database.db.transaction().execute(async (tx) => {
      expect(await login(tx, 'owner')).toEqual([])
      const { rows } = await sql<{ name: string }>`SELECT name FROM pg_prepared_statements`.execute(tx)
      expect(rows.map(({ name }) => name)).toContain('test.compiled-builder')
    })
  })
})
