import { sql } from 'kysely'
import { afterAll, describe, expect, test } from 'vitest'
import { together } from '../../src/db/together.ts'
import { transact } from '../../src/db/transact.ts'
import { testDatabase } from '../support/database.ts'

const database = await testDatabase()
afterAll(() => database[Symbol.asyncDispose]())
const { db } = database

describe('what a transaction asks together', () => {
  test('is answered each for itself, and done in the order in which it was begun', async () => {
    await sql`CREATE TABLE told (n int GENERATED ALWAYS AS IDENTITY, word text)`.execute(db)
    const tell = (word: string) => (tx: typeof db) =>
      sql<{ n: number }>`INSERT INTO told (word) VALUES (${word}) RETURNING n`
        .execute(tx)
        .then(({ rows }) => rows[0]?.n)
    const numbers = await transact(db, (tx) =>
      together(tell('a')(tx), tell('b')(tx), 'no promise', tell('c')(tx)),
    )
    expect(numbers).toEqual([1, 2, 'no promise', 3])
  })

  test('is undone whole, and the cause is thrown, not what others met because of it', async () => {
    const failing = transact(db, (tx) =>
      together(
        sql`SELECT pg_sleep(0)`
          .execute(tx)
          .then(() => sql`INSERT INTO told (word) VALUES ('late')`.execute(tx)),
        sql`SELECT 1 / 0`.execute(tx),
      ),
    )
    await expect(failing).rejects.toMatchObject({ code: '22012' })
    const { rows } = await sql`SELECT 1 FROM told WHERE word = 'late'`.execute(db)
    expect(rows).toEqual([])
  })

  test('asks nothing any more when its connection serves somebody else', async () => {
    let late: Promise<unknown> = Promise.resolve()
    const failing = transact(db, (tx) => {
      late = (async () => {
        await new Promise((go) => setTimeout(go, 50))
        await sql`INSERT INTO told (word) VALUES ('astray')`.execute(tx)
      })()
      return together(sql`SELECT 1 / 0`.execute(tx), late)
    })
    await expect(failing).rejects.toMatchObject({ code: '22012' })
    await expect(late).rejects.toMatchObject({ code: '25P02' })
    const { rows } = await sql`SELECT 1 FROM told WHERE word = 'astray'`.execute(db)
    expect(rows).toEqual([])
  })
})
