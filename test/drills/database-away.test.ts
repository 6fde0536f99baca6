import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Json, type Peer, type Person, startPeer } from '../support/peer.ts'
import { freePort, type RunningProcess } from '../support/process.ts'
import { eventually } from '../support/weft.ts'
import { type Cluster, startCluster } from './support/cluster.ts'
import { giveFollowers } from './support/followers.ts'
import { breakGround, type Ground } from './support/ground.ts'
import type { Poster } from './support/posting.ts'
import { type Sink, startSink } from './support/sink.ts'

const HOSTS = 30
const EACH = 2
const RECOVERY_MS = 10_000

let cluster: Cluster
let ground: Ground
let peer: Peer
let sink: Sink
let server: RunningProcess
let operator: string
let bob: Person
let anna: string
beforeAll(async () => {
  cluster = await startCluster()
  ;[ground, peer, sink] = await Promise.all([
    breakGround({ database: cluster, env: { WEFT_METRICS_PORT: String(await freePort()) } }),
    startPeer(),
    startSink(HOSTS),
  ])
  operator = `http://127.0.0.1:${ground.env.WEFT_METRICS_PORT}`
  server = await ground.start()
  const [account] = await ground.cli('account', 'create', 'anna')
  anna = String(account?.actor)
  await giveFollowers(ground.db, 'anna', sink.inboxes(EACH))
  bob = await peer.person('bob')
  sink.answer(async () => {
    await sleep(20)
    return { status: 202 }
  })
}, 120_000)
afterAll(async () => {
  await ground?.[Symbol.asyncDispose]()
  await peer?.stop()
  await sink?.[Symbol.asyncDispose]()
})

/** Posts, activities from elsewhere and pages, without end; what was answered, and what was promised. */
function load() {
  const said: string[] = []
  const taken: Json[] = []
  const answers: {
    readonly what: 'page' | 'inbox'
    readonly status: number
    readonly retryAfter: string | null
  }[] = []
  let stopped = false
  let poster: Poster | undefined
  const posting = async () => {
    while (!stopped) {
      poster ??= await ground.poster().catch(() => undefined)
      await poster?.say('anna', `number ${said.length}`).then(
        ({ uri }) => said.push(uri),
        () => sleep(50),
      )
      await sleep(60)
    }
  }
  const writing = async () => {
    while (!stopped) {
      const note = bob.note('hello', { cc: [anna], tag: [{ type: 'Mention', href: anna, name: '@anna' }] })
      const answer = await bob.post(`${anna}/inbox`, bob.create(note)).catch(() => undefined)
      const retryAfter = answer?.headers['retry-after'] ?? null
      answers.push({ what: 'inbox', status: answer?.status ?? 0, retryAfter })
      if (answer?.status === 202) taken.push(note)
      else await sleep(20)
    }
  }
  const reading = async () => {
    while (!stopped) {
      const response = await fetch(`${ground.origin}/@anna`).catch(() => undefined)
      await response?.text()
      const retryAfter = response?.headers.get('retry-after') ?? null
      answers.push({ what: 'page', status: response?.status ?? 0, retryAfter })
      if (response?.status !== 200) await sleep(20)
    }
  }
  const all = Promise.all([posting(), writing(), writing(), reading(), reading()])
  return {
    said,
    taken,
    answers,
    of: (what: 'page' | 'inbox', status: number) =>
      answers.filter((answer) => answer.what === what && answer.status === status),
    async stop() {
      stopped = true
      await all
      await poster?.kill()
    },
  }
}

type Load = ReturnType<typeof load>

const statusOf = (url: string) =>
  fetch(url).then(
    (response) => response.status,
    () => 0,
  )

test('R-008: a database that is restarted as after a power cut is found again at once, and nothing is lost', {
  timeout: 180_000,
}, async () => {
  const pid = server.child.pid
  const busy = load()
  for (let time = 1; time <= 2; time++) {
    await atWork(busy)
    const hits = sink.hits.length
    await cluster.restart()
    const restarted = Date.now()
    await allIsWell(busy, hits)
    console.log(`R-008: restart ${time}: all is well again after ${Date.now() - restarted} ms`)
    await hearsOfChanges(busy)
  }
  await busy.stop()
  await nothingIsLost(busy)
  onlySaidComeAgain(busy)
  expect(server.child.pid).toBe(pid)
  expect(server.child.exitCode).toBe(null)
})

test('R-008, R-020: while it is away everybody is told to come again; alive, not ready, and well when it is back', {
  timeout: 180_000,
}, async () => {
  const busy = load()
  await atWork(busy)
  await cluster.stop()
  const [pages, inboxes] = [busy.of('page', 503).length, busy.of('inbox', 503).length]
  await eventually(async () => {
    expect(busy.of('page', 503).length).toBeGreaterThan(pages + 20)
    expect(busy.of('inbox', 503).length).toBeGreaterThan(inboxes + 20)
  }, 30_000)
  for (const where of [server.origin, operator]) {
    await eventually(async () => expect(await statusOf(`${where}/readyz`)).toBe(503))
    expect(await statusOf(`${where}/livez`)).toBe(200)
  }
  expect(await (await fetch(`${operator}/readyz`)).json()).toEqual({
    status: 'not ready',
    database: 'does not answer',
  })
  expect(await statusOf(`${operator}/metrics`)).toBe(200)
  // Long enough for whoever tries again ever more seldom to have become seldom.
  await sleep(6000)
  const hits = sink.hits.length
  await cluster.start()
  const started = Date.now()
  await allIsWell(busy, hits)
  console.log(`R-008: after ${Date.now() - started} ms all is well again`)
  await hearsOfChanges(busy)
  await busy.stop()
  await nothingIsLost(busy)
  onlySaidComeAgain(busy)
  expect(server.child.exitCode).toBe(null)
})

test('R-007, R-008: a stop while it is away ends in time, and the next start finds everything', {
  timeout: 180_000,
}, async () => {
  const busy = load()
  await atWork(busy)
  await cluster.stop()
  const began = Date.now()
  const code = await server.end('SIGTERM')
  const took = Date.now() - began
  console.log(`R-008: stopped in ${took} ms with ${code} while the database was away`)
  expect(took).toBeLessThan(30_000)
  expect([0, 1]).toContain(code)
  await cluster.start()
  server = await ground.start()
  await busy.stop()
  await nothingIsLost(busy)
})

/** Waits until everything is going on at once. */
async function atWork(busy: Load): Promise<void> {
  const [said, taken] = [busy.said.length, busy.taken.length]
  await eventually(async () => {
    expect(busy.said.length).toBeGreaterThan(said + 5)
    expect(busy.taken.length).toBeGreaterThan(taken + 20)
    expect(sink.open).toBeGreaterThan(0)
  }, 60_000)
}

/** Within ten seconds: ready, pages, activities and posts taken, deliveries under way, and both listeners listening. */
async function allIsWell(busy: Load, hitsBefore: number): Promise<void> {
  const [said, taken, pages] = [busy.said.length, busy.taken.length, busy.of('page', 200).length]
  await eventually(async () => {
    expect(await statusOf(`${server.origin}/readyz`)).toBe(200)
    expect(busy.said.length).toBeGreaterThan(said)
    expect(busy.taken.length).toBeGreaterThan(taken)
    expect(busy.of('page', 200).length).toBeGreaterThan(pages)
    expect(sink.hits.length).toBeGreaterThan(hitsBefore + 50)
    expect(await listeners()).toEqual([
      'LISTEN "documents"; LISTEN "domains"; LISTEN "grants"; LISTEN "ips"',
      'LISTEN "jobs"',
    ])
  }, RECOVERY_MS)
}

/** What was kept ready is dropped when its post changes: the process hears of it again, long before it looks by itself. */
async function hearsOfChanges(busy: Load): Promise<void> {
  const uri = busy.said.at(-1) ?? ''
  const read = async () => (await fetch(uri, { headers: { accept: 'application/activity+json' } })).text()
  expect(await read()).not.toContain('and changed')
  await using poster = await ground.poster()
  await poster.edit('anna', uri.split('/').pop() ?? '', 'said and changed')
  await eventually(async () => expect(await read()).toContain('and changed'), 5000)
}

async function listeners(): Promise<string[]> {
  const { rows } = await sql<{ query: string }>`
    SELECT query FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = 'weft listener' ORDER BY 1`.execute(ground.db)
  return rows.map((row) => row.query)
}

async function nothingIsLost(busy: Load): Promise<void> {
  await ground.workedOff()
  for (const uri of busy.said) {
    const creates = new Map<string, Set<string>>()
    for (const hit of sink.hits) {
      if (hit.object !== uri || hit.type !== 'Create') continue
      creates.set(hit.inbox, (creates.get(hit.inbox) ?? new Set()).add(hit.id))
    }
    expect(creates.size, uri).toBe(HOSTS * EACH)
    expect([...creates.values()].every((ids) => ids.size === 1)).toBe(true)
  }
  const uris = busy.taken.map((note) => String(note.id))
  const stored = await ground.db.selectFrom('post').select('uri').where('uri', 'in', uris).execute()
  expect(stored.length).toBe(uris.length)
  expect(await ground.cli('deliveries', 'failed')).toEqual([])
  const failing = await ground.db
    .selectFrom('host')
    .select(['name', 'last_error'])
    .where('failures', '>', 0)
    .execute()
  expect(failing, 'nobody else is blamed for it').toEqual([])
}

/** Yes, or come again and when; nothing else, and nobody was cut off. */
function onlySaidComeAgain(busy: Load): void {
  const odd = busy.answers.filter(
    ({ what, status, retryAfter }) =>
      status !== (what === 'page' ? 200 : 202) && !(status === 503 && Number(retryAfter) > 0),
  )
  expect(odd).toEqual([])
}
