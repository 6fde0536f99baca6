import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Json, type Peer, type Person, startPeer } from '../support/peer.ts'
import type { RunningProcess } from '../support/process.ts'
import { eventually } from '../support/weft.ts'
import { block } from './support/blocking.ts'
import { giveFollowers } from './support/followers.ts'
import { breakGround, type Ground } from './support/ground.ts'
import { waitingIn } from './support/queue.ts'
import { type Sink, startSink } from './support/sink.ts'

const HOSTS = 60
const EACH = 3
const MOST_POSTS = 30

let ground: Ground
let peer: Peer
let sink: Sink
let bob: Person
let anna: string
beforeAll(async () => {
  ;[ground, peer, sink] = await Promise.all([breakGround(), startPeer(), startSink(HOSTS)])
  const [account] = await ground.cli('account', 'create', 'anna')
  anna = String(account?.actor)
  await giveFollowers(ground.db, 'anna', sink.inboxes(EACH))
  bob = await peer.person('bob')
}, 120_000)
afterAll(async () => {
  await ground?.[Symbol.asyncDispose]()
  await peer?.stop()
  await sink?.[Symbol.asyncDispose]()
})

/** Deliveries under way, activities that keep coming in, and a request that is being answered. */
async function load(server: RunningProcess) {
  sink.answer(async () => {
    await sleep(150)
    return { status: 202 }
  })
  const said: string[] = []
  const taken: Json[] = []
  const answers: number[] = []
  let stopped = false
  const poster = await ground.poster()
  const posting = (async () => {
    while (!stopped && said.length < MOST_POSTS)
      said.push((await poster.say('anna', `number ${said.length}`)).uri)
  })().catch(() => undefined)
  const writing = Array.from({ length: 4 }, async () => {
    while (!stopped) {
      const note = bob.note('hello', { cc: [anna], tag: [{ type: 'Mention', href: anna, name: '@anna' }] })
      const answer = await bob.post(`${anna}/inbox`, bob.create(note)).catch(() => undefined)
      if (answer) answers.push(answer.status)
      if (answer?.status === 202) taken.push(note)
      if (!answer) await sleep(20)
    }
  })
  await eventually(async () => {
    expect(taken.length).toBeGreaterThan(20)
    expect(sink.open).toBeGreaterThan(10)
    expect((await waitingIn(ground.db)).delivery).toBeGreaterThan(1000)
  }, 60_000)
  const reading = await readSlowly(server)
  return {
    said,
    taken,
    answers,
    reading,
    async stop() {
      stopped = true
      await Promise.all([posting, ...writing])
      await poster.kill()
    },
  }
}

/** A page that cannot be made before `go`, because who asks cannot be looked up; resolves when it is being asked for. */
async function readSlowly(server: RunningProcess) {
  const sessions = await block(ground.db, 'session', 'ACCESS EXCLUSIVE')
  const headers = { cookie: `weft=${'A'.repeat(43)}` }
  const answered = fetch(`${server.origin}/about`, { headers }).then(
    (response) => response.status,
    (error: unknown) => error,
  )
  await sessions.waitedFor(1)
  return { go: sessions.release, answered }
}

test('R-007: a stop under load loses nothing, cuts nobody off, takes less than 30 s, and the next start goes on at once', {
  timeout: 180_000,
}, async () => {
  const server = await ground.start()
  const busy = await load(server)
  const began = Date.now()
  const ended = server.end('SIGTERM')
  // Nobody new is let in while the last ones are answered.
  await eventually(() => expect(fetch(server.origin)).rejects.toThrow())
  await busy.reading.go()
  expect(await busy.reading.answered).toBe(200)
  expect(await ended).toBe(0)
  const took = Date.now() - began
  expect(took).toBeLessThan(30_000)
  await busy.stop()
  expect(new Set(busy.answers.filter((status) => status !== 202))).toEqual(
    new Set(busy.answers.includes(503) ? [503] : []),
  )

  // Nothing is held any more, so nothing has to wait for a lease to end.
  const left = await waitingIn(ground.db)
  expect(left.job + left.delivery).toBeGreaterThan(0)
  for (const table of ['host_queue', 'lane_queue', 'job'] as const) {
    expect(
      await ground.db.selectFrom(table).select('owner').where('owner', 'is not', null).execute(),
      table,
    ).toEqual([])
  }
  const before = sink.hits.length
  const next = await ground.start()
  const startedAt = Date.now()
  await sink.hitTimes(before + 1)
  const resumed = Date.now() - startedAt
  await ground.workedOff()
  console.log(
    `R-007: stopped in ${took} ms with ${JSON.stringify(left)} left, resumed ${resumed} ms after the start, ` +
      `${sink.hits.length} requests, ${sink.repeats} repeats`,
  )
  expect(resumed).toBeLessThan(10_000)
  expect(sink.repeats, 'what was under way was finished').toBe(0)
  for (const uri of busy.said)
    expect(sink.hits.filter((hit) => hit.object === uri).length, uri).toBe(HOSTS * EACH)
  expect(await storedOf(busy.taken)).toBe(busy.taken.length)
  expect(await next.end('SIGTERM')).toBe(0)
})

test.each([
  ['rejection', 'a rejection that nobody handled'],
  ['exception', 'an exception that nobody caught'],
])(
  'R-024: a %s under load is logged, drains the server, ends it with 1 and costs nothing',
  { timeout: 180_000 },
  async (kind, message) => {
    const server = await ground.start({
      nodeArgs: ['--import', join(import.meta.dirname, 'support/break-on-signal.ts')],
      env: { WEFT_TEST_BREAK: kind },
    })
    const busy = await load(server)
    server.child.kill('SIGUSR2')
    await eventually(() => expect(fetch(server.origin)).rejects.toThrow())
    await busy.reading.go()
    expect(await busy.reading.answered).toBe(200)
    expect(await server.exited).toBe(1)
    await busy.stop()
    const logged = server
      .stderr()
      .split('\n')
      .filter((line) => line.includes(message))
    expect(logged).toHaveLength(1)
    expect(JSON.parse(logged[0] ?? '')).toMatchObject({ level: 'ERROR', error: { message } })

    const next = await ground.start()
    await ground.workedOff()
    expect(sink.repeats).toBe(0)
    for (const uri of busy.said)
      expect(sink.hits.filter((hit) => hit.object === uri).length, uri).toBe(HOSTS * EACH)
    expect(await storedOf(busy.taken)).toBe(busy.taken.length)
    expect(await next.end('SIGTERM')).toBe(0)
  },
)

async function storedOf(notes: readonly Json[]): Promise<number> {
  const uris = notes.map((note) => String(note.id))
  const rows = await ground.db.selectFrom('post').select('uri').where('uri', 'in', uris).execute()
  return rows.length
}
