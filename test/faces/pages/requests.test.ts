import { once } from 'node:events'
import { connect as connectSocket } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connect } from '../../../src/db/connect.ts'
import { type TestDatabase, testDatabase } from '../../support/database.ts'
import { type Site, startSite } from './site.ts'

let database: TestDatabase
let site: Site

beforeAll(async () => {
  database = await testDatabase()
  site = await startSite({ db: database.db })
  await site.person('kit')
})

afterAll(async () => {
  await site?.[Symbol.asyncDispose]()
  await database?.[Symbol.asyncDispose]()
})

/** Asks with a target that no client library would send. */
async function rawStatus(target: string): Promise<number> {
  const { port } = new URL(site.url)
  const socket = connectSocket(Number(port), '127.0.0.1')
  socket.write(
    `GET ${target} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAccept: text/html\r\nConnection: close\r\n\r\n`,
  )
  let answer = ''
  socket.on('data', (chunk) => {
    answer += chunk
  })
  await once(socket, 'close')
  return Number(answer.split(' ')[1])
}

describe('strange addresses (S-150, S-152)', () => {
  it('over 4 KB, over 100 keys, with NUL or not decodable are refused', async () => {
    expect(await rawStatus(`/?x=${'y'.repeat(4100)}`)).toBe(414)
    expect(await rawStatus(`/${'y'.repeat(4100)}`)).toBe(414)
    expect(await rawStatus(`/?${'a=b&'.repeat(101)}`)).toBe(400)
    for (const target of [
      '/@kit%00',
      '/?before=%00',
      '/%00',
      '/@%',
      '/%E0%A4%A',
      '/@%ff',
      '/tags/%ED%A0%80',
    ]) {
      expect(await rawStatus(target), target).toBe(400)
    }
  })

  it('are read flat, whatever their brackets say', async () => {
    for (const target of [
      '/?before[a][b][c]=1',
      '/?before[]=1',
      '/?__proto__[x]=1',
      '/?constructor=1',
      '/?a=1&a=2',
    ]) {
      expect(await rawStatus(target), target).toBe(200)
    }
    expect(await rawStatus('/?before=1&before=2')).toBe(400)
  })

  it('never reach the database as anything but a value, and never break a page', async () => {
    const attempts = [
      "'",
      "' OR 1=1--",
      '"; DROP TABLE post;--',
      '%',
      '_',
      '\\',
      '$' + '{1}',
      '$1',
      '\u202e',
      '../../etc/passwd',
      '..%2f..',
      '😀',
      'a'.repeat(1000),
      '*',
      '(',
      '1e400',
      '-0',
      'NaN',
      '<x>',
      "x'::text",
    ]
    for (const text of attempts) {
      for (const prefix of [
        '/@',
        '/@kit/',
        '/tags/',
        '/?before=',
        '/@kit?before=',
        '/ap/posts/',
        '/ap/actors/',
        '/setup?token=',
      ]) {
        const status = await rawStatus(prefix + encodeURIComponent(text))
        expect([200, 400, 404, 410], `${prefix}${text}`).toContain(status)
      }
    }
  })
})

describe('when something is wrong on our side (S-163)', () => {
  it('a mistake of ours is a page with a reference and nothing else; its cause is in the log beside that reference', async () => {
    const db = new Proxy(database.db, {
      get() {
        throw new Error('secret detail in /srv/weft/x.ts')
      },
    })
    await using broken = await startSite({ db })
    for (const accept of ['text/html', 'application/json', '*/*']) {
      const { status, headers, body } = await broken.visitor().get('/about?token=abc', { accept })
      expect(status).toBe(500)
      expect(headers.get('cache-control')).toBe('no-store')
      expect(body).not.toMatch(/secret detail|\.ts\b|at .*:\d+/)
      const reference = /\b[0-9a-f]{10}\b/.exec(body.replace(/assets\/\S+/g, ''))?.[0]
      const line = broken.logged.at(-1)
      expect(line?.properties?.reference).toBe(reference)
      expect(String(line?.properties?.error)).toContain('secret detail')
      expect(JSON.stringify({ ...line?.properties, error: '' })).not.toContain('abc')
    }
  })

  it('a database that cannot be reached is 503 with Retry-After, and what needs none is served on', async () => {
    const dead = connect({
      url: 'postgres://weft@127.0.0.1:1/weft',
      maxConnections: 1,
      applicationName: 'weft test',
    })
    await using broken = await startSite({ db: dead })
    const { status, headers, body } = await broken.visitor().get('/')
    expect(status).toBe(503)
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
    expect(body).not.toMatch(/ECONNREFUSED|127\.0\.0\.1:1\b/)
    expect((await broken.visitor().get('/robots.txt')).status).toBe(200)
    await dead.destroy()
  })
})
