import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Peer, type Person, startPeer } from '../support/peer.ts'
import { asAdmin } from '../support/postgres.ts'
import { freePort, type RunningProcess } from '../support/process.ts'
import { eventually } from '../support/weft.ts'
import { giveFollowers } from './support/followers.ts'
import { breakGround, type Ground } from './support/ground.ts'
import { letWaitsPass } from './support/queue.ts'
import { type Sink, startSink } from './support/sink.ts'

let ground: Ground
let peer: Peer
let sink: Sink
let server: RunningProcess
let operator: string
let bob: Person
let anna: string
beforeAll(async () => {
  const metricsPort = await freePort()
  operator = `http://127.0.0.1:${metricsPort}`
  ;[ground, peer, sink] = await Promise.all([
    breakGround({ env: { WEFT_METRICS_PORT: String(metricsPort) } }),
    startPeer(),
    startSink(4),
  ])
  server = await ground.start()
  const [account] = await ground.cli('account', 'create', 'anna')
  anna = String(account?.actor)
  await giveFollowers(ground.db, 'anna', sink.inboxes(1))
  bob = await peer.person('bob')
}, 90_000)
afterAll(async () => {
  await ground?.[Symbol.asyncDispose]()
  await peer?.stop()
  await sink?.[Symbol.asyncDispose]()
})

/** Every series with its number, as Prometheus would read them. */
async function scrape(): Promise<Map<string, number>> {
  const response = await fetch(`${operator}/metrics`)
  expect(response.headers.get('content-type')).toContain('text/plain')
  const lines = (await response.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(
    lines.map((line) => {
      const [, series, value] = /^([a-z_]\w*(?:\{[^}]*\})?) (\S+)(?: \d+)?$/.exec(line) ?? expect.fail(line)
      return [String(series), Number(value)] as const
    }),
  )
}

test('R-020: an operator sees what went out and came in, what waits and for how long, and how hosts do', {
  timeout: 120_000,
}, async () => {
  // One takes it, one is busy, one refuses until it is given up, one says it is gone.
  sink.answer(({ host }) => ({ status: [202, 503, 403, 410][host] ?? 500 }))
  await ground.cli('post', 'anna', 'for the metrics')
  const hello = bob.note('hello', { cc: [anna], tag: [{ type: 'Mention', href: anna, name: '@anna' }] })
  for (const _ of [1, 2]) expect((await bob.post(`${anna}/inbox`, bob.create(hello))).status).toBe(202)
  const create = bob.create(hello)
  for (const _ of [1, 2]) expect((await bob.post(`${anna}/inbox`, create)).status).toBe(202)
  const unsigned = await fetch(`${anna}/inbox`, {
    method: 'POST',
    headers: { 'content-type': 'application/activity+json' },
    body: JSON.stringify(create),
  })
  expect(unsigned.status).toBe(401)

  await eventually(async () => {
    const found = await scrape()
    expect(found.get('weft_deliveries_total{result="delivered"}')).toBe(1)
    expect(found.get('weft_deliveries_total{result="host-failed"}')).toBe(1)
    expect(found.get('weft_deliveries_total{result="inbox-failed"}')).toBe(1)
    expect(found.get('weft_deliveries_total{result="gone"}')).toBe(1)
    expect(found.get('weft_delivery_seconds_count')).toBe(4)
    expect(found.get('weft_jobs_total{kind="deliver",result="done"}')).toBe(1)
    expect(found.get('weft_intake_total{result="accepted"}')).toBe(3)
    expect(found.get('weft_intake_total{result="seen"}')).toBe(1)
    expect(found.get('weft_intake_total{result="refused signature.missing"}')).toBe(1)
    expect(found.get('weft_intake_total{result="stored"}')).toBe(1)
    expect(found.get('weft_queue_depth{queue="deliveries"}')).toBe(2)
    expect(found.get('weft_queue_depth{queue="items"}')).toBe(0)
    expect(found.get('weft_hosts{state="failing"}')).toBe(1)
    expect(found.get('weft_memory_resident_bytes')).toBeGreaterThan(1e7)
    // Dates have whole seconds, so a clock that is right seems to be a little behind.
    expect(found.get('weft_intake_clock_skew_seconds_count{clock="behind"}')).toBe(4)
  }, 30_000)

  await eventually(async () => {
    await letWaitsPass(ground.db)
    const found = await scrape()
    expect(found.get('weft_queue_dead{queue="deliveries"}')).toBe(1)
    expect(found.get('weft_dropped_total{reason="delivery"}')).toBe(1)
  }, 30_000)
  const names = [...(await scrape()).keys()]
  for (const place of [sink.inbox(0), new URL(sink.inbox(0)).host, bob.uri, new URL(bob.uri).host, 'anna']) {
    expect(
      names.filter((name) => name.includes(place)),
      'nothing that others choose',
    ).toEqual([])
  }
})

test('R-020: work that nobody does grows old, and it shows', { timeout: 60_000 }, async () => {
  // As if a worker had died and no other were there.
  const ended = server.end('SIGTERM')
  expect(await ended).toBe(0)
  server = await ground.start({ role: 'web' })
  await ground.cli('post', 'anna', 'waits for a worker')
  await ground.db
    .updateTable('job')
    .set({ due_at: new Date(Date.now() - 600_000) })
    .execute()
  await eventually(async () => {
    const found = await scrape()
    expect(found.get('weft_queue_depth{queue="jobs"}')).toBe(1)
    expect(found.get('weft_queue_oldest{queue="jobs"}')).toBeGreaterThan(599)
  })
})

test('R-020, S-164: alive and ready for the operator on loopback; the public learns yes or no, and no numbers', {
  timeout: 60_000,
}, async () => {
  for (const where of [operator, server.origin]) {
    expect((await fetch(`${where}/livez`)).status).toBe(200)
    expect((await fetch(`${where}/readyz`)).status).toBe(200)
  }
  for (const path of [
    '/metrics',
    '/metrics/',
    '/Metrics',
    '//metrics',
    '/metrics?format=json',
    '/debug',
    '/admin',
    '/stats',
  ]) {
    const response = await fetch(server.origin + path, { redirect: 'manual' })
    expect([404, 400], path).toContain(response.status)
    expect(await response.text(), path).not.toMatch(/weft_|process_|nodejs_|# (?:HELP|TYPE)/)
  }
  await withoutDatabase(async () => {
    await eventually(async () => expect((await fetch(`${server.origin}/readyz`)).status).toBe(503))
    expect(await (await fetch(`${server.origin}/readyz`)).json()).toEqual({ status: 'not ready' })
    expect(await (await fetch(`${operator}/readyz`)).json()).toEqual({
      status: 'not ready',
      database: 'does not answer',
    })
    for (const where of [operator, server.origin]) expect((await fetch(`${where}/livez`)).status).toBe(200)
    expect((await fetch(`${operator}/metrics`)).status).toBe(200)
  })
  await eventually(async () => expect((await fetch(`${server.origin}/readyz`)).status).toBe(200))
})

/** The server goes on, but this database of it lets nobody in any more. */
async function withoutDatabase(work: () => Promise<void>): Promise<void> {
  const name = new URL(ground.url).pathname.slice(1)
  const admin = new URL(ground.url)
  admin.pathname = '/postgres'
  await asAdmin(admin.href, `ALTER DATABASE ${name} WITH ALLOW_CONNECTIONS false`)
  await asAdmin(
    admin.href,
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`,
  )
  try {
    await work()
  } finally {
    await asAdmin(admin.href, `ALTER DATABASE ${name} WITH ALLOW_CONNECTIONS true`)
  }
}
