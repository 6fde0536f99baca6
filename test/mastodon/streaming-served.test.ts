import http from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { requestFollow } from '../../src/domain/follows/request.ts'
import { findBearer } from '../../src/domain/grants/find.ts'
import { revokeGrants } from '../../src/domain/grants/revoke.ts'
import { publishPost } from '../../src/domain/posts/publish.ts'
import { removePost } from '../../src/domain/posts/remove.ts'
import { apiClient, type Toot, tootAs } from '../support/mastodon/client.ts'
import { expectEntity } from '../support/mastodon/expect-entity.ts'
import { documentedRoutes } from '../support/mastodon/routes.ts'
import { bearing, tokenFor } from '../support/tokens.ts'
import { startWhole, type Whole } from '../support/whole.ts'

let server: Whole
let ada: Toot
let bob: Toot
let list: string

interface Served {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  readonly raw: () => string
  readonly next: () => Promise<{ readonly event: string; readonly data: string }>
  readonly ended: Promise<void>
  close(): void
}
const open: Served[] = []

beforeAll(async () => {
  server = await startWhole()
  ada = await tootAs(server, 'ada')
  bob = await tootAs(server, 'bob')
  await requestFollow(server.world, bob.account, ada.account)
  list = (await bob.post('/api/v1/lists', { title: 'Some' })).json.id
  await bob.post(`/api/v1/lists/${list}/accounts`, { account_ids: [ada.account.id] })
}, 120_000)
afterEach(() => {
  for (const stream of open.splice(0)) stream.close()
  expect(server.errors).toEqual([])
})
afterAll(() => server?.[Symbol.asyncDispose]())

async function hear(path: string, token: string | undefined): Promise<Served> {
  const request = http.request({
    host: '127.0.0.1',
    port: server.port,
    path,
    agent: false,
    headers: token === undefined ? {} : bearing(token),
  })
  request.end()
  const response = await new Promise<http.IncomingMessage>((answered) => request.on('response', answered))
  let raw = ''
  let asked = 0
  const ended = new Promise<void>((over) => response.on('close', () => over()))
  response.setEncoding('utf8').on('data', (chunk: string) => {
    raw += chunk
  })
  response.on('error', () => undefined)
  const served: Served = {
    status: response.statusCode ?? 0,
    headers: response.headers,
    raw: () => raw,
    ended,
    async next() {
      const events = () => [...raw.matchAll(/^event: (.*)\ndata: (.*)\n\n/gm)]
      await expect.poll(() => events().length, { timeout: 5_000 }).toBeGreaterThan(asked)
      const [, event = '', data = ''] = events()[asked++] ?? []
      return { event, data }
    },
    close: () => request.destroy(),
  }
  open.push(served)
  return served
}
const say = (who: Toot, text: string) =>
  publishPost(server.world, who.account, { text, visibility: 'public', language: 'en' })

/** Each with what it hears when ada says something to everybody. */
const paths: Readonly<Record<string, boolean>> = {
  '/api/v1/streaming/user': true,
  '/api/v1/streaming/user/notification': false,
  '/api/v1/streaming/public': true,
  '/api/v1/streaming/public?only_media=true': false,
  '/api/v1/streaming/public/local': true,
  '/api/v1/streaming/public/remote': false,
  '/api/v1/streaming/hashtag?tag=Rain': true,
  '/api/v1/streaming/hashtag/local?tag=rain': true,
  '/api/v1/streaming/list?list=': true,
  '/api/v1/streaming/direct': false,
  '/api/v1/streaming?stream=public': true,
}

describe('every channel as events of the server', () => {
  test('is documented, and has a path of its own', () => {
    const documented = documentedRoutes.filter(
      (route) => route.includes('/streaming/') && !/health/.test(route),
    )
    const there = new Set(Object.keys(paths).map((path) => `GET ${path.replace(/\?.*/, '')}`))
    expect(documented.filter((route) => !there.has(route))).toEqual([])
  })

  test('is for nobody without a token', async () => {
    const nobody = apiClient(server)
    for (const route of documentedRoutes.filter((each) => /\/streaming/.test(each) && !/health/.test(each)))
      expect([route, (await nobody.get(route.replace('GET ', ''))).status]).toEqual([
        route,
        route === 'GET /api/v1/streaming' ? 426 : 401,
      ])
  })

  test.each(Object.entries(paths))('%s', async (path, hears) => {
    const stream = await hear(path.endsWith('list=') ? path + list : path, bob.token)
    expect(stream.status).toBe(200)
    expect(stream.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'x-accel-buffering': 'no',
      'access-control-allow-origin': '*',
    })
    expect(stream.headers['cache-control']).toContain('no-store')
    await sleep(200)
    const id = await say(ada, 'Again the #rain')
    if (hears) {
      const { event, data } = await stream.next()
      expect(event).toBe('update')
      expectEntity('Status', JSON.parse(data))
      expect(JSON.parse(data)).toEqual((await bob.get(`/api/v1/statuses/${id}`)).json)
    } else {
      await sleep(300)
      expect(stream.raw()).toBe(':)\n')
    }
  })

  test('takes its token from the address too, says an id alone of what is gone, and that filters are others', async () => {
    const id = await say(ada, 'Soon gone')
    await sleep(200)
    const stream = await hear(`/api/v1/streaming/user?access_token=${bob.token}`, undefined)
    await removePost(server.world, ada.account, id)
    expect(await stream.next()).toEqual({ event: 'delete', data: id })
    await bob.post('/api/v2/filters', { title: 'None', context: ['home'] })
    expect(await stream.next()).toEqual({ event: 'filters_changed', data: '' })
  })

  test('is refused as any other request is', async () => {
    expect((await apiClient(server).get('/api/v1/streaming/public')).status).toBe(401)
    const narrow = await tokenFor(server.world, bob.account, { scope: 'write' })
    for (const [path, status] of [
      ['/api/v1/streaming/user', 403],
      ['/api/v1/streaming/hashtag?tag=x', 403],
    ] as const)
      expect((await hear(path, narrow)).status).toBe(status)
    for (const [path, status] of [
      ['/api/v1/streaming/hashtag', 400],
      ['/api/v1/streaming/list', 400],
      [`/api/v1/streaming/list?list=404`, 404],
      ['/api/v1/streaming?stream=other', 400],
      ['/api/v1/streaming/other', 404],
    ] as const)
      expect([path, (await hear(path, bob.token)).status]).toEqual([path, status])
    expect((await hear(`/api/v1/streaming/list?list=${list}`, ada.token)).status).toBe(404)
  })

  test('ends with its token', async () => {
    const token = await tokenFor(server.world, bob.account, { scope: 'read' })
    const stream = await hear('/api/v1/streaming/user', token)
    const grant = await findBearer(server.world, token)
    await revokeGrants(server.world, grant ? [grant.grantId] : [])
    expect(await Promise.race([stream.ended.then(() => 'over'), sleep(2000)])).toBe('over')
  })

  test('says now and then that it is alive', async () => {
    const stream = await hear('/api/v1/streaming/direct', bob.token)
    await expect.poll(() => stream.raw(), { timeout: 16_000 }).toContain(':thump\n')
  }, 20_000)
})

test('whether streams are there is known to everybody', async () => {
  const health = await apiClient(server).get('/api/v1/streaming/health')
  expect([health.status, health.text]).toEqual([200, 'OK'])
})
