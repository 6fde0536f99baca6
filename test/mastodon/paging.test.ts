import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { silentLog } from '../../src/base/log.ts'
import { answerErrors } from '../../src/faces/http/errors.ts'
import { queryParams } from '../../src/faces/http/read-params.ts'
import { asMastodonError } from '../../src/faces/mastodon/errors.ts'
import { endsOf, offsetFrom, pageFrom, sendOffsetPage, sendPage } from '../../src/faces/mastodon/paging.ts'
import type { PageQuery } from '../../src/views/pages.ts'

let server: Server
let url: string
/** A list of 1 to 50, as a database would give it. */
function page({ maxId, sinceId, minId, limit }: PageQuery): string[] {
  const all = Array.from({ length: 50 }, (_, at) => 50 - at).filter(
    (id) => (maxId === undefined || id < Number(maxId)) && id > Number(minId ?? sinceId ?? 0),
  )
  return (minId === undefined ? all.slice(0, limit) : all.slice(-limit)).map(String)
}

beforeAll(async () => {
  const app = express()
  app.use((_req, res, next) => {
    res.locals.origin = 'https://weft.test'
    next()
  })
  const usual = { usual: 20, most: 40 }
  app.get('/query', (req, res) => void res.json(pageFrom(queryParams(req), usual)))
  app.get('/list', (req, res) => {
    const query = pageFrom(queryParams(req), usual)
    const items = page(query)
    sendPage(req, res, items, endsOf(items, query))
  })
  app.get('/accounts', (req, res) => sendPage(req, res, ['9'], { next: '9', prev: '9' }, 'since_id'))
  app.get('/offset', (req, res) => {
    const query = offsetFrom(queryParams(req), { usual: 10, most: 20 })
    sendOffsetPage(
      req,
      res,
      Array.from({ length: 25 }, (_, at) => at).slice(query.offset, query.offset + query.limit),
      query,
    )
  })
  app.use(answerErrors(silentLog, asMastodonError))
  server = createServer(app).listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => server.close())

async function ask(path: string) {
  const reply = await fetch(url + path)
  const link = reply.headers.get('link')
  const links = Object.fromEntries(
    // As masto.js reads it.
    (link?.split(',') ?? []).map((each) => {
      const [, address = '', rel = ''] = /^\s*<([^>]+)>; rel="(\w+)"$/.exec(each) ?? []
      return [rel, new URL(address)]
    }),
  )
  return { status: reply.status, json: (await reply.json()) as string[], link, links }
}

describe('what is asked for', () => {
  test.each([
    ['', { limit: 20 }],
    ['limit=5', { limit: 5 }],
    ['limit=1000', { limit: 40 }],
    ['limit=0', { limit: 20 }],
    ['limit=-3', { limit: 20 }],
    ['max_id=7&since_id=3', { limit: 20, maxId: '7', sinceId: '3' }],
    ['min_id=7&since_id=3', { limit: 20, minId: '7' }],
    ['max_id=', { limit: 20 }],
    // An id of another server is the id of nothing here.
    ['max_id=01FZABC', { limit: 20, maxId: '0' }],
  ])('%s', async (query, expected) => {
    expect((await ask(`/query?${query}`)).json).toEqual(expected)
  })
})

describe('the neighbours of a page', () => {
  test('are whole addresses of ours, with all else that was asked, and no comma that is none', async () => {
    const { links, link } = await ask('/list?limit=10&only_media=true&tags[]=a,b&access_token=secret')
    expect(links.next?.href).toBe(
      'https://weft.test/list?limit=10&only_media=true&tags%5B%5D=a%2Cb&max_id=41',
    )
    expect(links.prev?.href).toBe(
      'https://weft.test/list?limit=10&only_media=true&tags%5B%5D=a%2Cb&min_id=50',
    )
    expect(link).not.toContain('secret')
  })

  test('of a page that is not full: none after it; of an empty one: none at all', async () => {
    expect(Object.keys((await ask('/list?max_id=5')).links)).toEqual(['prev'])
    const empty = await ask('/list?max_id=1')
    expect([empty.json, empty.link]).toEqual([[], null])
  })

  test('lead through the whole list, forth and back, nothing lost and nothing twice', async () => {
    for (const limit of [1, 7, 10, 40]) {
      const forth: string[] = []
      let path: string | undefined = `/list?limit=${limit}`
      while (path !== undefined) {
        const { json, links } = await ask(path)
        forth.push(...json)
        path = links.next && links.next.pathname + links.next.search
      }
      expect(forth).toEqual(page({ limit: 50 }))
      const back: string[] = []
      path = `/list?limit=${limit}&min_id=0`
      while (path !== undefined) {
        const { json, links }: Awaited<ReturnType<typeof ask>> = await ask(path)
        back.unshift(...json)
        path = json.length === 0 ? undefined : links.prev && links.prev.pathname + links.prev.search
      }
      expect(back).toEqual(forth)
    }
  })

  test('of accounts are what is new since', async () => {
    expect((await ask('/accounts')).links.prev?.search).toBe('?since_id=9')
  })

  test('are places where there are no keys', async () => {
    const first = await ask('/offset')
    expect([first.links.next?.search, first.links.prev]).toEqual(['?offset=10', undefined])
    const last = await ask('/offset?offset=20')
    expect([last.links.next, last.links.prev?.search]).toEqual([undefined, '?offset=10'])
  })
})
