import http from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readAll } from '../support/peer/wire.ts'
import { type Json, type Peer, type Person, startPeer } from '../support/peer.ts'
import { freePort, type RunningProcess } from '../support/process.ts'
import { eventually } from '../support/weft.ts'
import { emptyDatabase } from './support/empty-database.ts'
import { giveFollowers } from './support/followers.ts'
import { breakGround, type Ground } from './support/ground.ts'
import { type Sink, startSink } from './support/sink.ts'

const HOSTS = 20
const EACH = 3

/** Where each of the four listens: the webs for everybody, the workers for the operator. */
interface Place {
  readonly role: 'web' | 'worker'
  readonly port: number
  readonly metricsPort: number
}

let ground: Ground
let sink: Sink
let places: readonly Place[]
let running: RunningProcess[]
let peers: readonly Peer[]
let bob: Person
/** how bob sends, by the web that gets it */
let doors: readonly Person['post'][]
let anna: string
beforeAll(async () => {
  ;[ground, sink] = await Promise.all([breakGround({ database: await emptyDatabase() }), startSink(HOSTS)])
  places = await Promise.all(
    (['web', 'web', 'worker', 'worker'] as const).map(async (role, n) => ({
      role,
      port: n === 0 ? ground.port : await freePort(),
      metricsPort: await freePort(),
    })),
  )
  // All at once, on a database in which there is nothing yet.
  running = await Promise.all(places.map(startAt))
  const [account] = await ground.cli('account', 'create', 'anna')
  anna = String(account?.actor)
  await giveFollowers(ground.db, 'anna', sink.inboxes(EACH))
  peers = await Promise.all(
    [0, 1].map((n) =>
      startPeer({ reach: { [new URL(ground.origin).host]: `http://127.0.0.1:${places[n]?.port}` } }),
    ),
  )
  bob = await peers[0]!.person('bob')
  const twin = await peers[1]!.person('bob', { rsa: bob.keys.rsa, ed25519: bob.keys.ed25519 })
  doors = [bob.post, twin.post]
}, 120_000)
afterAll(async () => {
  await ground?.[Symbol.asyncDispose]()
  await sink?.[Symbol.asyncDispose]()
  await Promise.all(peers?.map((peer) => peer.stop()) ?? [])
})

function startAt({ role, port, metricsPort }: Place): Promise<RunningProcess> {
  return ground.start({ role, port, env: { WEFT_METRICS_PORT: String(metricsPort) } })
}

test('R-023: four processes that start together on an empty database bring it up to date once, and all of them work', async () => {
  const { rows } = await sql<{ name: string; n: number }>`
    SELECT name, count(*)::int AS n FROM kysely_migration GROUP BY 1`.execute(ground.db)
  expect(rows.length).toBeGreaterThan(2)
  expect(rows.every((row) => row.n === 1)).toBe(true)
  for (const { metricsPort } of places) {
    expect((await fetch(`http://127.0.0.1:${metricsPort}/readyz`)).status).toBe(200)
  }
  const workers = await ground.db.selectFrom('worker').select('slot').execute()
  expect(workers).toHaveLength(2)
})

test('R-023: two workers do nothing twice, and both work', { timeout: 120_000 }, async () => {
  sink.answer(async () => {
    await sleep(10)
    return { status: 202 }
  })
  const poster = await ground.poster()
  const said: string[] = []
  for (let n = 0; n < 20; n++) said.push((await poster.say('anna', `number ${n}`)).uri)
  // One activity comes in by both doors at the same moment, as shared inboxes and retries bring about.
  const notes = Array.from({ length: 40 }, (_, n) => noteTo(n))
  const answers = await Promise.all(
    notes.flatMap((note) => {
      const create = bob.create(note)
      return doors.map((post) => post(`${anna}/inbox`, create))
    }),
  )
  expect(answers.filter((answer) => answer.status !== 202)).toEqual([])
  await ground.workedOff()
  const shares = () => Promise.all(places.slice(2).map(deliveredBy))
  // Who claims first is chance, and on a busy machine may be the same one for a while: with enough to do, both do some.
  for (let more = 0; more < 10 && Math.min(...(await shares())) === 0; more++) {
    for (let n = 0; n < 20; n++) said.push((await poster.say('anna', `more, ${more} ${n}`)).uri)
    await ground.workedOff()
  }
  expect(sink.hits.length).toBe(said.length * HOSTS * EACH)
  expect(sink.repeats).toBe(0)
  expect(await storedOf(notes)).toBe(notes.length)
  const { rows } = await sql<{
    n: number
  }>`SELECT count(*)::int AS n FROM notification WHERE kind = 'mention'`.execute(ground.db)
  expect(rows[0]?.n).toBe(notes.length)

  const [one = 0, other = 0] = await shares()
  console.log(`R-023: one worker made ${one} deliveries, the other ${other}`)
  expect(one + other).toBe(sink.hits.length)
  expect(Math.min(one, other)).toBeGreaterThan(0)
  await poster.kill()
})

test('R-023: what one process changes, no other goes on serving from its cache', {
  timeout: 60_000,
}, async () => {
  const [post] = await ground.cli('post', 'anna', 'as it was')
  const paths = [
    new URL(anna).pathname,
    new URL(String(post?.uri)).pathname,
    `/.well-known/webfinger?resource=acct:anna@${new URL(ground.origin).host}`,
  ]
  for (const place of places.slice(0, 2)) {
    for (const path of paths) for (const _ of [1, 2]) expect((await read(place, path)).status, path).toBe(200)
  }
  await ground.cli('account', 'update', 'anna', '--bio', 'changed meanwhile')
  await ground.cli('edit', String(post?.url), 'as it is')
  const before = Date.now()
  for (const place of places.slice(0, 2)) {
    await eventually(async () => {
      expect((await read(place, paths[0] ?? '')).text).toContain('changed meanwhile')
      expect((await read(place, paths[1] ?? '')).text).toContain('as it is')
    }, 5000)
  }
  await ground.cli('unpost', String(post?.url))
  for (const place of places.slice(0, 2)) {
    await eventually(async () => expect((await read(place, paths[1] ?? '')).status).toBe(410), 5000)
  }
  // By itself a process looks after a minute only.
  expect(Date.now() - before).toBeLessThan(50_000)
})

test('R-023: one after the other is restarted under load, and no request fails, nothing is lost and nothing done twice', {
  timeout: 180_000,
}, async () => {
  const busy = load()
  await eventually(async () => expect(busy.done()).toBeGreaterThan(50), 30_000)
  for (const [n, place] of places.entries()) {
    const began = busy.done()
    expect(await running[n]?.end('SIGTERM')).toBe(0)
    await eventually(async () => expect(busy.done()).toBeGreaterThan(began + 20), 30_000)
    running[n] = await startAt(place)
    await eventually(async () => expect(busy.done()).toBeGreaterThan(began + 60), 30_000)
  }
  await busy.stop()
  await ground.workedOff()
  console.log(
    `R-023: ${busy.done()} requests, ${busy.again.refused} refused, ${busy.again.reset} cut, ${busy.again.told} told to come again`,
  )
  expect(busy.failed).toEqual([])
  for (const uri of busy.said)
    expect(sink.hits.filter((hit) => hit.object === uri).length, uri).toBe(HOSTS * EACH)
  expect(sink.repeats).toBe(0)
  expect(await storedOf(busy.taken)).toBe(busy.taken.length)
})

/** Readers and writers who go to the other web when one does not take them; and somebody who posts. */
function load() {
  const again = { refused: 0, reset: 0, told: 0 }
  const failed: string[] = []
  const said: string[] = []
  const taken: Json[] = []
  let answered = 0
  let stopped = false

  /** @param attempt resolves with a status; rejects when the connection is not taken */
  async function somewhere(
    what: string,
    attempt: (n: number) => Promise<number>,
    wanted: number,
  ): Promise<boolean> {
    const first = answered % 2
    for (const n of [first, 1 - first, first, 1 - first]) {
      const status = await attempt(n).catch((error: NodeJS.ErrnoException) => error.code ?? 'unknown')
      if (status === wanted) {
        answered++
        return true
      }
      if (status === 'ECONNREFUSED') again.refused++
      else if (status === 'ECONNRESET') again.reset++
      else if (status === 503) again.told++
      else {
        failed.push(`${what}: ${status}`)
        return false
      }
    }
    failed.push(`${what}: nobody`)
    return false
  }
  const reader = async (path: string) => {
    while (!stopped) await somewhere(path, async (n) => (await read(places[n]!, path)).status, 200)
  }
  const writer = async () => {
    for (let n = 0; !stopped; n++) {
      const note = noteTo(n)
      const create = bob.create(note)
      const ok = await somewhere(
        'inbox',
        async (at) => (await doors[at]!(`${anna}/inbox`, create)).status,
        202,
      )
      if (ok) taken.push(note)
    }
  }
  const posting = async () => {
    const poster = await ground.poster()
    while (!stopped) {
      said.push((await poster.say('anna', `on the way ${said.length}`)).uri)
      await sleep(100)
    }
    await poster.kill()
  }
  const all = Promise.all([
    reader('/@anna'),
    reader('/about'),
    reader(new URL(anna).pathname),
    writer(),
    posting(),
  ])
  return {
    again,
    failed,
    said,
    taken,
    done: () => answered,
    async stop() {
      stopped = true
      await all
    },
  }
}

function noteTo(n: number): Json {
  return bob.note(`number ${n}`, { cc: [anna], tag: [{ type: 'Mention', href: anna, name: '@anna' }] })
}

/** Asks one web of the two for what the origin has; each time over a new connection. */
function read(place: Place, path: string): Promise<{ status: number; text: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; text: string }>()
  const headers = { host: new URL(ground.origin).host, accept: 'application/activity+json, text/html;q=0.5' }
  http
    .get({ host: '127.0.0.1', port: place.port, path, headers, agent: false }, (response) => {
      readAll(response).then(
        (body) => resolve({ status: response.statusCode ?? 0, text: body.toString() }),
        reject,
      )
    })
    .on('error', reject)
  return promise
}

async function deliveredBy({ metricsPort }: Place): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text()
  return Number(/^weft_deliveries_total\{result="delivered"\} (\d+)/m.exec(text)?.[1] ?? 0)
}

async function storedOf(notes: readonly Json[]): Promise<number> {
  const uris = notes.map((note) => String(note.id))
  return (await ground.db.selectFrom('post').select('uri').where('uri', 'in', uris).execute()).length
}
