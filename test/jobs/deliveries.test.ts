import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Db } from '../../src/db/connect.ts'
import { expandDeliveries } from '../../src/jobs/deliveries.ts'
import { listFailed, retryFailed } from '../../src/jobs/failed.ts'
import { listTroubledHosts } from '../../src/jobs/host-list.ts'
import { ensureInboxes } from '../../src/jobs/hosts.ts'
import { noteInbound } from '../../src/jobs/inbound.ts'
import type { OutgoingDelivery, SendOutcome } from '../../src/jobs/outcomes.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'
import { count, delivered, deliverTo, letTimePass, makeActivity, startRunner } from './support.ts'

let database: TestDatabase
let db: Db
beforeEach(async () => {
  database = await testDatabase()
  db = database.db
})
afterEach(() => database[Symbol.asyncDispose]())

/** A network in which each inbox does what the test says, and which remembers what reached it. */
function fakeNetwork(answer: (delivery: OutgoingDelivery) => SendOutcome | Promise<SendOutcome>) {
  const tried: string[] = []
  const arrived: string[] = []
  return {
    tried,
    arrived,
    async send(delivery: OutgoingDelivery): Promise<SendOutcome> {
      tried.push(delivery.activityId)
      const outcome = await answer(delivery)
      if (outcome.result === 'delivered') arrived.push(delivery.activityId)
      return outcome
    },
  }
}

const DOWN: SendOutcome = { result: 'host-failed', reason: 'connect ECONNREFUSED' }
const TAKEN: SendOutcome = { result: 'delivered', knock: 'cavage' }
const status = (code: number): SendOutcome => ({
  result: 'inbox-failed',
  status: code,
  reason: `answered ${code}`,
})

test('an activity goes to each inbox once, however often it is expanded', async () => {
  const network = fakeNetwork(() => TAKEN)
  const inboxes = await ensureInboxes(db, [
    'https://a.test/in',
    'https://a.test/shared',
    'https://b.test:8443/in',
  ])
  const activityId = await makeActivity(db)
  const expansion = { activityId, subject: '1', inboxIds: [...inboxes.values()] }
  expect(await expandDeliveries(db, expansion)).toBe(3)
  expect(await expandDeliveries(db, expansion)).toBe(0)
  await using runner = startRunner(db, { send: network.send })
  await runner.settled()
  expect(network.tried).toHaveLength(3)
  const hosts = await db.selectFrom('host').select(['name', 'knock', 'failures']).orderBy('name').execute()
  expect(hosts).toEqual([
    { name: 'a.test', knock: 'cavage', failures: 0 },
    { name: 'b.test:8443', knock: 'cavage', failures: 0 },
  ])
})

test('thousands of inboxes are expanded in chunks', async () => {
  const urls = Array.from({ length: 2500 }, (_, n) => `https://h${n % 400}.test/users/${n}/inbox`)
  await deliverTo(db, urls)
  expect(await count(db, 'delivery')).toBe(2500)
  expect(await count(db, 'host_queue')).toBe(400)
})

test('R-013: a host that is down costs one probe a visit; when it is up, everything arrives in order', async () => {
  let up = false
  const network = fakeNetwork(() => (up ? TAKEN : DOWN))
  await using runner = startRunner(db, { send: network.send })
  const sent: string[] = []
  for (let n = 0; n < 60; n++) sent.push(await deliverTo(db, ['https://down.test/inbox'], { subject: '7' }))
  await runner.settled()
  expect(network.tried).toEqual([sent[0]])

  for (let visits = 0; visits < 4; visits++) {
    await letTimePass(db, '15 hours')
    await runner.settled()
  }
  expect(network.tried).toEqual(Array.from({ length: 5 }, () => sent[0]))
  expect(await listTroubledHosts(db)).toMatchObject([
    { name: 'down.test', failures: 5, waiting: 60, deadAt: null },
  ])

  up = true
  await letTimePass(db, '11 hours')
  await deliverTo(db, ['https://down.test/inbox'], { subject: '7' })
  await letTimePass(db, '4 hours')
  await runner.settled()
  expect(network.arrived.slice(0, 60)).toEqual(sent)
  expect(network.arrived).toHaveLength(61)
  expect(await listTroubledHosts(db)).toEqual([])
})

test('new deliveries do not wake a host that is down, and a verified request from it does', async () => {
  let up = false
  const network = fakeNetwork(() => (up ? TAKEN : DOWN))
  await using runner = startRunner(db, { send: network.send })
  await deliverTo(db, ['https://down.test/inbox'])
  await runner.settled()
  await deliverTo(db, ['https://down.test/inbox'])
  await runner.settled()
  expect(network.tried).toHaveLength(1)

  up = true
  await noteInbound(db, 'down.test')
  await runner.settled()
  expect(network.arrived).toHaveLength(2)
})

test('posts are given up after three days, what must be heard after thirty, and a host after seven', async () => {
  let up = false
  const network = fakeNetwork(() => (up ? TAKEN : DOWN))
  await using runner = startRunner(db, { send: network.send })
  const create = await deliverTo(db, ['https://down.test/inbox'])
  const removal = await deliverTo(db, ['https://down.test/inbox'], { kind: 'Delete' })
  await runner.settled()
  await letTimePass(db, '71 hours')
  await runner.settled()
  expect(await count(db, 'delivery')).toBe(2)
  await letTimePass(db, '24 hours')
  await runner.settled()
  expect(await listFailed(db)).toMatchObject([{ kind: 'Create', about: 'https://down.test/inbox' }])

  await letTimePass(db, '4 days')
  await runner.settled()
  expect(await listTroubledHosts(db)).toMatchObject([
    { name: 'down.test', deadAt: expect.any(Date), waiting: 1 },
  ])

  // Dead: a post is not even queued, a removal is.
  await deliverTo(db, ['https://down.test/inbox'])
  expect(await count(db, 'delivery')).toBe(1)
  const second = await deliverTo(db, ['https://down.test/inbox'], { kind: 'Delete' })
  expect(await count(db, 'delivery')).toBe(2)

  up = true
  await letTimePass(db, '15 hours')
  await runner.settled()
  expect(network.arrived).toEqual([removal, second])
  expect(await listTroubledHosts(db)).toEqual([])
  await deliverTo(db, ['https://down.test/inbox'])
  await runner.settled()
  expect(network.arrived).toHaveLength(3)
  expect(network.arrived).not.toContain(create)
})

test('R-014: a Delete never overtakes its Create, neither while it is under way nor while it must wait', async () => {
  const answers = [status(500), TAKEN]
  let create = ''
  const network = fakeNetwork(async ({ activityId }) => {
    await sleep(20)
    return activityId === create ? (answers.shift() ?? TAKEN) : TAKEN
  })
  await using runner = startRunner(db, { send: network.send })
  await deliverTo(db, ['https://far.test/inbox'])
  await runner.settled() // it is known to answer, so up to four may go at once
  network.arrived.length = 0

  create = await deliverTo(db, ['https://far.test/inbox'], { subject: '42' })
  const update = await deliverTo(db, ['https://far.test/inbox'], { subject: '42', kind: 'Update' })
  const removal = await deliverTo(db, ['https://far.test/inbox'], { subject: '42', kind: 'Delete' })
  const other = await deliverTo(db, ['https://far.test/inbox'], { subject: '43' })
  await runner.settled()
  expect(network.arrived).toEqual([other])

  await letTimePass(db, '2 minutes')
  await runner.settled()
  expect(network.arrived).toEqual([other, create, update, removal])
})

test('up to four at once to a host that answers, one to a host that was never asked', async () => {
  let atOnce = 0
  const most: number[] = []
  const network = fakeNetwork(async () => {
    atOnce++
    most.push(atOnce)
    await sleep(30)
    atOnce--
    return TAKEN
  })
  const inboxes = Array.from({ length: 30 }, (_, n) => `https://big.test/users/${n}/inbox`)
  await deliverTo(db, inboxes)
  await using runner = startRunner(db, { send: network.send })
  await runner.settled()
  expect(most[0]).toBe(1)
  expect(most[1]).toBe(1)
  expect(Math.max(...most)).toBe(4)
})

test('an inbox that says 410 is asked no more; one that says 404 for three days neither', async () => {
  const network = fakeNetwork(({ inboxUrl }) =>
    inboxUrl.endsWith('gone') ? { result: 'gone' } : { result: 'missing' },
  )
  await using runner = startRunner(db, { send: network.send })
  const inboxes = ['https://far.test/gone', 'https://far.test/missing']
  await deliverTo(db, inboxes)
  await runner.settled()
  expect(await count(db, 'delivery')).toBe(1)
  await deliverTo(db, inboxes)
  await runner.settled()
  expect(await count(db, 'delivery')).toBe(2)

  await letTimePass(db, '73 hours')
  await runner.settled()
  expect(await count(db, 'delivery')).toBe(0)
  await deliverTo(db, inboxes)
  expect(await count(db, 'delivery')).toBe(0)
  expect((await listFailed(db)).map((failed) => failed.about)).toContain('https://far.test/missing')
})

test('an inbox that fails alone does not hold up its host', async () => {
  const network = fakeNetwork(({ inboxUrl }) => (inboxUrl.endsWith('broken') ? status(500) : TAKEN))
  await using runner = startRunner(db, { send: network.send })
  await deliverTo(db, ['https://far.test/broken', 'https://far.test/a', 'https://far.test/b'])
  await runner.settled()
  await deliverTo(db, ['https://far.test/a'])
  await runner.settled()
  expect(network.arrived).toHaveLength(3)
  expect(await count(db, 'delivery')).toBe(1)
})

test('one inbox that hangs does not speak for its whole host', async () => {
  const network = fakeNetwork(({ inboxUrl }) => (inboxUrl.endsWith('hangs') ? DOWN : TAKEN))
  await using runner = startRunner(db, { send: network.send })
  await deliverTo(db, ['https://far.test/hangs'])
  for (let n = 0; n < 5; n++) await deliverTo(db, ['https://far.test/fine'])
  for (let visits = 0; visits < 12; visits++) {
    await letTimePass(db, '15 minutes')
    await runner.settled()
  }
  expect(network.arrived).toHaveLength(5)
})

test('a Retry-After moves the whole host, as far as a day', async () => {
  const network = fakeNetwork(() => ({ result: 'host-failed', reason: '429', retryAfterSeconds: 7200 }))
  await using runner = startRunner(db, { send: network.send })
  await deliverTo(db, ['https://busy.test/inbox'])
  await runner.settled()
  await letTimePass(db, '119 minutes')
  await runner.settled()
  expect(network.tried).toHaveLength(1)
  await letTimePass(db, '14 minutes')
  await runner.settled()
  expect(network.tried).toHaveLength(2)
})

test('403 is tried three times, then set aside, where it can be tried again', async () => {
  let code = 403
  const network = fakeNetwork(() => (code === 202 ? TAKEN : status(code)))
  await using runner = startRunner(db, { send: network.send })
  await deliverTo(db, ['https://far.test/inbox'])
  for (let visits = 0; visits < 5; visits++) {
    await runner.settled()
    await letTimePass(db, '20 minutes')
  }
  expect(network.tried).toHaveLength(3)
  const failed = await listFailed(db)
  expect(failed).toMatchObject([
    { kind: 'Create', about: 'https://far.test/inbox', reason: 'answered 403', attempts: 3 },
  ])

  code = 202
  expect(await retryFailed(db, ['d999999', 'nonsense', failed[0]?.id ?? ''])).toBe(1)
  await runner.settled()
  expect(network.arrived).toHaveLength(1)
  expect(await listFailed(db)).toEqual([])
})

test('what a host took last is told to the sender, and forgotten after a month', async () => {
  const knocks: string[] = []
  await using runner = startRunner(db, {
    send: async ({ knock }) => {
      knocks.push(knock)
      return { result: 'delivered', knock: 'rfc9421' }
    },
  })
  for (const pass of ['0', '20 days', '31 days']) {
    await letTimePass(db, pass)
    await deliverTo(db, ['https://far.test/inbox'])
    await runner.settled()
  }
  // The second delivery came after more than a day, so what was learned then counts from there.
  expect(knocks).toEqual(['unknown', 'rfc9421', 'unknown'])
})

test('R-011: hosts that hang hold one place each, and others are served meanwhile', async () => {
  const hanging = new Set<string>()
  let most = 0
  let freed: (outcome: SendOutcome) => void = () => undefined
  const end = new Promise<SendOutcome>((resolve) => {
    freed = resolve
  })
  const network = fakeNetwork(async ({ host, inboxUrl }) => {
    if (!host.startsWith('tarpit')) {
      await sleep(5)
      return TAKEN
    }
    expect(hanging.has(host), `${inboxUrl} is the second to ${host}`).toBe(false)
    hanging.add(host)
    most = Math.max(most, hanging.size)
    return end
  })
  const urls = Array.from({ length: 900 }, (_, n) =>
    n % 2 ? `https://tarpit${(n - 1) / 2}.test/inbox` : `https://fine${n / 2}.test/inbox`,
  )
  await deliverTo(db, urls)
  await deliverTo(db, urls)
  await using runner = startRunner(db, { send: network.send })
  const deadline = performance.now() + 12_000
  while (network.arrived.length < 900 && performance.now() < deadline) await sleep(20)
  expect(network.arrived).toHaveLength(900)
  expect(most).toBeGreaterThan(0)
  expect(most).toBeLessThanOrEqual(512)

  // Those that answered are known now: all hosts that hang together do not slow them down.
  await deliverTo(db, urls)
  const again = performance.now() + 5_000
  while (network.arrived.length < 1350 && performance.now() < again) await sleep(5)
  expect(network.arrived).toHaveLength(1350)
  freed(DOWN)
  await runner.drain(1000)
})

test('what was dropped, retried and set aside is written in batches, and survives a database that is away', async () => {
  await deliverTo(db, ['https://far.test/inbox'])
  const network = fakeNetwork(async () => {
    await sql`ALTER TABLE delivery RENAME TO delivery_away`.execute(db)
    setTimeout(() => void sql`ALTER TABLE delivery_away RENAME TO delivery`.execute(db), 700)
    return TAKEN
  })
  await using runner = startRunner(db, { send: network.send })
  while (network.arrived.length === 0) await sleep(5)
  await sleep(900)
  await runner.settled()
  expect(network.tried).toHaveLength(1)
  expect(await count(db, 'delivery')).toBe(0)
})

test('an activity of ours goes out byte for byte the same to all: the sender is told ids, never bodies', async () => {
  const seen: OutgoingDelivery[] = []
  await using runner = startRunner(db, {
    send: async (delivery) => {
      seen.push(delivery)
      return delivered(delivery)
    },
  })
  const activityId = await deliverTo(db, ['https://far.test/inbox'])
  await runner.settled()
  expect(seen).toEqual([
    { activityId, inboxUrl: 'https://far.test/inbox', host: 'far.test', knock: 'unknown' },
  ])
})
