import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { silentLog } from '../../../src/base/log.ts'
import { createHealth } from '../../../src/faces/http/health.ts'
import { type HttpServer, listenHttp, listenLoopback } from '../../../src/faces/http/listener.ts'

let server: HttpServer
let seen: string[]

beforeAll(async () => {
  server = await listenHttp({
    host: '127.0.0.1',
    port: 0,
    health: createHealth({}),
    log: silentLog,
    handler(request, response) {
      seen.push(`${request.method} ${request.url}`)
      request.resume().on('end', () => response.end('ok'))
    },
  })
})
beforeEach(() => {
  seen = []
})
afterAll(() => server.close(100))

/** Sends these bytes and returns all that comes back until the connection is closed. */
async function raw(bytes: string, port = server.port): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  socket.write(bytes)
  return closed(socket)
}

async function closed(socket: Socket): Promise<string> {
  let text = ''
  socket.on('data', (chunk) => {
    text += chunk
  })
  socket.on('error', () => undefined)
  if (!socket.closed) await once(socket, 'close')
  return text
}

test.concurrent('S-153: a head that never ends is cut off, however slowly it drips', async () => {
  const socket = connect(server.port, '127.0.0.1')
  await once(socket, 'connect')
  const answer = closed(socket)
  const began = Date.now()
  socket.write('GET /dripped HTTP/1.1\r\nHost: localhost\r\n')
  const drip = setInterval(() => socket.write('X-Drip: 1\r\n'), 500)
  expect(await answer).toMatch(/^HTTP\/1\.1 408 /)
  clearInterval(drip)
  expect(Date.now() - began).toBeLessThan(15_000)
  expect(seen).not.toContain('GET /dripped')
})

test.concurrent('S-153: a thousand connections that say nothing are closed, and others are answered meanwhile', async () => {
  const idle = await Promise.all(
    Array.from({ length: 1_000 }, async () => {
      const socket = connect(server.port, '127.0.0.1')
      await once(socket, 'connect')
      return socket
    }),
  )
  const ends = Promise.all(idle.map((socket) => closed(socket)))
  const response = await fetch(`http://127.0.0.1:${server.port}/meanwhile`)
  expect(response.status).toBe(200)
  await ends
}, 30_000)

test.each([
  ['two lengths', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!'],
  [
    'a length and chunks',
    'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n',
  ],
  [
    'chunks under an odd name',
    'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\n\r\n',
  ],
  ['a space before the colon', 'GET / HTTP/1.1\r\nHost: x\r\nContent-Length : 5\r\n\r\nhello'],
  ['a bare line feed in a header', 'GET / HTTP/1.1\r\nHost: x\r\nX-A: b\nGET /smuggled HTTP/1.1\r\n\r\n'],
  ['no host', 'GET / HTTP/1.1\r\n\r\n'],
])('S-153: a request with %s is refused and its connection closed', async (_name, bytes) => {
  const answer = await raw(bytes)
  expect(answer).toMatch(/^HTTP\/1\.1 400 /)
  expect(answer.match(/HTTP\/1\.1/g)).toHaveLength(1)
  expect(seen.filter((line) => line.includes('smuggled'))).toEqual([])
})

test('S-153: a head of more than 16 KiB is refused', async () => {
  const answer = await raw(`GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'a'.repeat(17_000)}\r\n\r\n`)
  expect(answer).toMatch(/^HTTP\/1\.1 431 /)
  expect(seen).toEqual([])
})

test.each(['//', '/%', '*', '/\u0000'])('an odd path (%j) crashes nothing', async (path) => {
  await raw(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)
  expect((await fetch(`http://127.0.0.1:${server.port}/livez`)).status).toBe(200)
})

test('a port that is taken is said in one sentence', async () => {
  const options = { host: '127.0.0.1', port: server.port, health: createHealth({}), log: silentLog }
  await expect(listenHttp({ ...options, handler: () => undefined })).rejects.toThrow(
    /^Something else listens on 127\.0\.0\.1 port \d+ already: stop it, or set PORT or HOST\.$/,
  )
})

test('S-164: the operator’s listener is on the loopback address alone', async () => {
  const listener = await listenLoopback(0, (_request, response) => response.end('numbers'))
  const addresses = Object.values((await import('node:os')).networkInterfaces()).flatMap((list) => list ?? [])
  const outside = addresses.find((address) => !address.internal && address.family === 'IPv4')
  expect(await (await fetch(`http://127.0.0.1:${listener.port}`)).text()).toBe('numbers')
  if (outside !== undefined) {
    await expect(fetch(`http://${outside.address}:${listener.port}`)).rejects.toThrow()
  }
  await listener.close(0)
  await sleep(0)
})
