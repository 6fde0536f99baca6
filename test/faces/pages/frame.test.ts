import { request } from 'undici'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type TestDatabase, testDatabase } from '../../support/database.ts'
import { type Site, startSite } from './site.ts'

let database: TestDatabase
let site: Site

beforeAll(async () => {
  database = await testDatabase()
  site = await startSite({ db: database.db })
  await site.person('ada', { displayName: 'Ada <Loom>', role: 'owner' })
  await site.person('ben')
})

afterAll(async () => {
  await site?.[Symbol.asyncDispose]()
  await database?.[Symbol.asyncDispose]()
})

beforeEach(() => site.clock.advance(60_000))

const load = (path: string, headers?: Record<string, string>) => site.visitor().get(path, headers)

describe('texts', () => {
  it('/about, /privacy and /terms are there, and name whom to ask and who is too young', async () => {
    for (const path of ['/about', '/privacy', '/terms']) {
      const { status, body } = await load(path)
      expect(status, path).toBe(200)
      expect(body, path).toContain('<a href="/@ada"><bdi>Ada &lt;Loom&gt;</bdi></a>')
    }
    expect((await load('/privacy')).body).toMatch(/under 13.*up to 16/s)
    expect((await load('/privacy')).body).toMatch(/What federation means/)
    expect((await load('/terms')).body).toMatch(/at least 13.*up to 16/s)
  })

  it('an address where nothing is has a page that says so; a program gets a problem document', async () => {
    const page = await load('/nothing/here')
    expect([page.status, page.headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8'])
    expect(page.body).toContain('Not found')
    const json = await load('/nothing/here', { accept: 'application/json' })
    expect([json.status, json.headers.get('content-type')]).toEqual([
      404,
      'application/problem+json; charset=utf-8',
    ])
    expect(JSON.parse(json.body)).toMatchObject({ status: 404, code: 'not-found' })
  })

  it('HEAD is answered like GET, without the body', async () => {
    for (const path of ['/', '/@ada', '/about', '/nothing']) {
      const [got, head] = [await load(path), await site.visitor().head(path)]
      expect([head.status, head.body]).toEqual([got.status, ''])
      expect(head.headers.get('etag')).toBe(got.headers.get('etag'))
    }
  })
})

describe('what comes with the pages', () => {
  it('one style sheet under 20 KB and no script, each kept for ever by its name', async () => {
    const { body } = await load('/@ada')
    expect(body).not.toMatch(/<script|<style| style=| on[a-z]+="/i)
    const path = /<link rel="stylesheet" href="([^"]+)">/.exec(body)?.[1] ?? ''
    const css = await load(path)
    expect(css.headers.get('content-type')).toBe('text/css; charset=utf-8')
    expect(css.headers.get('cache-control')).toContain('immutable')
    expect(css.body.length).toBeLessThan(20 * 1024)
  })

  it('icons, a default avatar and robots.txt', async () => {
    for (const path of ['/favicon.ico', '/favicon.svg', '/avatars/default.svg']) {
      const { status, headers } = await load(path)
      expect([status, headers.get('content-type')]).toEqual([200, 'image/svg+xml'])
    }
    const robots = await load('/robots.txt')
    expect(robots.headers.get('content-type')).toMatch(/^text\/plain/)
    expect(robots.body).toContain('Disallow: /sign-in')
  })

  it('a page for everybody may be kept as long as it is asked about, and has not changed until it has', async () => {
    const first = await load('/about')
    expect(first.headers.get('cache-control')).toBe('public, max-age=0, must-revalidate')
    const etag = first.headers.get('etag') ?? ''
    // fetch itself would ask caches to stay out of it.
    const again = await request(`${site.url}/about`, {
      headers: { 'if-none-match': etag, accept: 'text/html' },
    })
    await again.body.dump()
    expect(again.statusCode).toBe(304)
  })

  it('reading sets no cookie', async () => {
    for (const path of ['/', '/@ada', '/about', '/tags/x', '/nothing']) {
      expect((await load(path)).headers.getSetCookie(), path).toEqual([])
    }
  })
})
