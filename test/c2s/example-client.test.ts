import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type SecureWeft, startSecureWeft } from '../support/secure.ts'
import { letIn } from './clients/letting-in.ts'

/* docs/example-client.ts, as its readers run it. */

const CLIENT = join(import.meta.dirname, '../../docs/example-client.ts')

let server: SecureWeft
let actor: string
beforeAll(async () => {
  server = await startSecureWeft()
  actor = await server.person('mira')
}, 60_000)
afterAll(() => server?.[Symbol.asyncDispose]())

test('logs in and posts', async () => {
  const child = spawn(process.execPath, [CLIENT, server.origin, 'Hello from thirty lines'], {
    env: { PATH: process.env.PATH, NODE_EXTRA_CA_CERTS: server.caFile },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const closed = once(child, 'close')
  let out = ''
  child.stdout.on('data', (chunk) => {
    out += chunk
  })
  await expect.poll(() => out, { timeout: 15_000 }).toMatch(/^Open https:\S+\n/)
  const [, address = ''] = /^Open (\S+)\n/.exec(out) ?? []
  const back = await letIn(server, 'mira', new URL(address))
  expect(await (await fetch(back)).text()).toBe('You can close this page.')
  expect(await closed).toEqual([0, null])
  const [, location = ''] = /^201 (\S+)$/m.exec(out) ?? []
  const read = await server.fetch(location, { headers: { accept: 'application/activity+json' } })
  expect(await read.json()).toMatchObject({
    type: 'Create',
    actor,
    object: { type: 'Note', content: expect.stringContaining('Hello from thirty lines') },
  })
})
