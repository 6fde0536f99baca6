import { sql } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Db } from '../../src/db/connect.ts'
import { createIntake, type Intake, turnSeen } from '../../src/jobs/seen.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'
import { count } from './support.ts'

let database: TestDatabase
let db: Db
let intake: Intake
beforeEach(async () => {
  database = await testDatabase()
  db = database.db
  intake = createIntake(db)
})
afterEach(() => database[Symbol.asyncDispose]())

const from = (n: number, more: { body?: string; actor?: string; host?: string } = {}) => ({
  actor: 'https://far.test/users/a',
  activityId: `https://far.test/activities/${n}`,
  host: 'far.test',
  body: `{"n":${n}}`,
  ...more,
})

test('what is accepted is kept once, in order of arrival, and its lane is due', async () => {
  const verdicts = await Promise.all([1, 2, 3, 2].map((n) => intake.accept(from(n))))
  expect(verdicts).toEqual(['new', 'new', 'new', 'seen'])
  const rows = await db.selectFrom('lane_job').select(['payload', 'kind']).orderBy('id').execute()
  expect(rows).toEqual([1, 2, 3].map((n) => ({ payload: `{"n":${n}}`, kind: 'activity' })))
  const lanes = await db.selectFrom('lane_queue').selectAll().execute()
  expect(lanes).toHaveLength(1)
  expect(lanes[0]?.due_at).toBeInstanceOf(Date)
})

test('a hundred copies in several processes at once are one', async () => {
  const others = [createIntake(db), createIntake(db), intake]
  const copies = Array.from({ length: 100 }, (_, n) => others[n % 3]?.accept(from(7)))
  const verdicts = await Promise.all(copies)
  expect(verdicts.filter((verdict) => verdict === 'new')).toHaveLength(1)
  expect(await count(db, 'lane_job')).toBe(1)
})

test('the same id from another actor is another activity', async () => {
  expect(await intake.accept(from(1))).toBe('new')
  expect(await intake.accept(from(1, { actor: 'https://far.test/users/b' }))).toBe('new')
})

test('a body that cannot be kept does not turn its neighbours away', async () => {
  const results = await Promise.allSettled([
    intake.accept(from(1)),
    intake.accept(from(2, { body: 'a NUL \0 in it' })),
    intake.accept(from(3)),
    intake.accept(from(3)),
  ])
  expect(results.map((result) => (result.status === 'fulfilled' ? result.value : 'refused'))).toEqual([
    'new',
    'refused',
    'new',
    'seen',
  ])
  expect(await count(db, 'lane_job')).toBe(2)
  // It was not remembered either: what was turned away may come again.
  expect(await intake.accept(from(2))).toBe('new')
})

test('bodies are kept byte for byte', async () => {
  const body = '{ "b":1,\t"a": "\\u0000 \\ud800 é \\" \\\\ {} null", "a": 2 }\n'
  await intake.accept(from(1, { body }))
  const row = await db.selectFrom('lane_job').select('payload').executeTakeFirst()
  expect(row?.payload).toBe(body)
})

test('what was seen is remembered for a week and through the turn of the tables, then forgotten', async () => {
  await intake.accept(from(1))
  expect(await turnSeen(db)).toBe(false)

  await sql`UPDATE inbox_seen_turn SET since = now() - interval '7 days'`.execute(db)
  expect(await turnSeen(db)).toBe(true)
  expect(await turnSeen(db)).toBe(false)
  expect(await intake.accept(from(1))).toBe('seen')
  await intake.accept(from(2))
  expect(await count(db, 'inbox_seen_b')).toBe(1)

  await sql`UPDATE inbox_seen_turn SET since = now() - interval '7 days'`.execute(db)
  expect(await turnSeen(db)).toBe(true)
  expect(await count(db, 'inbox_seen_a')).toBe(0)
  expect(await intake.accept(from(2))).toBe('seen')
  expect(await intake.accept(from(1))).toBe('new')
})

test('nothing is accepted twice while the tables turn', async () => {
  const accepted: Promise<'new' | 'seen'>[] = []
  for (let turn = 0; turn < 5; turn++) {
    for (let n = 0; n < 40; n++) accepted.push(createIntake(db).accept(from(turn * 10 + (n % 10))))
    await sql`UPDATE inbox_seen_turn SET since = now() - interval '7 days'`.execute(db)
    await Promise.all([turnSeen(db), turnSeen(db), accepted.at(-1)])
    await Promise.all(accepted)
  }
  expect((await Promise.all(accepted)).filter((verdict) => verdict === 'new')).toHaveLength(50)
})

test('two intakes that keep the same things in another order do not wait for each other', async () => {
  const numbers = Array.from({ length: 60 }, (_, n) => n)
  const hosts = (n: number) => ({ host: `h${n % 7}.test` })
  const all = await Promise.all(
    [intake, createIntake(db), createIntake(db)].flatMap((one, k) =>
      (k % 2 ? numbers : numbers.toReversed()).map((n) => one.accept(from(n, hosts(n)))),
    ),
  )
  expect(all.filter((verdict) => verdict === 'new')).toHaveLength(60)
})
