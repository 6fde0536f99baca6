import { sql } from 'kysely'
import { afterAll, describe, expect, test } from 'vitest'
import { together } from '../../src/db/together.ts'
import { transact, transactEnding } from '../../src/db/transact.ts'
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

describe('what a transaction asks last', () => {
  const end = (work: (tx: typeof db) => Promise<unknown>) =>
    transactEnding(db, async (tx) => {
      await sql`INSERT INTO told (word) VALUES ('before')`.execute(tx)
      return { result: 'done', last: work(tx) }
    })
  const kept = async () => (await sql`SELECT 1 FROM told WHERE word = 'before'`.execute(db)).rows.length

  test('is answered though the commit has left already, and is committed with the rest', async () => {
    const count = sql<{ n: number }>`UPDATE told SET word = 'last' WHERE word = 'a' RETURNING 1 AS n`
    const { result, last } = await end(async (tx) => (await count.execute(tx)).rows[0]?.n)
    expect([result, last, await kept()]).toEqual(['done', 1, 1])
    await sql`DELETE FROM told WHERE word = 'before'`.execute(db)
  })

  test('undoes all of it when it fails, and says why', async () => {
    await expect(end((tx) => sql`SELECT 1 / 0`.execute(tx))).rejects.toMatchObject({ code: '22012' })
    expect(await kept()).toBe(0)
    await expect(end((tx) => sql`SELECT 2`.execute(tx))).resolves.toMatchObject({ result: 'done' })
    await sql`DELETE FROM told WHERE word = 'before'`.execute(db)
  })

  test('is asked once more, with all before it, when it was a deadlock', async () => {
    let times = 0
    const { last } = await end(async (tx) => {
      times += 1
      const code = times === 1 ? '40P01' : undefined
      if (code)
        await sql`DO $$ BEGIN RAISE EXCEPTION 'one of two' USING ERRCODE = 'deadlock_detected'; END $$`.execute(
          tx,
        )
      return times
    })
    expect([last, await kept()]).toEqual([2, 1])
    await sql`DELETE FROM told WHERE word = 'before'`.execute(db)
  })

  test('within a transaction is a part of that', async () => {
    await transact(db, async (tx) => {
      const { last } = await transactEnding(tx, async (inner) => ({
        result: 0,
        last: sql`SELECT 1 AS n`.execute(inner),
      }))
      expect(last.rows).toEqual([{ n: 1 }])
    })
  })
})
