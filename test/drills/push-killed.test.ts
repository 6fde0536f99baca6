import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { publishPost } from '../../src/domain/posts/publish.ts'
import { type Peer, startPeer } from '../support/peer.ts'
import { pushedApp } from '../support/push-service.ts'
import { bearing, tokenFor } from '../support/tokens.ts'
import { personHere, testWorld } from '../support/world.ts'
import { breakGround, type Ground } from './support/ground.ts'

let ground: Ground
let peer: Peer
beforeAll(async () => {
  peer = await startPeer({ tls: true })
  ground = await breakGround({ env: { NODE_EXTRA_CA_CERTS: peer.caFile, WEFT_LOG_LEVEL: 'debug' } })
}, 120_000)
afterAll(async () => {
  await ground?.[Symbol.asyncDispose]()
  await peer?.stop()
})

test('a message that is being pushed when its server is killed is pushed by the next one, and nothing tells the token', {
  timeout: 120_000,
}, async () => {
  const { world, clock } = testWorld(ground.db)
  clock.set(new Date())
  const [ada, bob] = [await personHere(world, 'ada'), await personHere(world, 'bob')]
  const token = await tokenFor(world, ada)
  const app = pushedApp(peer, 'push.localhost')
  const first = await ground.start()
  const made = await fetch(`${ground.origin}/api/v1/push/subscription`, {
    method: 'POST',
    headers: { ...bearing(token), 'content-type': 'application/json' },
    body: JSON.stringify({
      subscription: { endpoint: app.endpoint, keys: app.keys, standard: true },
      data: { alerts: { mention: true } },
    }),
  })
  expect(made.status, await made.text()).toBe(200)

  app.answers({ hang: true })
  await publishPost(world, bob, { text: 'hello @ada', visibility: 'public' })
  const deadline = Date.now() + 30_000
  while (app.requests.length === 0 && Date.now() < deadline) await sleep(10)
  expect(app.requests).toHaveLength(1)
  await first.end('SIGKILL')

  app.answers([{ status: 503, headers: { 'retry-after': '1' } }, { status: 201 }])
  const second = await ground.start()
  while (app.requests.length < 2 && Date.now() < deadline) await sleep(10)
  const waits = await wholeDatabase()
  await ground.db.updateTable('job').set({ due_at: new Date() }).where('kind', '=', 'push').execute()
  await ground.workedOff()
  expect(app.messages().map(({ body }) => body)).toEqual(['hello @ada', 'hello @ada', 'hello @ada'])
  await second.end('SIGTERM')

  expect(waits).toContain(app.endpoint)
  for (const text of [waits, first.stderr() + first.stdout() + second.stderr() + second.stdout()]) {
    expect(text.includes(token), 'the token').toBe(false)
    expect(text.includes(app.keys.auth), 'the secret of the app').toBe(false)
    expect(text.includes(Buffer.from(app.keys.auth, 'base64url').toString('hex'))).toBe(false)
  }
  expect(second.stderr() + second.stdout()).not.toContain(new URL(app.endpoint).pathname)
})

async function wholeDatabase(): Promise<string> {
  const { rows: tables } = await sql<{ name: string }>`
    SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'`.execute(ground.db)
  const texts: string[] = []
  for (const { name } of tables) {
    const { rows } = await sql<{ row: string }>`SELECT t::text AS row FROM ${sql.table(name)} AS t`.execute(
      ground.db,
    )
    texts.push(name, ...rows.map(({ row }) => row))
  }
  return texts.join('\n')
}
