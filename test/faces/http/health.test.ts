import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test, vi } from 'vitest'
import { createHealth, type Health } from '../../../src/faces/http/health.ts'

let server: Server | undefined
afterEach(() => {
  server?.close()
  server = undefined
  vi.useRealTimers()
})

async function ask(
  health: Health,
  path: string,
  audience: 'public' | 'operator' = 'operator',
  method = 'GET',
) {
  server ??= createServer((request, response) => {
    const mine = health.answer(request, response, request.headers['x-audience'] as 'public' | 'operator')
    if (!mine) response.writeHead(404).end('{}')
  }).listen(0, '127.0.0.1')
  if (!server.listening) await new Promise((listening) => server?.once('listening', listening))
  const { port } = server.address() as AddressInfo
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method,
    headers: { 'x-audience': audience },
  })
  return { status: response.status, body: await response.json() }
}

test('R-020: readiness names what is wrong to the operator, and only says no to the public', async () => {
  const health = createHealth({ database: async () => 'lacks migrations: 0009', disk: async () => undefined })
  expect(await ask(health, '/readyz?x=1')).toEqual({
    status: 503,
    body: { status: 'not ready', database: 'lacks migrations: 0009' },
  })
  expect(await ask(health, '/readyz', 'public')).toEqual({ status: 503, body: { status: 'not ready' } })
  expect(await ask(health, '/livez', 'public')).toEqual({ status: 200, body: { status: 'ok' } })
})

test('a check that throws says nothing of why, even to the operator', async () => {
  const health = createHealth({ database: () => Promise.reject(new Error('password is hunter2')) })
  expect(await ask(health, '/readyz')).toEqual({
    status: 503,
    body: { status: 'not ready', database: 'does not answer' },
  })
})

test('a check that hangs is a no after three seconds, and liveness does not wait for it', async () => {
  const health = createHealth({ database: () => new Promise(() => undefined) })
  expect((await ask(health, '/livez')).status).toBe(200)
  const began = Date.now()
  expect((await ask(health, '/readyz')).status).toBe(503)
  expect(Date.now() - began).toBeLessThan(5_000)
})

test('however often readiness is asked, the database is asked once a second', async () => {
  const check = vi.fn(async () => undefined)
  const health = createHealth({ database: check })
  for (let n = 0; n < 20; n++) expect((await ask(health, '/readyz')).status).toBe(200)
  expect(check.mock.calls.length).toBeLessThanOrEqual(3)
})

test('other paths are for the app, and other methods are refused', async () => {
  const health = createHealth({})
  expect((await ask(health, '/')).status).toBe(404)
  expect((await ask(health, '/readyz/')).status).toBe(404)
  expect((await ask(health, '/readyz', 'public', 'POST')).status).toBe(405)
})
