import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import express from 'express'
import { expect, test } from 'vitest'
import type { AccountId, GrantId } from '../../../../src/base/ids.ts'
import { EventStream } from '../../../../src/faces/activitypub/streams/stream.ts'
import { openStream } from '../../../../src/faces/http/event-streams.ts'
import { listenTo } from '../../../support/streams.ts'

const holder = {
  accountId: '1' as AccountId,
  grantId: '1' as GrantId,
  tokenHash: Buffer.alloc(32),
  expiresAt: null,
}
const listened = { topics: [], readerId: null, target: 'https://weft.test/ap/actors/1' }

async function startStreams() {
  const streams: EventStream[] = []
  const responses: express.Response[] = []
  const app = express()
  app.get('/events', (req, res) => {
    openStream(req, res)
    responses.push(res)
    streams.push(new EventStream(res, holder, listened))
  })
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    streams,
    responses,
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((closed) => server.close(closed))
    },
  }
}

test('a reader who takes nothing is let go when little is unread, and nothing more is kept for it', async () => {
  await using server = await startStreams()
  const reader = await listenTo(server.port, '/events')
  reader.pause()
  const [stream, response] = [server.streams[0], server.responses[0]]
  const frame = Buffer.from(`event: Update\nid: 1\ndata: "${'x'.repeat(100_000)}"\n\n`)
  let most = 0
  for (let n = 0; n < 500 && stream && !stream.ended; n++) {
    stream.send(frame)
    most = Math.max(most, response?.writableLength ?? 0)
    await sleep(1)
  }
  expect(stream?.ended).toBe(true)
  expect(most).toBeLessThan(64 * 1024 + 2 * frame.length)
  for (let n = 0; n < 50; n++) stream?.send(frame)
  expect(response?.writableLength).toBeLessThan(64 * 1024 + 2 * frame.length)
  // The last word waits five seconds for somebody to take it, and no longer.
  await once(response ?? (server.responses[0] as never), 'close')
})

test('a reader who takes what comes is never let go', async () => {
  await using server = await startStreams()
  const reader = await listenTo(server.port, '/events')
  const frame = Buffer.from(`event: Update\nid: 1\ndata: "${'x'.repeat(20_000)}"\n\n`)
  for (let n = 0; n < 300; n++) {
    server.streams[0]?.send(frame)
    await sleep(1)
  }
  await sleep(100)
  expect(server.streams[0]?.ended).toBe(false)
  expect(reader.events).toHaveLength(300)
  reader.close()
})

test('silence is broken by a comment, and by nothing where something was said', async () => {
  await using server = await startStreams()
  const reader = await listenTo(server.port, '/events')
  const [stream] = server.streams
  stream?.start('7')
  stream?.stayAlive(performance.now() - 10_000)
  await sleep(20)
  expect(reader.raw).not.toContain(':\n\n')
  stream?.stayAlive(performance.now())
  await sleep(20)
  expect(reader.raw).toBe('retry: 3000\nid: 7\n\n:\n\n')
  expect(reader.events).toEqual([])
  reader.close()
})
