import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Peer, startPeer } from '../support/peer.ts'
import { freePort } from '../support/process.ts'
import { eventually } from '../support/weft.ts'
import { giveFollowers } from './support/followers.ts'
import { breakGround, type Ground } from './support/ground.ts'
import { type NameServer, startNameServer } from './support/name-server.ts'
import { letWaitsPass } from './support/queue.ts'
import { type Reply, type Sink, startSink } from './support/sink.ts'

const STATUSES = Array.from({ length: 400 }, (_, n) => 200 + n)

/** Answers that carry a Retry-After, and the seconds after which the host may be asked again. */
const RETRY_AFTER: readonly (readonly [header: string, low: number, high: number])[] = [
  ['120', 120, 132],
  ['in-five-minutes', 290, 331],
  ['0', 30, 33],
  ['-5', 48, 72],
  ['soon', 48, 72],
  ['999999999', 86_400, 95_041],
]

/** What no status says, and what is written down about it. */
const CUT: readonly (readonly [name: string, reply: Reply, error: string])[] = [
  ['empty', (response) => response.socket?.end(), 'it dropped the connection'],
  ['reset', { reset: 'before' }, 'it dropped the connection'],
  ['no HTTP', (response) => response.socket?.end('HELLO\r\n\r\n'), 'its answer is no HTTP'],
]

const HOSTS = STATUSES.length + RETRY_AFTER.length + CUT.length + 3
const MIDWAY = HOSTS - 3
/** Where redirects lead; nothing of ours goes there by itself. */
const ELSEWHERE = HOSTS - 2
/** Asked for TLS, of which it knows nothing. */
const PLAIN = HOSTS - 1

let ground: Ground
let sink: Sink
let names: NameServer
let secure: Peer
let unreachable: [inbox: string, error: RegExp][]
beforeAll(async () => {
  ;[ground, sink, names, secure] = await Promise.all([
    breakGround(),
    startSink(HOSTS),
    startNameServer(),
    startPeer({ tls: true }),
  ])
  unreachable = [
    [sink.inbox(PLAIN).replace('http:', 'https:'), /^no connection: E(?:PROTO|RR_SSL)/],
    [`${secure.origin('tls.localhost')}/users/0/inbox`, /^no connection: \w*(?:CERT|VERIF|ISSUER|CHAIN)\w*/],
    ['http://nobody.test/users/0/inbox', /^its name does not exist$/],
    ['http://never.test/users/0/inbox', /^its name was not resolved in time$/],
    [`http://127.77.0.1:${await freePort()}/users/0/inbox`, /^it refuses connections$/],
  ]
  await ground.cli('account', 'create', 'anna')
  const inboxes = sink.inboxes(1).slice(0, ELSEWHERE)
  await giveFollowers(ground.db, 'anna', [...inboxes, ...unreachable.map(([inbox]) => inbox)])
}, 60_000)
afterAll(async () => {
  await ground?.[Symbol.asyncDispose]()
  await sink?.[Symbol.asyncDispose]()
  await names?.[Symbol.asyncDispose]()
  await secure?.stop()
})

function replyOf(host: number): Reply {
  const status = STATUSES[host]
  if (status !== undefined) {
    const location = status >= 300 && status < 400 ? { location: sink.inbox(ELSEWHERE) } : undefined
    return { status, ...(location && { headers: location }) }
  }
  const wait = RETRY_AFTER[host - STATUSES.length]?.[0]
  if (wait !== undefined) {
    const inFiveMinutes = new Date(Date.now() + 300_000).toUTCString()
    return { status: 503, headers: { 'retry-after': wait === 'in-five-minutes' ? inFiveMinutes : wait } }
  }
  if (host === MIDWAY) return { status: 202, body: 'x'.repeat(1000), reset: 'midway' }
  return CUT[host - STATUSES.length - RETRY_AFTER.length]?.[1] ?? { status: 500 }
}

/** What a status means, as one word each for the delivery, its host and its inbox. */
function meaningOf(status: number): string {
  if (status < 300) return 'delivered'
  if (status === 410) return 'gone for good'
  if (status === 404) return 'missing, again later'
  if ([429, 502, 503, 504].includes(status)) return 'the host waits'
  return 'again later'
}

/** How often it is asked before it is set aside; undefined: for as long as three days. */
function triesOf(status: number): number | undefined {
  if (status === 401 || status === 403) return 3
  if (status === 404 || status === 408 || status === 429 || status === 410) return undefined
  return status >= 400 && status < 500 ? 2 : undefined
}

test('R-012: each answer, and each failure to answer, means what the table says', {
  timeout: 180_000,
}, async () => {
  sink.answer(({ host }) => replyOf(host))
  await ground.start({
    role: 'worker',
    entry: join(import.meta.dirname, 'support/server-with-names.ts'),
    env: { WEFT_TEST_NAME_SERVER: names.address },
  })
  await ground.cli('post', 'anna', 'to all of them')
  await eventually(async () => expect(await notTriedYet()).toEqual([]), 60_000)

  const found = await states()
  const meanings = STATUSES.map((status, host) => [status, found.get(sink.inbox(host))?.meaning])
  expect(meanings).toEqual(STATUSES.map((status) => [status, meaningOf(status)]))
  for (const [host, status] of STATUSES.entries()) {
    // Whoever may not have understood the signature is asked in the other form, once.
    const knocks = [400, 401, 403, 404, 410].includes(status) ? 2 : 1
    expect(sink.hits.filter((hit) => hit.host === host).length, String(status)).toBe(knocks)
    if (meaningOf(status).endsWith('again later')) inMinute(found.get(sink.inbox(host))?.waits)
  }
  for (const [n, [header, low, high]] of RETRY_AFTER.entries()) {
    const state = found.get(sink.inbox(STATUSES.length + n))
    expect(state?.meaning, header).toBe('the host waits')
    expect(state?.hostWaits, header).toBeGreaterThan(low - 10)
    expect(state?.hostWaits, header).toBeLessThanOrEqual(high)
  }
  for (const [n, [name, , error]] of CUT.entries()) {
    const state = found.get(sink.inbox(STATUSES.length + RETRY_AFTER.length + n))
    expect(state, name).toMatchObject({ meaning: 'the host waits', error })
    inMinute(state?.hostWaits)
  }
  for (const [inbox, error] of unreachable) {
    expect(found.get(inbox), inbox).toMatchObject({
      meaning: 'the host waits',
      error: expect.stringMatching(error),
    })
  }
  expect(found.get(sink.inbox(MIDWAY))?.meaning, 'the status is what counts').toBe('delivered')
  expect(sink.at(sink.inbox(ELSEWHERE)).size, 'a redirect is not followed').toBe(0)
})

test('R-012: what is refused again and again is set aside after as many tries as the table says', {
  timeout: 120_000,
}, async () => {
  for (const tries of [2, 3]) {
    await eventually(async () => {
      await letWaitsPass(ground.db)
      const expected = STATUSES.filter((status) => (triesOf(status) ?? 99) <= tries)
      expect(await deadAfter(tries)).toEqual(expected.map((status) => sink.inbox(status - 200)).toSorted())
    }, 60_000)
  }
  const shown = await ground.cli('deliveries', 'failed')
  expect(shown).toHaveLength(STATUSES.filter((status) => triesOf(status) !== undefined).length)
  expect(shown.find((row) => row.about === sink.inbox(403 - 200))).toMatchObject({
    kind: 'Create',
    attempts: 3,
    reason: 'answered 403',
  })
})

test('R-012: when all of them take it, all of it arrives but what was given up; nobody asks again where it is gone', {
  timeout: 120_000,
}, async () => {
  sink.answer(() => ({ status: 202 }))
  const reachable = sink.inboxes(1).slice(0, ELSEWHERE)
  await eventually(async () => {
    await letWaitsPass(ground.db)
    expect(await waitingFor(reachable)).toBe(0)
  }, 60_000)
  const before = sink.hits.length
  const [post] = await ground.cli('post', 'anna', 'and once more')
  await eventually(async () => expect(await waitingFor(reachable)).toBe(0), 60_000)
  const heard = sink.hits.slice(before).filter((hit) => hit.object === post?.uri)
  const expected = reachable.filter((inbox) => inbox !== sink.inbox(410 - 200))
  expect(new Set(heard.map((hit) => hit.inbox))).toEqual(new Set(expected))
  expect(heard).toHaveLength(expected.length)
})

interface State {
  readonly meaning: string
  readonly error: string | null
  /** seconds until the delivery may be tried again */
  readonly waits: number | null
  /** seconds until the host may be asked again */
  readonly hostWaits: number | null
}

async function states(): Promise<Map<string, State>> {
  const { rows } = await sql<State & { inbox: string }>`
    SELECT i.url AS inbox, h.last_error AS error,
      CASE WHEN i.gone_at IS NOT NULL AND d.id IS NULL THEN 'gone for good'
        WHEN d.id IS NULL THEN 'delivered'
        WHEN i.missing_since IS NOT NULL AND d.attempts = 1 THEN 'missing, again later'
        WHEN d.attempts = 1 AND h.failures = 0 AND q.standing <> 'failing' THEN 'again later'
        WHEN d.attempts = 0 AND h.failures = 1 AND q.standing = 'failing' AND d.not_before IS NULL THEN 'the host waits'
        ELSE 'something else' END AS meaning,
      extract(epoch FROM d.not_before - now())::float8 AS waits,
      CASE WHEN q.standing = 'failing' THEN extract(epoch FROM q.due_at - now())::float8 END AS "hostWaits"
    FROM inbox i JOIN host h ON h.id = i.host_id LEFT JOIN host_queue q ON q.host_id = h.id
      LEFT JOIN delivery d ON d.inbox_id = i.id`.execute(ground.db)
  return new Map(rows.map(({ inbox, ...state }) => [inbox, state]))
}

/** Inboxes for which something is due, or under way. */
async function notTriedYet(): Promise<string[]> {
  const { rows } = await sql<{ url: string }>`
    SELECT i.url FROM inbox i JOIN delivery d ON d.inbox_id = i.id JOIN host_queue q ON q.host_id = i.host_id
    WHERE q.owner IS NOT NULL OR (q.due_at <= now() AND COALESCE(d.not_before, now()) <= now())
    UNION ALL SELECT 'a job' FROM job`.execute(ground.db)
  return rows.map((row) => row.url)
}

async function deadAfter(tries: number): Promise<string[]> {
  const rows = await ground.db
    .selectFrom('dead_delivery')
    .innerJoin('inbox', 'inbox.id', 'dead_delivery.inbox_id')
    .select('inbox.url')
    .where('attempts', '<=', tries)
    .execute()
  return rows.map((row) => row.url).toSorted()
}

async function waitingFor(inboxes: readonly string[]): Promise<number> {
  const rows = await ground.db
    .selectFrom('delivery')
    .innerJoin('inbox', 'inbox.id', 'delivery.inbox_id')
    .select('delivery.id')
    .where('inbox.url', 'in', inboxes)
    .execute()
  const jobs = await ground.db.selectFrom('job').select('id').execute()
  return rows.length + jobs.length
}

/** A minute, give or take a fifth, less what has passed since. */
function inMinute(seconds: number | null | undefined): void {
  expect(seconds).toBeGreaterThan(20)
  expect(seconds).toBeLessThanOrEqual(72)
}
