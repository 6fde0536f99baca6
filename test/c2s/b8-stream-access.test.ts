import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { LocalAccount } from '../../src/domain/accounts/account.ts'
import { findBearer } from '../../src/domain/grants/find.ts'
import { revokeGrants } from '../../src/domain/grants/revoke.ts'
import { suspendAccount } from '../../src/domain/moderation/suspend.ts'
import { publishPost } from '../../src/domain/posts/publish.ts'
import { type Listening, listenTo } from '../support/streams.ts'
import { bearing, tokenFor } from '../support/tokens.ts'
import { startWhole, type Whole } from '../support/whole.ts'
import { personHere } from '../support/world.ts'

let whole: Whole
let anna: LocalAccount
let ben: LocalAccount
const open: Listening[] = []

beforeAll(async () => {
  whole = await startWhole()
  anna = await personHere(whole.world, 'anna')
  ben = await personHere(whole.world, 'ben')
}, 60_000)
afterEach(() => {
  for (const stream of open.splice(0)) stream.close()
})
afterAll(() => whole?.[Symbol.asyncDispose]())

const pathOf = (url: string) => url.replace('https://weft.test', '')
const streamOf = (of: string) => pathOf(whole.world.uris.events(of))
const token = (scope = 'read', more = {}) => tokenFor(whole.world, anna, { scope, ...more })
async function hear(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Listening> {
  const stream = await listenTo(whole.port, path, headers, method)
  open.push(stream)
  return stream
}
async function ticketFor(stream: string, bearer: string) {
  const reply = await whole.ask('/ap/streams/tickets', {
    method: 'POST',
    headers: { ...bearing(bearer), 'content-type': 'application/json' },
    body: JSON.stringify({ stream }),
  })
  return { ...reply, json: JSON.parse(reply.text) as { ticket: string; stream: string; expires_in: number } }
}
/** How long it took until the stream was over; fails after four seconds. */
async function endOf(stream: Listening): Promise<number> {
  const began = performance.now()
  await Promise.race([stream.ended, sleep(4000).then(() => expect.fail(`still open: ${stream.raw}`))])
  return performance.now() - began
}

describe('the head of a stream', () => {
  test('is kept by nobody on the way, tells no address on, and is open to pages of every site', async () => {
    const stream = await hear(streamOf(anna.uri), {
      ...bearing(await token()),
      origin: 'https://app.example',
    })
    expect(stream.status).toBe(200)
    expect(stream.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'x-accel-buffering': 'no',
      'referrer-policy': 'no-referrer',
      'access-control-allow-origin': '*',
    })
    expect(stream.headers['cache-control']).toContain('no-store')
    expect(stream.headers).not.toHaveProperty('access-control-allow-credentials')
    expect(stream.headers).not.toHaveProperty('set-cookie')
  })

  test('HEAD says the same and opens nothing; OPTIONS says what may be sent; what cannot be done is 405', async () => {
    const path = streamOf(anna.uri)
    const head = await whole.ask(path, { method: 'HEAD', headers: bearing(await token()) })
    expect([head.status, head.headers['content-type']]).toEqual([200, 'text/event-stream; charset=utf-8'])
    const options = await whole.ask(path, { method: 'OPTIONS' })
    expect(options.status).toBe(204)
    expect(options.headers['access-control-allow-headers']).toMatch(/Authorization/)
    expect(options.headers['access-control-allow-headers']).toMatch(/Last-Event-ID/)
    const refused = await whole.ask(path, { method: 'DELETE', headers: bearing(await token()) })
    expect([refused.status, refused.headers.allow]).toEqual([405, 'GET, HEAD, OPTIONS'])
  })
})

describe('S-136: a stream takes the scopes that reading takes', () => {
  const lists = [
    'inbox',
    'streams/home',
    'streams/notifications',
    'pending_followers',
    'pending_following',
    'blocked',
  ]
  test.each(lists)('%s: for who may read it alone', async (list) => {
    const of = `${anna.uri}/${list}`
    const ask = async (path: string, headers = {}) => (await listenTo(whole.port, path, headers)).status
    for (const scope of ['write', 'readliked', 'read:public', 'readoutbox']) {
      const bearer = bearing(await token(scope))
      const [reading, listening] = [
        await whole.ask(pathOf(of), { headers: bearer }),
        await ask(streamOf(of), bearer),
      ]
      expect([scope, listening]).toEqual([scope, reading.status])
      if (scope === 'readliked') expect(listening).toBe(403)
    }
    const others = bearing(await tokenFor(whole.world, ben, { scope: 'read' }))
    expect(await ask(streamOf(of), others)).toBe(403)
    expect(await ask(streamOf(of))).toBe(401)
    expect((await hear(streamOf(of), bearing(await token('read')))).status).toBe(200)
  })

  test('the refusal names the scope', async () => {
    const refused = await whole.ask(streamOf(`${anna.uri}/inbox`), {
      headers: bearing(await token('readoutbox')),
    })
    expect(refused.status).toBe(403)
    expect(refused.headers['www-authenticate']).toContain('error="insufficient_scope", scope="readinbox"')
  })

  test('what a token may not read in its owner’s name it hears as everybody does', async () => {
    const target = streamOf(whole.world.uris.outbox(anna.id))
    const [whole_, narrow] = [
      await hear(target, bearing(await token('read'))),
      await hear(target, bearing(await token('readinbox'))),
    ]
    await publishPost(whole.world, anna, { text: 'for followers', visibility: 'followers', language: 'en' })
    await publishPost(whole.world, anna, { text: 'for all', visibility: 'public', language: 'en' })
    expect(JSON.stringify((await whole_.next()).data)).toContain('for followers')
    expect(JSON.stringify((await narrow.next()).data)).toContain('for all')
  })

  test('without any token, and by a cookie alone: 401, which says where to get one', async () => {
    const refused = await whole.ask(streamOf(anna.uri), { headers: { cookie: 'weft=1; session=x' } })
    expect(refused.status).toBe(401)
    expect(refused.headers['www-authenticate']).toMatch(/^Bearer resource_metadata="/)
    expect(refused.headers['access-control-allow-origin']).toBe('*')
  })
})

describe('a token in the address', () => {
  test('opens a stream, and is in nothing that is said or logged', async () => {
    const secret = await token()
    const stream = await hear(`${streamOf(anna.uri)}?access_token=${secret}`)
    expect(stream.status).toBe(200)
    const wrong = `${'x'.repeat(42)}y`
    const refused = await whole.ask(`${streamOf(anna.uri)}?access_token=${wrong}`)
    expect(refused.status).toBe(401)
    expect(refused.headers['www-authenticate']).toContain('error="invalid_token"')
    for (const said of [
      refused.text,
      JSON.stringify(refused.headers),
      JSON.stringify(stream.headers),
      whole.errors.join(),
    ]) {
      expect(said).not.toContain(secret)
      expect(said).not.toContain(wrong)
    }
  })
})

describe('a ticket', () => {
  test('opens the stream that it is for, once', async () => {
    const given = await ticketFor(whole.world.uris.events(anna.uri), await token())
    expect(given.status).toBe(201)
    expect(given.headers['cache-control']).toBe('no-store')
    expect(given.json.expires_in).toBe(60)
    const path = pathOf(given.json.stream)
    expect(path).toBe(`${streamOf(anna.uri)}?ticket=${given.json.ticket}`)
    const [first, second] = await Promise.all([hear(path), hear(path)])
    expect([first.status, second.status].sort()).toEqual([200, 401])
  })

  test('is for no other stream, and for nobody who may not read', async () => {
    const given = await ticketFor(whole.world.uris.events(anna.uri), await token())
    const other = await hear(`${streamOf(`${anna.uri}/inbox`)}?ticket=${given.json.ticket}`)
    expect(other.status).toBe(401)
    const spent = await hear(pathOf(given.json.stream))
    expect(spent.status).toBe(401)
    const narrow = await ticketFor(whole.world.uris.events(`${anna.uri}/inbox`), await token('readoutbox'))
    expect(narrow.status).toBe(403)
    expect((await ticketFor('https://far.test/events', await token())).status).toBe(400)
    expect((await ticketFor(`${whole.world.uris.origin}/about`, await token())).status).toBe(404)
  })

  test('has run out after a minute, and ends with the token that it was got with', async () => {
    const given = await ticketFor(whole.world.uris.events(anna.uri), await token())
    await whole.db
      .updateTable('stream_ticket')
      .set({ expires_at: new Date(Date.now() - 1) })
      .execute()
    expect((await hear(pathOf(given.json.stream))).status).toBe(401)
    const secret = await token()
    const late = await ticketFor(whole.world.uris.events(anna.uri), secret)
    const grant = await findBearer(whole.world, secret)
    await revokeGrants(whole.world, grant ? [grant.grantId] : [])
    expect((await hear(pathOf(late.json.stream))).status).toBe(401)
  })

  test('is kept as a hash alone', async () => {
    const given = await ticketFor(whole.world.uris.events(anna.uri), await token())
    const rows = await whole.db.selectFrom('stream_ticket').selectAll().execute()
    expect(JSON.stringify(rows)).not.toContain(given.json.ticket)
    expect(rows.some(({ ticket_hash }) => ticket_hash.toString('utf8') === given.json.ticket)).toBe(false)
  })
})

describe('S-135: an open stream ends', () => {
  test('within two seconds when its app is sent away', async () => {
    const secret = await token()
    const stream = await hear(streamOf(anna.uri), bearing(secret))
    const kept = await hear(streamOf(anna.uri), bearing(await token()))
    const grant = await findBearer(whole.world, secret)
    await revokeGrants(whole.world, grant ? [grant.grantId] : [])
    expect(await endOf(stream)).toBeLessThan(2000)
    expect(stream.events.at(-1)?.data).toEqual({ reason: 'token' })
    await sleep(100)
    expect(kept.events).toEqual([])
  })

  test('within two seconds when the token goes by a way of which nobody was told', async () => {
    const secret = await token()
    const stream = await hear(streamOf(anna.uri), bearing(secret))
    const grant = await findBearer(whole.world, secret)
    await whole.db
      .deleteFrom('grant_token')
      .where('grant_id', '=', grant?.grantId ?? ('0' as never))
      .execute()
    expect(await endOf(stream)).toBeLessThan(2100)
  })

  test('S-134: within two seconds when its person is suspended, and none can be opened', async () => {
    const mallory = await personHere(whole.world, 'mallory')
    const secret = await tokenFor(whole.world, mallory, { scope: 'read' })
    const streams = [
      await hear(streamOf(mallory.uri), bearing(secret)),
      await hear(streamOf(`${mallory.uri}/inbox`), bearing(secret)),
    ]
    await suspendAccount(whole.world, mallory)
    for (const stream of streams) expect(await endOf(stream)).toBeLessThan(2000)
    expect((await hear(streamOf(mallory.uri), bearing(secret))).status).toBe(401)
  })

  test('pitfall e9: within two seconds when the time of its token is up', async () => {
    whole.clock.set(new Date())
    const stream = await hear(streamOf(anna.uri), bearing(await token('read', { expiresInSeconds: 1 })))
    expect(stream.status).toBe(200)
    expect(await endOf(stream)).toBeLessThan(3100)
    expect(stream.events.at(-1)?.data).toEqual({ reason: 'token' })
  })
})

test('one token keeps sixteen open, and a person no more than forty-eight; each that is closed makes room', async () => {
  const secret = await token()
  const path = streamOf(anna.uri)
  const streams = await Promise.all(Array.from({ length: 16 }, () => hear(path, bearing(secret))))
  expect(streams.map(({ status }) => status)).toEqual(streams.map(() => 200))
  const refused = await whole.ask(path, { headers: bearing(secret) })
  expect(refused.status).toBe(429)
  expect(refused.headers['content-type']).toMatch(/^application\/problem\+json/)
  streams[0]?.close()
  await sleep(100)
  expect((await hear(path, bearing(secret))).status).toBe(200)
})

test('pitfall e13: who may not know of a post cannot tell by any stream whether it is there', async () => {
  const cleo = await personHere(whole.world, 'cleo')
  const bearer = bearing(await tokenFor(whole.world, cleo, { scope: 'read' }))
  const secret = await publishPost(whole.world, anna, { text: 'psst', visibility: 'direct', language: 'en' })
  const answers = []
  for (const id of [secret, '2']) {
    for (const part of ['', '/replies', '/likes', '/shares']) {
      const { status, text, headers } = await whole.ask(`/ap/posts/${id}${part}/events`, { headers: bearer })
      const { date: _date, ratelimit: _limit, ...rest } = headers
      answers.push(JSON.stringify([status, text, rest]))
    }
  }
  expect(new Set(answers).size).toBe(1)
})
