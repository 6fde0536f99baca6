import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { sql } from 'kysely'
import { expect } from 'vitest'
import type { PostId } from '../../src/base/ids.ts'
import { openSession } from '../../src/domain/accounts/session.ts'
import { publishPost } from '../../src/domain/posts/publish.ts'
import { type SignOptions, signed } from './peer/signer.ts'
import type { Json } from './peer.ts'
import { type Ask, type Reply, startWhole } from './whole.ts'
import { stumbles } from './wire.ts'
import { ORIGIN, personHere } from './world.ts'

/** A case that fails names it; WEFT_TEST_SEED repeats a run. */
export const SEED = Number(process.env.WEFT_TEST_SEED ?? Date.now() % 2 ** 31)
const AT_ONCE = 8
const SLOWEST_MS = 1000
/** What a refused request may change: counters of the limiter, and nothing else. */
const COUNTERS = ['rate_limit']

/** A whole server with Anna and a post of hers, known to Alice elsewhere: something to throw things at. */
export async function startTarget() {
  const whole = await startWhole(['far.test', 'evil.test'])
  const { world, db } = whole
  const anna = await personHere(world, 'anna')
  const alice = await whole.peer.person('alice', { host: 'far.test' })
  const post: PostId = await publishPost(world, anna, { text: 'hello #tag', visibility: 'public' })
  const cookie = `__Host-weft=${await openSession(world, anna.id, undefined)}`
  let sent = 0

  /** Sends a request and checks what holds for every answer. */
  async function ask(path: string, how: Ask = {}): Promise<Reply> {
    sent += 1
    let reply = await whole.ask(path, how)
    // Other work on the machine may hold one answer up; what the input itself makes slow is slow again.
    for (let again = 0; again < 3 && reply.ms >= SLOWEST_MS; again += 1) {
      await sleep(250)
      reply = await whole.ask(path, how)
    }
    const headers = JSON.stringify(how.headers ?? {}).slice(0, 500)
    const what = `seed ${SEED}: ${how.method ?? 'GET'} ${path.slice(0, 300)} ${headers}`
    expect(reply.status, what).toBeLessThan(500)
    expect(reply.status, what).toBeGreaterThanOrEqual(200)
    expect(reply.ms, what).toBeLessThan(SLOWEST_MS)
    // S-163: no answer shows what is inside.
    expect(reply.text, what).not.toMatch(/node_modules|\bat .+\.ts:\d+|syntax error at or near|PostgresError/)
    return reply
  }

  /** Sends something to the shared inbox, as Alice. */
  function deliver(activity: Json | string | Buffer, sign: SignOptions = {}): Promise<Reply> {
    const plain = typeof activity === 'string' || Buffer.isBuffer(activity)
    const body = Buffer.from(plain ? activity : JSON.stringify(activity))
    const headers = { 'content-type': 'application/activity+json' }
    const request = { method: 'POST', url: `${ORIGIN}/ap/inbox`, headers, body }
    const outgoing = signed(request, alice.keys.rsa, sign)
    return ask('/ap/inbox', { method: 'POST', headers: outgoing.headers, body })
  }

  /** Numbers of rows and a hash over all that they hold, table by table. */
  async function state(): Promise<Record<string, string>> {
    // Pages that posts link to are asked some time later, and words are written down then: neither may fall between two looks.
    await sql`UPDATE job SET due_at = now() WHERE kind IN ('preview', 'search')`.execute(db)
    await whole.settled()
    const tables = await sql<{ name: string }>`
      SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1`.execute(db)
    const found: Record<string, string> = {}
    for (const { name } of tables.rows.filter((row) => !COUNTERS.includes(row.name))) {
      const { rows } = await sql<{ n: string; hash: string }>`
        SELECT count(*) AS n, md5(coalesce(string_agg(t::text, E'\n' ORDER BY t::text), '')) AS hash
        FROM ${sql.table(name)} AS t`.execute(db)
      found[name] = `${rows[0]?.n} rows, ${rows[0]?.hash}`
    }
    return found
  }

  /**
   * Makes `count` cases, sends them a few at a time, and sends those that were refused once more, between two looks at
   * the database: it must be the same before and after.
   */
  async function throwAll<Case>(
    cases: fc.Arbitrary<Case>,
    count: number,
    send: (one: Case) => Promise<Reply>,
  ): Promise<{ taken: number; refused: number }> {
    const all = fc.sample(cases, { numRuns: count, seed: SEED })
    const refused = new Map<Case, string>()
    await inTurns(all, async (one) => {
      const { status, text } = await send(one)
      if (status >= 400) refused.set(one, `${status} ${text}`)
    })
    await whole.settled()
    const before = await state()
    await inTurns([...refused.keys()], async (one) => {
      const what = `seed ${SEED}: ${refused.get(one)} ${JSON.stringify(one)}`
      expect((await send(one)).status, what).toBeGreaterThanOrEqual(400)
    })
    await whole.settled()
    expect(await state()).toEqual(before)
    expect((await whole.ask('/livez')).status).toBe(200)
    expect(stumbles(whole.errors)).toEqual([])
    return { taken: all.length - refused.size, refused: refused.size }
  }

  const target = {
    ...whole,
    whole,
    anna,
    alice,
    post,
    cookie,
    /** how many requests there have been */
    sent: () => sent,
    ask,
    deliver,
    state,
    throwAll,
    /** One of each kind that servers send, all of them fine as they are. */
    fineOnes,
  }
  // From then on she is known, and what was said of her is settled.
  expect((await deliver(alice.follow(world.uris.actor(anna.id)))).status).toBe(202)
  await whole.settled()
  return target

  function fineOnes(): Json[] {
    const note = alice.note('hello <a href="https://far.test/tags/x">#x</a>', {
      tag: [
        { type: 'Hashtag', name: '#x', href: 'https://far.test/tags/x' },
        { type: 'Mention', name: '@anna@weft.test', href: world.uris.actor(anna.id) },
      ],
      attachment: [{ type: 'Document', mediaType: 'image/png', url: 'https://far.test/x.png', name: 'x' }],
      contentMap: { en: '<p>hello</p>' },
      source: { content: 'hello', mediaType: 'text/plain' },
      inReplyTo: world.uris.post(post),
      updated: new Date().toISOString(),
      summary: 'x',
      sensitive: true,
      replies: { type: 'Collection', first: { type: 'CollectionPage', items: [] } },
    })
    const follow = alice.follow(world.uris.actor(anna.id))
    return [
      alice.create(note),
      alice.create({
        ...note,
        type: 'Question',
        oneOf: [{ type: 'Note', name: 'a' }],
        endTime: '2030-01-01T00:00:00Z',
      }),
      alice.update(note),
      alice.update(alice.actor),
      alice.delete(String(note.id)),
      follow,
      alice.undo(follow),
      alice.accept({ ...follow, actor: world.uris.actor(anna.id), object: alice.uri }),
      alice.reject(follow),
      alice.activity('Announce', world.uris.post(post)),
      alice.activity('Like', world.uris.post(post)),
      alice.activity('Flag', [world.uris.actor(anna.id)]),
      alice.activity('Move', alice.uri, { target: 'https://evil.test/users/alice' }),
      alice.activity('Add', note.id, { target: `${alice.uri}/featured` }),
    ]
  }
}

export type Target = Awaited<ReturnType<typeof startTarget>>

async function inTurns<Case>(cases: readonly Case[], work: (one: Case) => Promise<void>): Promise<void> {
  const left = [...cases]
  const hands = Array.from({ length: AT_ONCE }, async () => {
    for (let one = left.shift(); one !== undefined; one = left.shift()) await work(one)
  })
  for (const result of await Promise.allSettled(hands)) if (result.status === 'rejected') throw result.reason
}
