import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { setPassword } from '../../src/domain/accounts/change-password.ts'
import { findBearer } from '../../src/domain/grants/find.ts'
import { revokeGrants } from '../../src/domain/grants/revoke.ts'
import { suspendAccount } from '../../src/domain/moderation/suspend.ts'
import { publishPost } from '../../src/domain/posts/publish.ts'
import { type Toot, tootAs } from '../support/mastodon/client.ts'
import { type AppListening, NotOpened, openSocket, type SocketOptions } from '../support/mastodon/sockets.ts'
import { tokenFor } from '../support/tokens.ts'
import { startWhole, type Whole } from '../support/whole.ts'

let server: Whole
let ada: Toot
const open: AppListening[] = []

beforeAll(async () => {
  server = await startWhole()
  ada = await tootAs(server, 'ada')
}, 120_000)
afterEach(() => {
  for (const socket of open.splice(0)) socket.close()
})
afterAll(() => server?.[Symbol.asyncDispose]())

async function hear(query: Record<string, string>, options?: SocketOptions): Promise<AppListening> {
  const socket = await openSocket(server.port, query, options)
  open.push(socket)
  return socket
}
/** How it was refused. */
async function refused(query: Record<string, string>, options?: SocketOptions) {
  try {
    await hear(query, options)
  } catch (error) {
    if (error instanceof NotOpened) return [error.status, JSON.parse(error.text)]
    throw error
  }
  throw new Error('it was opened')
}
const tokenOf = (scope: string) => tokenFor(server.world, ada.account, { scope })
async function endOf(socket: AppListening): Promise<{ ms: number; code: number }> {
  const began = performance.now()
  const code = await Promise.race([socket.ended, sleep(4000).then(() => expect.fail('still open'))])
  return { ms: performance.now() - began, code }
}

describe('a token', () => {
  test('is taken from the address, a header, and the name of a protocol, which is said back', async () => {
    const token = ada.token
    const sockets = [
      await hear({ stream: 'user', access_token: token }),
      await hear({ stream: 'user' }, { headers: { authorization: `Bearer ${token}` } }),
      await hear({ stream: 'user' }, { protocols: [token] }),
    ]
    expect(sockets.map(({ protocol }) => protocol)).toEqual(['', '', token])
    await sleep(200)
    await publishPost(server.world, ada.account, { text: 'To all three', visibility: 'public' })
    for (const socket of sockets) expect((await socket.next()).event).toBe('update')
  })

  test('is needed, has to hold, and is of somebody', async () => {
    const invalid = { error: 'The access token is invalid' }
    expect(await refused({ stream: 'public' })).toEqual([401, invalid])
    expect(await refused({ stream: 'public', access_token: `${'x'.repeat(42)}y` })).toEqual([401, invalid])
    expect(await refused({}, { headers: { cookie: 'session=x' } })).toEqual([401, invalid])
    expect(server.errors.join()).not.toContain('xxxx')
  })

  test('S-136: hears what it may read', async () => {
    const list = (await ada.post('/api/v1/lists', { title: 'Mine' })).json.id
    const needs: readonly (readonly [string, string])[] = [
      ['user', 'read:statuses'],
      ['user:notification', 'read:notifications'],
      ['public', 'read:statuses'],
      ['public:local:media', 'read:statuses'],
      ['hashtag', 'read:statuses'],
      ['list', 'read:lists'],
      ['direct', 'read:statuses'],
    ]
    for (const [stream, scope] of needs) {
      const query = { stream, list, tag: 'rain' }
      for (const other of ['write', 'read:accounts', 'follow'])
        expect([stream, other, (await refused({ ...query, access_token: await tokenOf(other) }))[0]]).toEqual(
          [stream, other, 403],
        )
      await hear({ ...query, access_token: await tokenOf(scope) })
    }
    const [posts, all] = [await tokenOf('read:statuses'), await tokenOf('read')]
    const [narrow, wide] = [
      await hear({ stream: 'user', access_token: posts }),
      await hear({ stream: 'user', access_token: all }),
    ]
    const bob = await tootAs(server, 'bob')
    await bob.post(`/api/v1/accounts/${ada.account.id}/follow`)
    expect((await wide.next()).event).toBe('notification')
    await narrow.silence()
  })
})

describe('what an app says over its socket', () => {
  test('begins streams and ends them, and the socket goes on when it makes no sense', async () => {
    const socket = await hear({ access_token: ada.token })
    const list = (await (await tootAs(server, 'cat')).post('/api/v1/lists', { title: 'Hers' })).json.id
    const wrong: readonly (readonly [unknown, number, string])[] = [
      [{ type: 'subscribe', stream: 'hashtag' }, 400, 'Missing tag name parameter'],
      [{ type: 'subscribe', stream: 'list' }, 400, 'Missing list name parameter'],
      [{ type: 'subscribe', stream: 'list', list }, 404, 'Record not found'],
      [{ type: 'subscribe', stream: 'list', list: 'x' }, 404, 'Record not found'],
      [{ type: 'subscribe', stream: 'constructor' }, 400, 'Unknown stream type'],
    ]
    for (const [message, status, error] of wrong) {
      socket.say(message)
      expect(await socket.next()).toEqual({ status, error })
    }
    for (const message of [
      '{',
      'null',
      '[]',
      '"user"',
      { type: 'else' },
      { type: 'subscribe', stream: {} },
    ]) {
      socket.say(message)
      expect((await socket.next()).status).toBe(400)
    }
    for (const type of ['subscribe', 'subscribe', 'unsubscribe', 'subscribe'])
      socket.say({ type, stream: 'user' })
    socket.say({ type: 'unsubscribe', stream: 'public' })
    socket.say({ type: 'subscribe', stream: 'public' })
    socket.say({ type: 'subscribe', stream: 'none' })
    expect((await socket.next()).status).toBe(400)
    await sleep(200)
    await publishPost(server.world, ada.account, { text: 'Once each', visibility: 'public' })
    const streams = [await socket.next(), await socket.next()].map(({ stream }) => stream?.[0])
    expect(streams.sort()).toEqual(['public', 'user'])
    socket.say({ type: 'unsubscribe', stream: 'user' })
    socket.say({ type: 'subscribe', stream: 'none' })
    expect((await socket.next()).status).toBe(400)
    await publishPost(server.world, ada.account, { text: 'Once', visibility: 'public' })
    expect((await socket.next()).stream).toEqual(['public'])
    await socket.silence()
  })

  test('is short, not too much, and of no more streams than it takes', async () => {
    const long = await hear({ access_token: ada.token })
    long.say('x'.repeat(5000))
    expect((await endOf(long)).code).toBe(1009)
    const many = await hear({ access_token: ada.token })
    for (let n = 0; n < 65; n++) many.say({ type: 'subscribe', stream: 'hashtag', tag: `tag${n}` })
    expect((await many.next()).status).toBe(429)
    for (let n = 0; n < 300; n++) many.say({ type: 'unsubscribe', stream: 'user' })
    expect((await endOf(many)).code).toBe(1008)
  })
})

describe('S-135: an open socket ends', () => {
  test('within two seconds when its app is sent away, and no other', async () => {
    const token = await tokenOf('read')
    const [socket, kept] = [
      await hear({ stream: 'user', access_token: token }),
      await hear({ stream: 'user', access_token: ada.token }),
    ]
    const grant = await findBearer(server.world, token)
    await revokeGrants(server.world, grant ? [grant.grantId] : [])
    const { ms, code } = await endOf(socket)
    expect([ms < 2000, code]).toEqual([true, 1008])
    await publishPost(server.world, ada.account, { text: 'Still here', visibility: 'public' })
    expect((await kept.next()).event).toBe('update')
    expect((await refused({ access_token: token }))[0]).toBe(401)
  })

  test('when its app revokes the token itself, and when it goes by a way of which nobody was told', async () => {
    const token = await tokenOf('read')
    const socket = await hear({ stream: 'public', access_token: token })
    const grant = await findBearer(server.world, token)
    await server.db
      .deleteFrom('grant_token')
      .where('grant_id', '=', grant?.grantId ?? ('0' as never))
      .execute()
    expect((await endOf(socket)).ms).toBeLessThan(2200)
  })

  test('S-134: when its person is suspended, and when their password is another', async () => {
    const mallory = await tootAs(server, 'mallory')
    const suspended = await hear({ stream: 'user', access_token: mallory.token })
    await suspendAccount(server.world, mallory.account)
    expect((await endOf(suspended)).ms).toBeLessThan(2000)
    const nora = await tootAs(server, 'nora')
    const changed = await hear({ stream: 'user', access_token: nora.token })
    await setPassword(server.world, nora.account, 'another long password')
    expect((await endOf(changed)).ms).toBeLessThan(2000)
  })
})

describe('how much there may be', () => {
  test('of one token sixteen', async () => {
    const token = await tokenOf('read')
    for (let n = 0; n < 16; n++) await hear({ access_token: token })
    expect((await refused({ access_token: token }))[0]).toBe(429)
    open[0]?.close()
    await sleep(300)
    await hear({ access_token: token })
  })
})

describe('other paths', () => {
  test('open no sockets, and are answered as ever', async () => {
    for (const path of ['/api/v1/instance', '/api/v1/streaming/user', '/', '/ap/inbox', '/nothing'])
      await expect(openSocket(server.port, {}, { path })).rejects.toThrow()
    const page = await server.ask('/about', { headers: { connection: 'upgrade', upgrade: 'h2c' } })
    expect(page.status).toBe(200)
  })

  test('a plain request is told what to do, and what is no handshake is refused', async () => {
    const plain = await ada.get('/api/v1/streaming')
    expect([plain.status, plain.headers.upgrade]).toEqual([426, 'websocket'])
    const socket = connect(server.port, '127.0.0.1')
    let text = ''
    socket.setEncoding('latin1')
    socket.on('data', (chunk: string) => {
      text += chunk
    })
    socket.write(
      `GET /api/v1/streaming?access_token=${ada.token} HTTP/1.1\r\nHost: weft.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
    )
    await new Promise((over) => socket.on('close', over))
    expect(text).toMatch(/^HTTP\/1\.1 400 /)
  })

  test('it is said where sockets are', async () => {
    expect((await ada.get('/api/v2/instance')).json.configuration.urls.streaming).toBe('wss://weft.test')
    expect((await ada.get('/api/v1/instance')).json.urls.streaming_api).toBe('wss://weft.test')
  })
})
