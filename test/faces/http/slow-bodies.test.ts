import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { allowBody, boundBody } from '../../../src/faces/http/slow-bodies.ts'

const server = createServer((req, res) => {
  boundBody(req, res, 300)
  if (req.url === '/known') allowBody(req, 5_000)
  req.resume().on('end', () => res.end('ok'))
})
beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
})
afterAll(() => void server.close())

async function drip(path: string, bytes: number): Promise<string> {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  await once(socket, 'connect')
  let text = ''
  socket.on('data', (chunk) => {
    text += chunk
  })
  socket.on('error', () => undefined)
  const closed = once(socket, 'close')
  socket.write(`POST ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: ${bytes}\r\n\r\n`)
  for (let sent = 0; sent < bytes && !socket.closed; sent += 1) {
    await sleep(100)
    socket.write('x')
  }
  await closed
  return text
}

test('S-153: a body that drips is cut off, unless it is from somebody who may take longer', async () => {
  expect(await drip('/anybody', 8)).toMatch(/^HTTP\/1\.1 408 /)
  expect(await drip('/known', 8)).toMatch(/^HTTP\/1\.1 200 /)
  expect(await drip('/anybody', 1)).toMatch(/^HTTP\/1\.1 200 /)
})
