import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connect, type Db } from '../../src/db/connect.ts'
import { type ClaimedHost, claimDeliveries, expandDeliveries, hostLanes } from '../../src/jobs/deliveries.ts'
import { settleDeliveries } from '../../src/jobs/delivery-settle.ts'
import { ensureInboxes } from '../../src/jobs/hosts.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'
import { deliverTo, makeActivity } from './support.ts'

let database: TestDatabase
let db: Db
beforeAll(async () => {
  database = await testDatabase()
  db = database.db
})
afterAll(() => database[Symbol.asyncDispose]())

const BOTH = { good: 10, other: 10 }

/**
 * A worker has done all that it claimed of a host, and gives the host back just when an expansion commits more: the
 * giving back began before the commit, so it cannot see the new rows, and waits for the lock that the wake holds.
 * @param counted what the worker says the wakes were when it claimed, from what they were
 */
async function giveBackDuringCommit(url: string, counted: (wakes: bigint) => bigint) {
  await deliverTo(db, [url])
  const host = await claimOf(new URL(url).host)
  const [row] = host.deliveries
  if (!row) throw new Error('nothing was claimed')
  await settleDeliveries(db, [{ note: 'drop', hostId: host.lane, id: row.id }])

  await using other = connect({ url: database.url, maxConnections: 1, applicationName: 'expansion' })
  const inboxes = await ensureInboxes(db, [url])
  const next = await makeActivity(db)
  let givenBack: Promise<unknown> | undefined
  await other.transaction().execute(async (tx) => {
    await expandDeliveries(tx, { activityId: next, subject: next, inboxIds: [...inboxes.values()] })
    givenBack = hostLanes.giveBack(db, [
      { lane: host.lane, lease: host.lease, wakes: counted(BigInt(host.wakes)).toString() },
    ])
    await untilSomebodyWaits()
  })
  await givenBack
  return db
    .selectFrom('host_queue as q')
    .select([
      'due_at',
      sql<number>`(SELECT count(*)::int FROM delivery d WHERE d.host_id = q.host_id)`.as('rows'),
    ])
    .where('q.host_id', '=', host.lane)
    .executeTakeFirstOrThrow()
}

async function claimOf(name: string, slot = 0): Promise<ClaimedHost> {
  const host = (await claimDeliveries(db, slot, BOTH)).find((one) => one.host === name)
  if (!host) throw new Error(`${name} was not claimed`)
  return host
}

async function untilSomebodyWaits(): Promise<void> {
  for (;;) {
    const { rows } = await sql<{ n: number }>`
      SELECT count(*)::int AS n FROM pg_stat_activity
      WHERE datname = current_database() AND wait_event_type = 'Lock'`.execute(db)
    if (rows[0]?.n) return
    await sleep(5)
  }
}

test('a host that is given back while more is being committed for it stays due', async () => {
  const host = await giveBackDuringCommit('https://one.test/inbox', (wakes) => wakes)
  expect(host.rows).toBe(1)
  expect(host.due_at).not.toBeNull()
})

test('… and nothing but the count of wakes sees to that: the rows cannot be seen', async () => {
  // Whoever does not count takes any number of wakes for the one that was.
  const host = await giveBackDuringCommit('https://two.test/inbox', (wakes) => wakes + 1n)
  expect(host.rows).toBe(1)
  expect(host.due_at).toBeNull()
})

test('a lane that stands still with work in it is found by the sweep', async () => {
  expect(await hostLanes.sweep(db)).toBe(1)
  expect(await hostLanes.sweep(db)).toBe(0)
})

test('whoever comes back with an old lease changes nothing', async () => {
  await deliverTo(db, ['https://three.test/inbox'])
  const first = await claimOf('three.test')
  await sql`UPDATE host_queue SET due_at = now() - interval '1 s' WHERE host_id = ${first.lane}`.execute(db)
  const second = await claimOf('three.test', 1)

  await hostLanes.giveBack(db, [first])
  expect(await hostLanes.extend(db, [first])).toEqual(new Set())
  const held = await db
    .selectFrom('host_queue')
    .selectAll()
    .where('host_id', '=', first.lane)
    .executeTakeFirst()
  expect(held).toMatchObject({ owner: 1, lease: second.lease })
  expect(await hostLanes.extend(db, [second])).toEqual(new Set([second.lane]))
})

test('whoever lost a lane and has claimed it anew gives it back, with both leases at once too', async () => {
  await deliverTo(db, ['https://five.test/inbox'])
  const first = await claimOf('five.test')
  await sql`UPDATE host_queue SET due_at = now() - interval '1 s' WHERE host_id = ${first.lane}`.execute(db)
  const second = await claimOf('five.test')
  expect(await hostLanes.extend(db, [first, second])).toEqual(new Set([first.lane]))
  await hostLanes.giveBack(db, [second, first])
  const free = await db
    .selectFrom('host_queue')
    .selectAll()
    .where('host_id', '=', first.lane)
    .executeTakeFirst()
  expect(free).toMatchObject({ owner: null, due_at: expect.any(Date) })
})

test('a row that waits brings its lane back when its time has come, and no earlier', async () => {
  await deliverTo(db, ['https://four.test/inbox'])
  const host = await claimOf('four.test')
  const [row] = host.deliveries
  if (!row) throw new Error('nothing was claimed')
  await settleDeliveries(db, [{ note: 'retry', hostId: host.lane, id: row.id, attempts: 1, seconds: 600 }])
  await hostLanes.giveBack(db, [host])
  const wait = await secondsUntilDue(host.lane)
  expect(wait).toBeGreaterThan(590)
  expect(wait).toBeLessThan(601)

  // What is new does not wait for what is old.
  await deliverTo(db, ['https://four.test/inbox'])
  expect(await secondsUntilDue(host.lane)).toBeLessThanOrEqual(0)
})

async function secondsUntilDue(hostId: number): Promise<number> {
  const { rows } = await sql<{ seconds: number }>`
    SELECT extract(epoch FROM due_at - now())::float8 AS seconds FROM host_queue WHERE host_id = ${hostId}`.execute(
    db,
  )
  return rows[0]?.seconds ?? Number.NaN
}
