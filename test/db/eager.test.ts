import { sql } from 'kysely'
import { afterAll, expect, test } from 'vitest'
import { transact } from '../../src/db/transact.ts'
import { testDatabase } from '../support/database.ts'

const database = await testDatabase()
afterAll(() => database[Symbol.asyncDispose]())
const { db } = database

test('a transaction whose first statement fails leaves nothing, and the next one begins anew', async () => {
  await sql`CREATE TABLE kept (n int)`.execute(db)
  await expect(transact(db, (tx) => sql`SELECT 1 / 0`.execute(tx))).rejects.toMatchObject({ code: '22012' })
  await transact(db, async (tx) => {
    await sql`INSERT INTO kept VALUES (1)`.execute(tx)
  })
  const undone = transact(db, async (tx) => {
    await sql`INSERT INTO kept VALUES (2)`.execute(tx)
    throw new Error('no')
  })
  await expect(undone).rejects.toThrow('no')
  const { rows } = await sql<{ n: number }>`SELECT n FROM kept`.execute(db)
  expect(rows).toEqual([{ n: 1 }])
})

test('a transaction in which nothing is asked is none', async () => {
  await expect(transact(db, async () => 'done')).resolves.toBe('done')
})
