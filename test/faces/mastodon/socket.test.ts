import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import type { AccountId, GrantId } from '../../../src/base/ids.ts'
import { silentLog } from '../../../src/base/log.ts'
import { scopesFrom } from '../../../src/domain/grants/scopes.ts'
import type { Connecting } from '../../../src/faces/mastodon/streaming/connection.ts'
import { Message } from '../../../src/faces/mastodon/streaming/message.ts'
import { Pulse } from '../../../src/faces/mastodon/streaming/pulse.ts'
import { AppSocket } from '../../../src/faces/mastodon/streaming/socket.ts'

const accountId = '1' as AccountId
const connecting = {
  reader: { id: accountId, uri: 'https://weft.test/ap/actors/1' },
  scopes: scopesFrom('read'),
  holder: { accountId, grantId: '1' as GrantId, tokenHash: Buffer.alloc(32), expiresAt: null },
} as Partial<Connecting> as Connecting

async function pair(autoPong = true) {
  const server = createServer()
  const sockets = new WebSocketServer({ server, clientTracking: false })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`, { autoPong })
  const [there, request] = (await once(sockets, 'connection')) as [WebSocket, IncomingMessage]
  if (client.readyState !== WebSocket.OPEN) await once(client, 'open')
  const closed = once(there, 'close').then(([code]) => code as number)
  return {
    client,
    there,
    closed,
    socket: new AppSocket(there, request.socket, connecting, silentLog),
    async [Symbol.asyncDispose]() {
      client.terminate()
      there.terminate()
      await new Promise((over) => server.close(over))
    },
  }
}

test('who reads nothing is let go when little is unread, and nothing more is kept for them', async () => {
  await using far = await pair()
  far.client.pause()
  const message = new Message('update', 'x'.repeat(50_000))
  let most = 0
  for (let n = 0; n < 2000 && far.there.readyState === WebSocket.OPEN; n++) {
    far.socket.send(message, '["user"]')
    most = Math.max(most, far.there.bufferedAmount)
    if (n % 10 === 0) await sleep(1)
  }
  expect(await far.closed).toBe(1006)
  expect(most).toBeLessThan(512 * 1024)
})

test('messages of every length arrive as they were', async () => {
  await using far = await pair()
  const heard: string[] = []
  far.client.on('message', (data) => heard.push(String(data)))
  const payloads = [undefined, 'é', 'x'.repeat(60), 'x'.repeat(200), 'ü"\\'.repeat(20_000)]
  for (const payload of payloads) far.socket.send(new Message('update', payload), '["list","1"]')
  await expect.poll(() => heard.length).toBe(payloads.length)
  expect(heard.map((text) => JSON.parse(text))).toEqual(
    payloads.map((payload) => ({ stream: ['list', '1'], event: 'update', ...(payload && { payload }) })),
  )
})

test('who answers no ping is taken to be gone; who does, stays', async () => {
  await using dead = await pair(false)
  await using alive = await pair()
  using pulse = new Pulse(5)
  pulse.add(dead.socket)
  pulse.add(alive.socket)
  expect(await Promise.race([dead.closed, sleep(3000)])).toBe(1006)
  expect(alive.there.readyState).toBe(WebSocket.OPEN)
})

test('who is told to leave and does not is cut off', async () => {
  await using far = await pair()
  far.client.pause()
  far.socket.end('closing')
  expect(await Promise.race([far.closed, sleep(4500)])).toBe(1006)
})
