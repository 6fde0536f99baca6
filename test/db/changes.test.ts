import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { PostId } from '../../src/base/ids.ts'
import { createChanges, forgetChanges, type Kept, NEVER } from '../../src/db/changes.ts'
import type { Db } from '../../src/db/connect.ts'
import { namedStatements } from '../../src/db/names.ts'
import { publishPost } from '../../src/domain/posts/publish.ts'
import { loadBonds } from '../../src/views/bonds.ts'
import { keptAccounts } from '../../src/views/kept-accounts.ts'
import { viewStatuses } from '../../src/views/statuses.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'
import { personHere, testWorld } from '../support/world.ts'

let database: TestDatabase
let db: Db
beforeAll(async () => {
  database = await testDatabase()
  db = database.db
})
afterAll(() => database[Symbol.asyncDispose]())
beforeEach(async () => {
  await sql`DELETE FROM change`.execute(db)
})

const note = (on: Db, ...keys: string[]) =>
  sql`INSERT INTO change (key) SELECT unnest(${keys}::text[])`.execute(on)

describe('what is kept', () => {
  const keep = (changes: { now(): number }, ...keys: string[]): Kept<string> => ({
    view: 'words',
    keys,
    since: changes.now(),
  })

  test('is fresh until one of its keys is noted', async () => {
    const changes = createChanges(db)
    await changes.catchUp()
    const [one, other] = [keep(changes, 'p1', 'a1'), keep(changes, 'p2', 'a1')]
    await note(db, 'p1', 'p1')
    await changes.catchUp()
    expect([changes.isFresh(one), changes.isFresh(other)]).toEqual([false, true])
    await note(db, 'a1')
    await changes.catchUp()
    expect(changes.isFresh(other)).toBe(false)
    expect(changes.isFresh(keep(changes, 'p1', 'a1'))).toBe(true)
    expect(changes.isFresh({ ...keep(changes, 'p1'), since: NEVER })).toBe(false)
  })

  test('is old by what was in flight when it was read, however late that ends and whatever ended before', async () => {
    const changes = createChanges(db)
    await changes.catchUp()
    const kept = keep(changes, 'p1')
    const hurry = Promise.withResolvers<void>()
    const begun = Promise.withResolvers<void>()
    const slow = db.transaction().execute(async (tx) => {
      await note(tx as unknown as Db, 'p1')
      begun.resolve()
      await hurry.promise
    })
    await begun.promise
    for (let round = 0; round < 3; round += 1) {
      await note(db, 'p2')
      await changes.catchUp()
      expect(changes.isFresh(kept)).toBe(true)
    }
    hurry.resolve()
    await slow
    await changes.catchUp()
    expect(changes.isFresh(kept)).toBe(false)
    // It is heard once.
    const again = keep(changes, 'p1')
    await changes.catchUp()
    expect(changes.isFresh(again)).toBe(true)
  })

  test('is not old by what was undone', async () => {
    const changes = createChanges(db)
    await changes.catchUp()
    const kept = keep(changes, 'p1')
    await db
      .transaction()
      .execute(async (tx) => {
        await note(tx as unknown as Db, 'p1')
        throw new Error('undone')
      })
      .catch(() => undefined)
    await changes.catchUp()
    expect(changes.isFresh(kept)).toBe(true)
  })

  test('is old when more has changed than is told apart', async () => {
    const changes = createChanges(db, { atOnce: 3 })
    await changes.catchUp()
    const kept = keep(changes, 'p9')
    await note(db, 'p1', 'p2', 'p3')
    await changes.catchUp()
    expect(changes.isFresh(kept)).toBe(true)
    await note(db, 'p1', 'p2', 'p3', 'p4')
    await changes.catchUp()
    expect(changes.isFresh(kept)).toBe(false)
    expect(changes.isFresh(keep(changes, 'p9'))).toBe(true)
  })

  test('is old when nobody looked for longer than changes are surely remembered', async () => {
    const changes = createChanges(db, { away: 0.05 })
    await changes.catchUp()
    const kept = keep(changes, 'p1')
    await sql`SELECT pg_sleep(0.1)`.execute(db)
    await changes.catchUp()
    expect(changes.isFresh(kept)).toBe(false)
  })

  test('stays as long as it is asked for, however much else changes; what is not asked for goes', async () => {
    const changes = createChanges(db, { remembered: 10 })
    await changes.catchUp()
    const [asked, left] = [keep(changes, 'p1'), keep(changes, 'p2')]
    for (let round = 0; round < 8; round += 1) {
      await note(db, ...Array.from({ length: 5 }, (_, n) => `x${round * 5 + n}`))
      await changes.catchUp()
      expect(changes.isFresh(asked)).toBe(true)
    }
    expect(changes.isFresh(left)).toBe(false)
    await note(db, 'p1')
    await changes.catchUp()
    expect(changes.isFresh(asked)).toBe(false)
  })

  test('is old after all is forgotten, also what was being read meanwhile', async () => {
    const changes = createChanges(db)
    await changes.catchUp()
    const kept = keep(changes, 'p1')
    const looking = changes.catchUp()
    changes.forget()
    await looking
    expect(changes.isFresh(kept)).toBe(false)
    const anew = keep(changes, 'p1')
    await note(db, 'p1')
    await changes.catchUp()
    expect(changes.isFresh(anew)).toBe(false)
  })

  test('whoever asks while others do hears of all that was there before', async () => {
    const changes = createChanges(db)
    await changes.catchUp()
    for (let round = 0; round < 20; round += 1) {
      const kept = keep(changes, 'p1')
      const early = [changes.catchUp(), changes.catchUp()]
      await note(db, 'p1')
      await Promise.all([changes.catchUp(), changes.catchUp()])
      expect(changes.isFresh(kept)).toBe(false)
      await Promise.all(early)
    }
  })

  test('a look that fails says so, and the next one works', async () => {
    const changes = createChanges(db)
    await changes.catchUp()
    const kept = keep(changes, 'p1')
    await sql`ALTER TABLE change RENAME TO away`.execute(db)
    await expect(changes.catchUp()).rejects.toThrow(/change/)
    await sql`ALTER TABLE away RENAME TO change`.execute(db)
    await note(db, 'p1')
    await changes.catchUp()
    expect(changes.isFresh(kept)).toBe(false)
  })
})

test('what was changed long ago is forgotten, and no more than that', async () => {
  await note(db, 'p1', 'p2')
  await sql`UPDATE change SET at = now() - interval '9 minutes' WHERE key = 'p1'`.execute(db)
  await forgetChanges({ db })
  const { rows } = await sql<{ key: string }>`SELECT key FROM change`.execute(db)
  expect(rows).toEqual([{ key: 'p2' }])
})

describe('what is shown', () => {
  /** Statements whose answers are kept. */
  const KEPT = [
    'views.standing',
    'views.standing-of-nobody',
    'views.bodies',
    'views.accounts',
    'views.polls',
    'views.quotes',
    'views.filters',
    'views.bonds',
    'emojis.named',
  ]
  /** Nothing is made of these rows before something else is written that is noted. */
  const UNSEEN_WHEN_NEW = ['account', 'client', 'hashtag', 'poll', 'poll_option', 'post', 'preview']
  /** Of a hashtag that is gone, no post speaks any more. */
  const NEVER_GONE = ['hashtag']

  test('is made of nothing whose change would not be noted', async () => {
    const { world } = testWorld(db)
    const [ada, ben] = [await personHere(world, 'ada'), await personHere(world, 'ben')]
    const poll = { options: ['sun', 'rain'], multiple: false, expiresInSeconds: 3600 }
    const first = await publishPost(world, ada, { text: 'fog :heron:?', visibility: 'public', poll })
    const ids: PostId[] = [
      first,
      await publishPost(world, ada, { text: 'q', visibility: 'public', quoteOf: first }),
    ]
    for (const viewer of [undefined, { accountId: ben.id }]) await viewStatuses(db, ids, viewer)
    await keptAccounts(db, [ada.id])
    await loadBonds(db, ada.id, [ben.id])

    const known = new Map(namedStatements())
    const texts = new Map([...known].filter(([name]) => KEPT.includes(name)))
    expect([...texts.keys()].sort()).toEqual([...KEPT].sort())
    const missing: string[] = []
    for (const [name, text] of texts) {
      await sql`${sql.raw(`CREATE TEMP VIEW kept AS ${text.replace(/\$\d+/g, 'NULL')}`)}`.execute(db)
      const { rows } = await sql<{ table: string; noted: string[] }>`
        SELECT relation.relname AS table, array_agg(DISTINCT event.name ORDER BY event.name) AS noted
        FROM pg_rewrite JOIN pg_depend ON pg_depend.objid = pg_rewrite.oid
        JOIN pg_class AS relation ON relation.oid = pg_depend.refobjid AND relation.relkind = 'r'
        LEFT JOIN pg_trigger ON pg_trigger.tgrelid = relation.oid AND tgname LIKE '%\\_noted'
        LEFT JOIN LATERAL (VALUES ('INSERT', 4), ('DELETE', 8), ('UPDATE', 16)) AS event (name, bit)
          ON tgtype & event.bit <> 0
        WHERE pg_rewrite.ev_class = 'kept'::regclass GROUP BY relation.relname`.execute(db)
      expect(rows.length, name).toBeGreaterThan(0)
      for (const { table, noted } of rows)
        for (const event of ['INSERT', 'UPDATE', 'DELETE'])
          if (!noted.includes(event) && !isExcused(table, event))
            missing.push(`${name}: ${event} of ${table}`)
      await sql`DROP VIEW kept`.execute(db)
    }
    expect(missing).toEqual([])
  })

  const isExcused = (table: string, event: string) =>
    (event === 'INSERT' && UNSEEN_WHEN_NEW.includes(table)) ||
    (event === 'DELETE' && NEVER_GONE.includes(table))
})
