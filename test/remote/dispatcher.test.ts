import { execFile } from 'node:child_process'
import { once } from 'node:events'
import http from 'node:http'
import net, { type AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { getGlobalDispatcher, request } from 'undici'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createDispatcher, type GuardedDispatcher } from '../../src/remote/dispatcher.ts'
import { type Peer, startPeer } from '../support/peer.ts'

/** Public by every registry; the connection ends on loopback all the same. */
const PUBLIC = ['93.184.216.34']

let peer: Peer
let open: GuardedDispatcher
let strict: GuardedDispatcher

beforeAll(async () => {
  peer = await startPeer({ tls: true })
  open = createDispatcher({
    allowedPrivateAddresses: ['127.0.0.0/8'],
    ca: peer.ca,
    global: false,
    pretend: peer.pretend,
  })
  strict = createDispatcher({ ca: peer.ca, pretend: peer.pretend })
})

afterAll(async () => {
  await open.destroy()
  await strict.destroy()
  await peer.stop()
})

async function get(url: string, dispatcher = strict): Promise<string> {
  const { body } = await request(url, { dispatcher })
  return body.text()
}

/** The message of the guard, however deep the asker has wrapped it. */
async function refusal(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  const causes: string[] = []
  for (let at = error; at instanceof Error; at = at.cause) causes.push(`${at.name}: ${at.message}`)
  return causes.join(' < ')
}

describe('S-062 what is never reached', () => {
  let target: http.Server
  let port: number
  let reached = 0

  beforeAll(async () => {
    target = http.createServer((_request, response) => {
      reached += 1
      response.end('inside')
    })
    target.listen(0, '127.0.0.1')
    await once(target, 'listening')
    port = (target.address() as AddressInfo).port
  })
  afterAll(() => target.close())

  test.each([
    '127.0.0.1',
    '2130706433',
    '0177.0.0.1',
    '0x7f.0.0.1',
    '0x7f000001',
    '127.1',
    '127.0.1',
    '127.0.0.1.',
    '１２７.0.0.1',
    '0',
    '[::1]',
    '[::]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[::127.0.0.1]',
    '[64:ff9b::7f00:1]',
    '[2002:7f00:1::]',
    'localhost',
    'localhost.',
    'LOCALHOST',
    'any.localhost',
    '93.184.216.34@127.0.0.1',
    'good.test:x@127.0.0.1',
  ])('http and https to %s are refused before a byte is sent', async (host) => {
    for (const url of [`http://${host}:${port}/`, `https://${host}:${port}/`, `https://${host}/`]) {
      expect(await refusal(get(url)), url).toContain('BlockedError')
    }
    expect(reached).toBe(0)
  })

  test.each([
    'file:///etc/passwd',
    'data:application/activity+json,{}',
    'ftp://good.test/',
    'ws://good.test/',
  ])('%s is not spoken', async (url) => {
    expect(await refusal(get(url))).not.toBe('')
  })

  test('no upgrade and no CONNECT leaves the guard', async () => {
    peer.resolvesTo('good.test', PUBLIC)
    const upgrade = new Promise((_resolve, reject) => {
      strict.dispatch(
        { origin: 'https://good.test', path: '/', method: 'GET', upgrade: 'websocket' },
        { onRequestStart: () => {}, onResponseError: (_controller, error) => reject(error) },
      )
    })
    expect(await refusal(upgrade)).toContain('no upgrades')
  })
})

describe('what may be reached', () => {
  test('a public name over https, by the certificate of its own name', async () => {
    peer.resolvesTo('good.test', PUBLIC)
    peer.answer('https://good.test/hello', { body: 'hello' })
    expect(await get('https://good.test/hello')).toBe('hello')
  })

  test.each([
    'https://good.test:444/',
    'https://good.test:22/',
    'https://good.test:6379/',
    'http://good.test/',
  ])('S-064 %s is refused on public addresses', async (url) => {
    peer.resolvesTo('good.test', PUBLIC)
    expect(await refusal(get(url))).toMatch(/BlockedError: (port|plain http)/)
  })

  test('an opened range may be reached by any port, and over plain http', async () => {
    await using plain = await startPeer()
    plain.answer(`${plain.origin('lan.localhost')}/hello`, { body: 'hello' })
    expect(await get(`${plain.origin('lan.localhost')}/hello`, open)).toBe('hello')
    expect(await get(`http://127.0.0.1:${plain.port}/nothing`, open)).toBe('not found')
    expect(await refusal(get(`http://[::1]:${plain.port}/hello`, open))).toContain('BlockedError')
    expect(await open.placeOf('lan.localhost', plain.port)).toBe('opened')
    expect(await strict.placeOf('lan.localhost', plain.port)).toBe('refused')
  })

  test('with ranges opened, plain http to a public name is refused still', async () => {
    peer.resolvesTo('good.test', PUBLIC)
    expect(await refusal(get('http://good.test/', open))).toContain('plain http')
  })

  test('the pretended addresses count for nothing outside tests', async () => {
    const before = process.env.NODE_ENV
    process.env.NODE_ENV = 'production'
    const real = createDispatcher({ pretend: peer.pretend, global: false, ca: peer.ca })
    process.env.NODE_ENV = before
    peer.resolvesTo('good.test', PUBLIC)
    await expect(get('https://good.test/hello', real)).rejects.toThrow()
    await real.destroy()
  })

  test('a certificate of another name is not taken', async () => {
    peer.resolvesTo('good.test', PUBLIC)
    const wrong = createDispatcher({ pretend: peer.pretend, global: false })
    await expect(get('https://good.test/hello', wrong)).rejects.toThrow(/certificate/)
    await wrong.destroy()
  })
})

test('an authority named in NODE_EXTRA_CA_CERTS is trusted', async () => {
  peer.answer('https://good.test/hello', { body: 'hello' })
  const module = new URL('../../src/remote/dispatcher.ts', import.meta.url).href
  const code = `
    const { createDispatcher } = await import('${module}')
    const connect = { host: '127.0.0.1', port: ${peer.port} }
    createDispatcher({ pretend: () => ({ addresses: ['93.184.216.34'], connect }) })
    const answer = await fetch('https://good.test/hello').then((r) => r.text(), (e) => e.cause.code)
    process.stdout.write(answer, () => process.exit())`
  const run = (env: NodeJS.ProcessEnv) =>
    promisify(execFile)(process.execPath, ['--input-type=module', '-e', code], { env }).then(
      ({ stdout }) => stdout,
    )
  const env = { NODE_ENV: 'test', PATH: process.env.PATH }
  expect(await run({ ...env, NODE_EXTRA_CA_CERTS: peer.caFile })).toBe('hello')
  expect(await run(env)).toBe('UNABLE_TO_VERIFY_LEAF_SIGNATURE')
})

describe('S-063 a name that changes its mind', () => {
  test('the address judged is the address connected to: public first, private next', async () => {
    let lookups = 0
    peer.resolvesTo('rebind.test', () => (lookups++ === 0 ? PUBLIC : ['127.0.0.1']))
    peer.answer('https://rebind.test/', [{ body: 'one', headers: { connection: 'close' } }, { body: 'two' }])
    expect(await get('https://rebind.test/')).toBe('one')
    expect(lookups).toBe(1)
    expect(await refusal(get('https://rebind.test/'))).toContain('private')
    expect(peer.hits('https://rebind.test/')).toBe(1)
  })

  test('of several addresses only the allowed ones are tried', async () => {
    peer.resolvesTo('mixed.test', ['10.0.0.1', '::ffff:10.0.0.1', '169.254.169.254'])
    expect(await refusal(get('https://mixed.test/'))).toContain('BlockedError')
    peer.resolvesTo('mixed.test', ['10.0.0.1', ...PUBLIC])
    expect(await get('https://mixed.test/')).toBe('not found')
  })
})

describe('S-066 built-in fetch goes through the guard', () => {
  test('the guard is the global dispatcher', () => {
    expect(getGlobalDispatcher()).toBe(strict)
  })

  test.each([
    'http://127.0.0.1:8080/',
    'http://[::ffff:7f00:1]/',
    'https://localhost/',
    'http://169.254.169.254/latest',
  ])('fetch(%s) is refused', async (url) => {
    expect(await refusal(fetch(url))).toContain('BlockedError')
  })

  test('fetch to a public name works, says who we are and asks for no compression', async () => {
    peer.resolvesTo('good.test', PUBLIC)
    peer.answer('https://good.test/hello', { body: 'hello', headers: { 'x-two': ['a', 'b'] } })
    const response = await fetch('https://good.test/hello', { method: 'POST', body: 'x' })
    expect([response.status, response.headers.get('x-two'), await response.text()]).toEqual([
      200,
      'a, b',
      'hello',
    ])
    const seen = peer.requests.at(-1)
    expect(seen?.headers).toMatchObject({ 'user-agent': 'Weft', 'accept-encoding': 'identity' })
    expect(seen?.body.toString()).toBe('x')
  })

  test('S-064 fetch does not follow a redirect inside', async () => {
    peer.resolvesTo('good.test', PUBLIC)
    peer.answer('https://good.test/away', { redirect: 'http://127.0.0.1:8080/' })
    expect(await refusal(fetch('https://good.test/away'))).toContain('BlockedError')
  })
})

describe('S-067 answers are cut at their cap', () => {
  test('an endless body ends at the cap', async () => {
    peer.resolvesTo('big.test', PUBLIC)
    peer.answer('https://big.test/endless', { body: Buffer.alloc(65_536), endless: true })
    const before = process.memoryUsage().rss
    expect(await refusal(get('https://big.test/endless'))).toContain('more than 1048576 bytes')
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1_048_576)
  })

  test('a body that announces too much is not read at all', async () => {
    peer.answer('https://big.test/announced', { body: Buffer.alloc(1_048_577) })
    expect(await refusal(get('https://big.test/announced'))).toContain('more than 1048576 bytes')
    expect(await get('https://big.test/announced', strict.limited({ maxBytes: 1_048_577 }))).toHaveLength(
      1_048_577,
    )
  })

  test.each([1, 6])(
    'an answer with %i layers of gzip that nobody asked for is not taken',
    async (gzipLayers) => {
      peer.answer('https://big.test/bomb', { body: Buffer.alloc(20_000_000), gzipLayers })
      expect(await refusal(get('https://big.test/bomb'))).toContain('compressed')
      expect(await refusal(fetch('https://big.test/bomb').then((response) => response.text()))).toContain(
        'compressed',
      )
    },
  )
})

describe('S-068 nothing holds us longer than the deadline', () => {
  const quick = () => strict.limited({ deadlineMs: 300 })

  test.each([
    ['says nothing', { hang: true }],
    ['drips a byte at a time', { body: 'x'.repeat(1000), dripMs: 20 }],
    ['waits before its head', { body: 'late', delayMs: 5000 }],
  ])('a host that %s', async (_what, answer) => {
    peer.resolvesTo('slow.test', PUBLIC)
    peer.answer('https://slow.test/', answer)
    const started = performance.now()
    expect(await refusal(get('https://slow.test/', quick()))).toContain('not done within 300 ms')
    expect(performance.now() - started).toBeLessThan(1500)
  })

  test('a port that takes the connection and never speaks TLS', async () => {
    const sockets: net.Socket[] = []
    const mute = net.createServer((socket) => void sockets.push(socket)).listen(0, '127.0.0.1')
    await once(mute, 'listening')
    const { port } = mute.address() as AddressInfo
    const deaf = createDispatcher({
      global: false,
      limits: { deadlineMs: 300 },
      pretend: () => ({ addresses: PUBLIC, connect: { host: '127.0.0.1', port } }),
    })
    const started = performance.now()
    const all = await Promise.all(Array.from({ length: 20 }, () => refusal(get('https://mute.test/', deaf))))
    expect(performance.now() - started).toBeLessThan(1500)
    for (const error of all) expect(error).toContain('DeadlineError')
    await deaf.destroy()
    for (const socket of sockets) socket.destroy()
    mute.close()
  })

  test('after a deadline the host can be asked again', async () => {
    peer.answer('https://slow.test/again', [{ hang: true }, { body: 'here' }])
    await refusal(get('https://slow.test/again', quick()))
    expect(await get('https://slow.test/again')).toBe('here')
  })
})

describe('S-069 heads without end', () => {
  test('a head of more than 16 kB is refused', async () => {
    peer.resolvesTo('big.test', PUBLIC)
    peer.answer('https://big.test/head', { headers: { 'x-much': 'x'.repeat(20_000) }, body: '' })
    expect(await refusal(get('https://big.test/head'))).toMatch(/[Hh]eaders? [Oo]verflow/)
  })
})

describe('connections', () => {
  test('are kept and used again, one for a quiet host and at most four for a busy one', async () => {
    const sockets = new Set<unknown>()
    const server = http.createServer((incoming, response) => {
      sockets.add(incoming.socket)
      setTimeout(() => response.end('x'), 20)
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    for (let i = 0; i < 5; i++) await get(url, open)
    expect(sockets.size).toBe(1)
    await Promise.all(Array.from({ length: 12 }, () => get(url, open)))
    expect(sockets.size).toBe(4)
    server.closeAllConnections()
    server.close()
  })

  test('beyond the limit the longest unused origin is closed, and never one in use', async () => {
    const few = createDispatcher({ origins: 3, ca: peer.ca, global: false, pretend: peer.pretend })
    const hosts = Array.from({ length: 8 }, (_, i) => `h${i}.test`)
    for (const host of hosts) peer.resolvesTo(host, PUBLIC)
    peer.answer('https://h0.test/slow', { body: 'done', delayMs: 300 })
    const slow = get('https://h0.test/slow', few)
    for (const host of hosts.slice(1)) expect(await get(`https://${host}/`, few)).toBe('not found')
    expect(few.size).toBe(3)
    expect(await slow).toBe('done')
    await get('https://h0.test/slow', few)
    const [first, second] = peer.requests.filter((seen) => seen.url === 'https://h0.test/slow')
    expect(second?.connection).toBe(first?.connection)
    expect(await Promise.all(hosts.map((host) => get(`https://${host}/`, few)))).toEqual(
      hosts.map(() => 'not found'),
    )
    await few.destroy()
  })
})
