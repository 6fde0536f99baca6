import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from '../support/weft.ts'
import { giveFollowers } from './support/followers.ts'
import { breakGround, type Ground } from './support/ground.ts'
import { type NameServer, startNameServer } from './support/name-server.ts'
import { type Sink, startSink } from './support/sink.ts'

const HANGING = 50
const DRIPPING = 50
const NORMAL = 400
const HOSTS = HANGING + DRIPPING + NORMAL
const NAMELESS = 25
const POSTS = 6
const MEMORY = 150 * 1024 * 1024

let ground: Ground
let sink: Sink
let names: NameServer
beforeAll(async () => {
  ;[ground, sink, names] = await Promise.all([breakGround(), startSink(HOSTS), startNameServer()])
  await ground.cli('account', 'create', 'anna')
}, 60_000)
afterAll(async () => {
  await ground?.[Symbol.asyncDispose]()
  await sink?.[Symbol.asyncDispose]()
  await names?.[Symbol.asyncDispose]()
})

test('R-011: hosts that hang, drip or have no address hold up nobody, hold four places each, and cost no memory', {
  timeout: 180_000,
}, async () => {
  const start = () =>
    ground.start({
      role: 'worker',
      entry: join(import.meta.dirname, 'support/server-with-names.ts'),
      env: { WEFT_TEST_NAME_SERVER: names.address },
    })
  let worker = await start()
  const poster = await ground.poster()
  await giveFollowers(ground.db, 'anna', sink.inboxes(1))
  // All of them answer at first: who is known to answer is trusted with more.
  await poster.say('anna', 'while all is well')
  await ground.workedOff()
  expect(sink.hits).toHaveLength(HOSTS)
  const before = residentOf(worker.child.pid)
  expect(await worker.end('SIGTERM')).toBe(0)

  await giveNameless()
  let hung = 0
  let whileHanging = 0
  const uris: string[] = []
  for (let n = 0; n < POSTS; n++) uris.push((await poster.say('anna', `number ${n}`)).uri)
  let isExpanded = false
  const expanded = eventually(async () => {
    expect(await ground.db.selectFrom('job').select('id').execute()).toEqual([])
    isExpanded = true
  }, 60_000)
  sink.answer(async ({ host }) => {
    if (host < HANGING) {
      // Trusted until all of it stands in the lane, so that they get as much at once as anybody ever does.
      if (!isExpanded) {
        await expanded
        return { status: 202 }
      }
      hung++
      return { hang: true }
    }
    if (host < HANGING + DRIPPING) return { status: 202, body: 'x'.repeat(10_000), dripMs: 500 }
    if (hung > 0) whileHanging++
    return { status: 202 }
  })
  worker = await start()
  await expanded

  let most = before
  await eventually(async () => {
    most = Math.max(most, residentOf(worker.child.pid))
    expect(normalHits(uris)).toBe(NORMAL * POSTS)
  }, 120_000)
  expect(whileHanging, 'most of them while others hung').toBeGreaterThan((NORMAL * POSTS) / 2)
  const held = Array.from({ length: HOSTS }, (_, host) => sink.most(host))
  expect(Math.max(...held), 'places that one host held at once').toBe(4)
  expect(names.asked).toBeGreaterThanOrEqual(NAMELESS)

  await eventually(async () => {
    most = Math.max(most, residentOf(worker.child.pid))
    expect(await troubles()).toEqual({
      'its name was not resolved in time': NAMELESS,
      'no answer in time': HANGING,
    })
  }, 60_000)
  console.log(`R-011: memory ${megabytes(before)} before, ${megabytes(most)} at most`)
  expect(most - before).toBeLessThan(MEMORY)
  // Nothing is given up: what they did not take waits for them to come back.
  expect(await ground.db.selectFrom('dead_delivery').select('id').execute()).toEqual([])
  const taken = sink.hits.filter(({ host, object }) => host < HANGING && uris.includes(object)).length - hung
  const waiting = await ground.db
    .selectFrom('delivery')
    .innerJoin('host', 'host.id', 'delivery.host_id')
    .select('delivery.id')
    .where('host.last_error', 'is not', null)
    .execute()
  expect(waiting.length).toBe((HANGING + NAMELESS) * POSTS - taken)
})

async function giveNameless(): Promise<void> {
  const inboxes = Array.from({ length: NAMELESS }, (_, n) => `http://never-${n}.test/users/0/inbox`)
  await giveFollowers(ground.db, 'anna', inboxes)
}

function normalHits(uris: readonly string[]): number {
  return sink.hits.filter(({ host, object }) => host >= HANGING + DRIPPING && uris.includes(object)).length
}

/** Hosts by the trouble that was had with them. */
async function troubles(): Promise<Record<string, number>> {
  const rows = await ground.db
    .selectFrom('host')
    .select(({ fn }) => ['last_error', fn.countAll<number>().as('n')])
    .where('last_error', 'is not', null)
    .groupBy('last_error')
    .orderBy('last_error')
    .execute()
  return Object.fromEntries(rows.map((row) => [row.last_error, Number(row.n)]))
}

function residentOf(pid: number | undefined): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024
}

const megabytes = (bytes: number) => `${Math.round(bytes / 1024 / 1024)} MB`
