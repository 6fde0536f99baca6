import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { connect, type Db } from '../../src/db/connect.ts'
import type { Tx } from '../../src/db/transact.ts'
import { enqueue } from '../../src/jobs/enqueue.ts'
import { testDatabase } from '../support/database.ts'
import { eventually } from '../support/weft.ts'
import { allDone, count, delivered, deliverTo, handlersWith, startRunner } from './support.ts'

test('R-008: what a claim took whose answer was lost is taken again at once, not when its lease ends', {
  timeout: 60_000,
}, async () => {
  await using database = await testDatabase()
  const { db } = database
  await using workerDb = await openAnother(database.url)
  const done: string[] = []
  await using runner = startRunner(workerDb.db, {
    slot: 7,
    jobs: handlersWith({ deliver: async () => void done.push('job') }),
    lanes: async (batch) => {
      done.push('item')
      return allDone(batch)
    },
    send: (delivery) => {
      done.push('delivery')
      return delivered(delivery)
    },
  })
  await runner.settled()
  const tables = ['host_queue', 'lane_queue', 'job']
  await db.transaction().execute(async (tx) => {
    for (const table of tables) await sql`LOCK TABLE ${sql.table(table)} IN ACCESS EXCLUSIVE MODE`.execute(tx)
    await eventually(async () => expect(await claimsThatWait(db)).toBe(3))
    await deliverTo(tx as unknown as Db, ['https://far.test/inbox'])
    await enqueue(tx, [{ kind: 'deliver', payload: {} }])
    await sql`INSERT INTO lane_job (lane, subject, kind, payload) SELECT id, 1, 'activity', '{}' FROM host`.execute(
      tx,
    )
    await sql`INSERT INTO lane_queue (lane, due_at) SELECT id, now() FROM host`.execute(tx)
    // As the claims would leave it, had they been committed right before the connection went away.
    for (const table of tables) await claimAll(tx, table, 7)
    await sql`
      SELECT pg_terminate_backend(pid) FROM pg_locks WHERE NOT granted
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`.execute(db)
  })
  await eventually(async () => expect(done.toSorted()).toEqual(['delivery', 'item', 'job']), 10_000)
})

test('a worker that others took for dead while it had lost its connection is known again soon', async () => {
  await using database = await testDatabase()
  const { db } = database
  await using runner = startRunner(db, { slot: 3 })
  await runner.settled()
  await db.deleteFrom('worker').execute()
  await eventually(async () =>
    expect(await db.selectFrom('worker').select('slot').execute()).toEqual([{ slot: 3 }]),
  )
})

test('R-002: whoever cannot write down what was sent sends no further; a crash repeats a bounded number', {
  timeout: 60_000,
}, async () => {
  await using database = await testDatabase()
  const { db } = database
  const urls = Array.from({ length: 3000 }, (_, n) => `https://h${n % 600}.test/users/${n}/inbox`)
  await deliverTo(db, urls)
  let sent = 0
  const blocked = Promise.withResolvers<void>()
  const unblock = Promise.withResolvers<void>()
  const holding = db.transaction().execute(async (tx) => {
    await sql`LOCK TABLE delivery IN SHARE MODE`.execute(tx)
    blocked.resolve()
    await unblock.promise
  })
  await blocked.promise
  await using runner = startRunner(db, {
    send: (delivery) => {
      sent++
      return delivered(delivery)
    },
  })
  await eventually(async () => expect(sent).toBeGreaterThan(500))
  // As long as it takes to send all of them, were it allowed.
  await sleep(500)
  expect(sent).toBeLessThanOrEqual(512)
  unblock.resolve()
  await holding
  await runner.settled()
  expect(sent).toBe(3000)
  expect(await count(db, 'delivery')).toBe(0)
})

async function openAnother(url: string): Promise<{ readonly db: Db } & AsyncDisposable> {
  const db = connect({ url, maxConnections: 4, applicationName: 'weft test worker' })
  return { db, [Symbol.asyncDispose]: () => db.destroy() }
}

async function claimsThatWait(db: Db): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    SELECT count(DISTINCT relation)::int AS n FROM pg_locks
    WHERE NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`.execute(
    db,
  )
  return rows[0]?.n ?? 0
}

async function claimAll(tx: Tx, table: string, slot: number): Promise<void> {
  const until = sql.ref(table === 'job' ? 'leased_until' : 'due_at')
  await sql`
    UPDATE ${sql.table(table)} SET owner = ${slot}, lease = lease + 1, ${until} = now() + interval '60 s'`.execute(
    tx,
  )
}
