import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { getDocumentLoader } from '@fedify/vocab-runtime'
import { lookupWebFinger } from '@fedify/webfinger'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AccountId, ActivityId } from '../../src/base/ids.ts'
import { Secret } from '../../src/base/secret.ts'
import { vapidKeys } from '../../src/domain/push/vapid.ts'
import { documentLoader } from '../../src/federation/loader.ts'
import { createSender } from '../../src/federation/send.ts'
import { readCollection } from '../../src/remote/collections.ts'
import { createDirectory } from '../../src/remote/directory.ts'
import { createDispatcher } from '../../src/remote/dispatcher.ts'
import { createFetcher } from '../../src/remote/fetch.ts'
import { sendPush } from '../../src/remote/push/send.ts'
import { createVapidTokens } from '../../src/remote/push/vapid-token.ts'
import { testDatabase } from '../support/database.ts'
import { makeRsaKey } from '../support/peer/keys.ts'
import { startPeer } from '../support/peer.ts'
import { testWorld } from '../support/world.ts'

/** Everything that asks another server, by the address or the host that somebody else chose. */
interface Kind {
  readonly what: string
  ask(url: string): Promise<unknown>
}

let reached = 0
let port = 0
const inside = http.createServer((_request, response) => {
  reached += 1
  response.setHeader('content-type', 'application/activity+json')
  response.end('{"id":"https://inside.test/","type":"Person"}')
})
const database = await testDatabase()
const peer = await startPeer({ tls: true })
const key = await makeRsaKey('https://weft.test/ap/actors/1#main-key')
const privateKey = key.privateKey.toCryptoKey({ name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }, true, ['sign'])
const pretend = (host: string, asked: number) => {
  // Looks public at first and private at the moment of the connection; the connection would end inside.
  if (host === 'inside.test') return { addresses: ['10.0.0.1'], connect: { host: '127.0.0.1', port } }
  return peer.pretend(host, asked)
}
const { world, clock } = testWorld(database.db)
const dispatcher = createDispatcher({ ca: peer.ca, pretend })
const fetcher = createFetcher({ dispatcher, uris: world.uris, clock })
const directory = createDirectory({ world, fetcher })
const send = createSender({
  dispatcher,
  userAgent: 'Weft',
  activity: async () => ({ accountId: '1' as AccountId, body: '{}' }),
  signingKey: async () => ({ keyUri: key.uri, privateKey }),
})

const pushKeys = vapidKeys(new Secret('a secret of the tests, long enough'))
const pushing = {
  dispatcher,
  clock,
  tokens: createVapidTokens(pushKeys, 'https://weft.test', clock),
  publicKey: pushKeys.publicKey,
}
const message = { body: Buffer.from('x'), headers: {} }

beforeAll(async () => {
  inside.listen(0, '127.0.0.1')
  await once(inside, 'listening')
  port = (inside.address() as AddressInfo).port
  peer.resolvesTo('good.test', ['93.184.216.34'])
})
afterAll(async () => {
  await dispatcher.destroy()
  await peer.stop()
  inside.close()
  await database[Symbol.asyncDispose]()
})

const hostOf = (url: string) => new URL(url).host
const kinds: Kind[] = [
  { what: 'documents', ask: (url) => fetcher.json(url) },
  { what: 'pages of collections', ask: (url) => fetcher.page(url) },
  { what: 'collections', ask: (url) => readCollection(fetcher, url) },
  { what: 'WebFinger', ask: (url) => fetcher.jrd('acct:a@b.test', hostOf(url)) },
  { what: 'people by handle', ask: (url) => directory.find({ name: 'bob', host: hostOf(url) }) },
  { what: 'people by id', ask: (url) => directory.findByUri(url) },
  { what: 'actors anew', ask: (url) => directory.refreshActor(url) },
  { what: 'keys', ask: (url) => directory.keys.refetch(`${url}#main-key`) },
  { what: 'posts', ask: (url) => directory.post(url) },
  {
    what: 'deliveries',
    ask: (url) => send({ activityId: '1' as ActivityId, inboxUrl: url, host: hostOf(url), knock: 'unknown' }),
  },
  { what: 'push messages', ask: (url) => sendPush(pushing, { endpoint: url, standard: true, message }) },
  { what: 'the document loader that Fedify gets', ask: (url) => documentLoader(fetcher)(url) },
  {
    what: 'Fedify’s own document loader',
    ask: (url) => getDocumentLoader({ allowPrivateAddress: true })(url),
  },
  { what: 'Fedify’s own WebFinger', ask: (url) => lookupWebFinger(url, { allowPrivateAddress: true }) },
  { what: 'built-in fetch', ask: (url) => fetch(url) },
]

describe.each(kinds)('S-066 $what', ({ ask }) => {
  const targets = [
    () => `https://127.0.0.1:${port}/x`,
    () => `http://127.0.0.1:${port}/x`,
    () => `https://localhost:${port}/x`,
    () => `http://[::ffff:127.0.0.1]:${port}/x`,
    () => 'https://inside.test/x',
    () => 'http://inside.test/x',
    () => 'https://169.254.169.254/latest/meta-data/',
  ]

  test('reach nothing inside, by any name', async () => {
    for (const target of targets) {
      const outcome = await ask(target()).catch((error: unknown) => error)
      expect(isNo(outcome), `${target()}: ${JSON.stringify(outcome)}`).toBe(true)
    }
    expect(reached).toBe(0)
  })

  test('follow no redirect inside', async () => {
    for (const [at, target] of targets.entries()) {
      const url = `https://good.test/away/${at}`
      peer.answer(url, { status: 307, redirect: target() })
      await ask(url).catch(() => undefined)
    }
    expect(reached).toBe(0)
  })
})

/** Nobody, gone, failed, or an error: whatever a kind says when it got nothing. */
function isNo(outcome: unknown): boolean {
  if (outcome === undefined || outcome === null || outcome instanceof Error) return true
  const { result = '' } = outcome as { result?: string }
  return ['inbox-failed', 'away', 'refused'].includes(result)
}

test('the same way out reaches what is public', async () => {
  peer.serve('https://good.test/note', { id: 'https://good.test/note', type: 'Note' })
  expect((await fetcher.json('https://good.test/note')).document.type).toBe('Note')
  expect(
    await send({
      activityId: '1' as ActivityId,
      inboxUrl: 'https://good.test/inbox',
      host: 'good.test',
      knock: 'unknown',
    }),
  ).toEqual({
    result: 'delivered',
    knock: 'cavage',
  })
})
