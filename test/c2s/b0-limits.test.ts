import { once } from 'node:events'
import http from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { LocalAccount } from '../../src/domain/accounts/account.ts'
import { budgetsOf } from '../../src/faces/http/budgets.ts'
import { bearing, tokenFor } from '../support/tokens.ts'
import { type Reply, startWhole, type Whole } from '../support/whole.ts'
import { personHere } from '../support/world.ts'

/* c2s.md b0, 7; S-140. */

const ACTIVITY = 'application/activity+json'
let whole: Whole
let anna: LocalAccount
let ben: LocalAccount

beforeAll(async () => {
  whole = await startWhole([], { WEFT_RATE_LIMITS: 'on' })
  anna = await personHere(whole.world, 'anna')
  ben = await personHere(whole.world, 'ben')
}, 60_000)
afterAll(async () => {
  await whole?.[Symbol.asyncDispose]()
  expect(whole?.errors).toEqual([])
})

const get = (path: string, headers: Record<string, string> = {}) =>
  whole.ask(path, { headers: { accept: ACTIVITY, ...headers } })
const burstLeft = ({ headers }: Reply) => Number(/"burst";r=(\d+)/.exec(String(headers.ratelimit))?.[1])
const note = (token: string, who: LocalAccount) =>
  whole.ask(`/ap/actors/${who.id}/outbox`, {
    method: 'POST',
    headers: { 'content-type': ACTIVITY, ...bearing(token) },
    body: JSON.stringify({ type: 'Note', content: 'one more' }),
  })

test('the fields of the draft say what is allowed and what is left, in bursts and over time', async () => {
  const { headers } = await get(`/ap/actors/${anna.id}/blocked`, bearing(await tokenFor(whole.world, anna)))
  expect(headers['ratelimit-policy']).toBe('"burst";q=1200;w=60, "sustained";q=12000;w=900')
  expect(headers.ratelimit).toMatch(/^"burst";r=\d+;t=\d+, "sustained";r=\d+;t=\d+$/)
})

test('each app counts for itself, and all apps of somebody together; others do not count', async () => {
  const [one, two] = [await tokenFor(whole.world, anna), await tokenFor(whole.world, anna)]
  const path = `/ap/actors/${anna.id}/blocked`
  const before = burstLeft(await get(path, bearing(one)))
  expect(burstLeft(await get(path, bearing(one)))).toBe(before - 1)
  expect(burstLeft(await get(path, bearing(two)))).toBe(before - 2)
  expect(
    burstLeft(await get(`/ap/actors/${ben.id}/blocked`, bearing(await tokenFor(whole.world, ben)))),
  ).toBe(1199)
})

test('reading, writing, asking others and uploading have budgets of their own', async () => {
  const token = await tokenFor(whole.world, ben)
  const read = burstLeft(await get(`/ap/actors/${ben.id}/blocked`, bearing(token)))
  const written = await note(token, ben)
  expect(written.status).toBe(201)
  expect(written.headers['ratelimit-policy']).toBe('"burst";q=120;w=60, "sustained";q=1800;w=3600')
  expect(burstLeft(await get(`/ap/actors/${ben.id}/blocked`, bearing(token)))).toBe(read - 1)
  const searched = await get('/ap/autocomplete?q=an', bearing(token))
  expect(searched.headers['ratelimit-policy']).toContain('"burst";q=120;w=60')
})

test('to scroll, however fast, is no flood', async () => {
  const token = await tokenFor(whole.world, anna)
  for (let n = 0; n < 300; n++)
    expect((await get(`/ap/actors/${anna.id}/outbox?cursor=first`, bearing(token))).status).toBe(200)
})

test('too much is 429, with when to come again and the problem of FEP-c180', async () => {
  const cara = await personHere(whole.world, 'cara')
  const token = await tokenFor(whole.world, cara)
  const statuses: number[] = []
  let last: Reply | undefined
  for (let n = 0; n < 125; n++) {
    last = await note(token, cara)
    statuses.push(last.status)
  }
  expect(statuses.filter((status) => status === 201)).toHaveLength(120)
  expect(statuses.slice(120)).toEqual([429, 429, 429, 429, 429])
  expect(Number(last?.headers['retry-after'])).toBeGreaterThan(0)
  expect(Number(last?.headers['retry-after'])).toBeLessThanOrEqual(60)
  expect(last?.headers.ratelimit).toMatch(/^"burst";r=0;t=\d+/)
  expect(last?.headers['access-control-expose-headers']).toContain('Retry-After')
  expect(JSON.parse(String(last?.text))).toMatchObject({
    type: 'https://w3id.org/fep/c180#rate-limit-exceeded',
    title: 'Rate limit exceeded',
    status: 429,
  })
  // Nobody else waits.
  expect((await note(await tokenFor(whole.world, anna), anna)).status).toBe(201)
}, 30_000)

describe('what is written counts for all processes together', () => {
  const res = () => {
    const headers: Record<string, string> = {}
    const setHeader = (name: string, value: string) => {
      headers[name] = value
    }
    return { headers, setHeader }
  }
  let asked = 0
  const process = () => {
    const executeQuery = (query: never) => {
      asked += 1
      return whole.db.executeQuery(query)
    }
    return budgetsOf({ db: { executeQuery } as never, config: { rateLimits: true } })
  }

  test('so that two of them give no more than one would', async () => {
    const [one, two] = [process(), process()]
    let given = 0
    for (let n = 0; n < 300; n++)
      given += await (n % 2 === 0 ? one : two)
        .spendFor('host far.test', res() as never, 'proxy')
        .then(() => 1)
        .catch(() => 0)
    // A process may hold a part of the window that the other one would have needed: a twentieth.
    expect(given).toBeLessThanOrEqual(120)
    expect(given).toBeGreaterThanOrEqual(114)
  })

  test('and seldom costs a statement', async () => {
    asked = 0
    const budgets = process()
    for (let n = 0; n < 60; n++) await budgets.spendFor('host near.test', res() as never, 'proxy')
    expect(asked).toBeGreaterThan(0)
    expect(asked).toBeLessThan(40)
  })

  test('an upload is counted in bytes', async () => {
    const answer = res()
    await process().spendFor('account 7', answer as never, 'upload', 12 * 1024 * 1024)
    expect(answer.headers['RateLimit-Policy']).toMatch(/^"burst";q=268435456;qu="content-bytes";w=600/)
    expect(answer.headers.RateLimit).toMatch(`"burst";r=${(256 - 12) * 1024 * 1024};`)
  })
})

test('reading is counted in memory alone', async () => {
  const token = await tokenFor(whole.world, anna)
  const rows = async () =>
    (
      await whole.db
        .selectFrom('rate_limit' as never)
        .select('key' as never)
        .execute()
    ).length
  const before = await rows()
  expect(before).toBeGreaterThan(0)
  for (const one of ['outbox', 'following', 'blocked'])
    expect((await get(`/ap/actors/${anna.id}/${one}`, bearing(token))).status).toBe(200)
  expect(await rows()).toBe(before)
})

describe('S-140: streams and tickets for them', () => {
  const stream = () => whole.world.uris.events(anna.uri)
  const pathOf = (url: string) => url.replace('https://weft.test', '')
  const ticket = (token: string) =>
    whole.ask('/ap/streams/tickets', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...bearing(token) },
      body: JSON.stringify({ stream: stream() }),
    })
  const knock = (headers: Record<string, string> = {}, more = '') =>
    whole.ask(pathOf(stream()) + more, { method: 'HEAD', headers })

  test('have a budget of their own, for an app, whoever it is for, and an address', async () => {
    const dora = await personHere(whole.world, 'dora')
    const [one, two] = [await tokenFor(whole.world, dora), await tokenFor(whole.world, dora)]
    const first = await ticket(one)
    expect([first.status, burstLeft(first)]).toEqual([201, 119])
    // Both ways to come in, and both apps, count for the person.
    expect(burstLeft(await knock(bearing(two)))).toBe(118)
    const { ticket: paper } = JSON.parse(first.text) as { ticket: string }
    expect(burstLeft(await knock({}, `?ticket=${paper}`))).toBe(117)
    expect(burstLeft(await get(`/ap/actors/${dora.id}/blocked`, bearing(one)))).toBe(1199)
    const statuses: number[] = []
    for (let n = 0; n < 60; n++) statuses.push((await knock({}, '?ticket=guessed')).status)
    expect(statuses.at(0)).toBe(401)
    for (let n = 0; n < 60; n++) statuses.push((await ticket(one)).status)
    // From this address nobody opens more for a while, with a token, a ticket or a guess.
    expect(statuses.at(-1)).toBe(429)
    expect((await knock({}, '?ticket=guessed')).status).toBe(429)
    expect((await get(`/ap/actors/${dora.id}/blocked`, bearing(one))).status).toBe(200)
  })
})

test('S-140: a file that comes in chunks, without its length, counts by what it was', async () => {
  const token = await tokenFor(whole.world, anna)
  const left = async () => {
    const request = http.request({
      host: '127.0.0.1',
      port: whole.port,
      path: `/ap/actors/${anna.id}/uploads`,
      method: 'POST',
      headers: {
        host: 'weft.test',
        'content-type': 'multipart/form-data; boundary=x',
        'transfer-encoding': 'chunked',
        ...bearing(token),
      },
    })
    // 30 kB beside a file that nobody could read.
    const field = `--x\r\ncontent-disposition: form-data; name="description"\r\n\r\n${'d'.repeat(30_000)}\r\n`
    const file =
      '--x\r\ncontent-disposition: form-data; name="file"; filename="x.png"\r\n\r\n\x89PNG\r\n\r\n--x--\r\n'
    request.end(field + file)
    const [response] = (await once(request, 'response')) as [http.IncomingMessage]
    response.resume()
    return Number(/"burst";r=(\d+)/.exec(String(response.headers.ratelimit))?.[1])
  }
  const before = await left()
  expect(await left()).toBeLessThanOrEqual(before - 30_000)
})
