import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Db } from '../../src/db/connect.ts'
import { transact } from '../../src/db/transact.ts'
import { enqueue } from '../../src/jobs/enqueue.ts'
import { createIntake } from '../../src/jobs/seen.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'
import { count, deliverTo, startRunner } from './support.ts'

let database: TestDatabase
let db: Db
beforeAll(async () => {
  database = await testDatabase()
  db = database.db
})
afterAll(() => database[Symbol.asyncDispose]())

test('jobs, what came in and what goes out are all done', async () => {
  const done: unknown[] = []
  await using runner = startRunner(db, {
    jobs: {
      deliver: async (payload) => {
        done.push(payload)
      },
      home: async () => undefined,
    },
    lanes: async (batch) => {
      done.push(...batch.map((item) => item.body))
      return batch.map(() => ({ done: true }))
    },
    send: async ({ inboxUrl }) => {
      done.push(inboxUrl)
      return { result: 'delivered', knock: 'cavage' }
    },
  })
  await enqueue(db, [{ kind: 'deliver', payload: { some: 'job' } }])
  await createIntake(db).accept({ actor: 'a', activityId: 'b', host: 'far.test', body: 'came in' })
  await deliverTo(db, ['https://far.test/inbox'])
  await runner.settled()
  expect(done).toHaveLength(3)
  expect(done).toEqual(expect.arrayContaining([{ some: 'job' }, 'came in', 'https://far.test/inbox']))
  for (const table of ['job', 'lane_job', 'delivery', 'dead_job', 'dead_delivery']) {
    expect(await count(db, table), table).toBe(0)
  }
})
