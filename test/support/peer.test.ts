import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { isSignedBy, keyIdOf, schemeOf } from './peer/signer.ts'
import { startPeer } from './peer.ts'

test('a person of the peer is served with keys, found by WebFinger and records what arrives', async () => {
  await using peer = await startPeer()
  const bob = await peer.person('bob')
  const alice = await peer.person('alice', { host: 'other.localhost' })

  const actor = await alice.get(bob.uri)
  expect(actor.status).toBe(200)
  expect(actor.headers['content-type']).toBe('application/activity+json')
  expect(actor.json).toMatchObject({ id: bob.uri, publicKey: { owner: bob.uri } })
  const jrd = await alice.get(
    `${peer.origin()}/.well-known/webfinger?resource=acct:bob@${new URL(bob.uri).host}`,
  )
  expect(jrd.json).toMatchObject({ subject: `acct:${bob.handle}`, links: [{ href: bob.uri }] })
  expect((await alice.get(`${peer.origin()}/.well-known/webfinger?resource=acct:nobody@x`)).status).toBe(404)

  const awaited = bob.receives('Follow')
  expect((await alice.post(bob.inbox, alice.follow(bob.uri))).status).toBe(202)
  expect(await awaited).toMatchObject({ type: 'Follow', actor: alice.uri, object: bob.uri })
  await alice.post(bob.sharedInbox, alice.undo(bob.received[0] ?? {}))
  expect(bob.received.map((activity) => activity.type)).toEqual(['Follow', 'Undo'])
  expect(alice.received).toEqual([])
})

test.each([
  ['cavage', 'rsa'],
  ['cavage', 'ed25519'],
  ['rfc9421', 'rsa'],
  ['rfc9421', 'ed25519'],
] as const)(
  'a %s signature with %s is checked by the peer, and spoiling it is seen',
  async (scheme, kind) => {
    await using peer = await startPeer()
    const bob = await peer.person('bob')
    const key = bob.keys[kind]
    await bob.post(bob.inbox, bob.follow(bob.uri), { scheme, key })
    await bob.post(bob.inbox, bob.follow(bob.uri), { scheme, key, bodyInstead: '{}' })
    await bob.get(`${bob.uri}?a=b`, { scheme, key })
    const [good, spoilt, got] = peer.requests
    expect(good && isSignedBy(good, key)).toBe(true)
    expect(good && schemeOf(good)).toBe(scheme)
    expect(good && keyIdOf(good)).toBe(key.uri)
    expect(spoilt && isSignedBy(spoilt, key)).toBe(false)
    expect(got && isSignedBy(got, key)).toBe(true)
    expect(got && isSignedBy(got, bob.keys[kind === 'rsa' ? 'ed25519' : 'rsa'])).toBe(false)
  },
)

test('headers may be left out or altered after signing, and a name may be reached elsewhere', async () => {
  const seen: http.IncomingMessage[] = []
  const server = http.createServer((request, response) => {
    seen.push(request)
    response.end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await using peer = await startPeer({ reach: { 'weft.test': `http://127.0.0.1:${port}` } })
  const bob = await peer.person('bob', { host: 'good.test' })
  expect(bob.uri).toBe('http://good.test/users/bob')
  await bob.post('https://weft.test/ap/inbox', bob.follow('https://weft.test/a'), {
    omit: ['digest'],
    alter: { date: 'yesterday' },
  })
  server.close()
  expect(seen[0]?.headers).toMatchObject({ host: 'weft.test', date: 'yesterday' })
  expect(seen[0]?.headers.digest).toBeUndefined()
})

test('over TLS each virtual host has its own certificate of the test authority', async () => {
  await using peer = await startPeer({ tls: true })
  const bob = await peer.person('bob', { host: 'safe.localhost' })
  expect(bob.uri).toMatch(/^https:\/\/safe\.localhost:\d+\/users\/bob$/)
  expect((await bob.get(bob.uri)).json).toMatchObject({ id: bob.uri })
})

test('a scripted path plays its answers one after another', async () => {
  await using peer = await startPeer()
  const bob = await peer.person('bob')
  const url = `${peer.origin()}/inbox`
  peer.answer(url, [{ status: 503, headers: { 'retry-after': '7' } }, { reset: 'before' }, { status: 202 }])
  expect((await bob.post(url, bob.follow(bob.uri))).status).toBe(503)
  await expect(bob.post(url, bob.follow(bob.uri))).rejects.toThrow(/ECONNRESET|hang up/)
  expect((await bob.post(url, bob.follow(bob.uri))).status).toBe(202)
  expect((await bob.post(url, bob.follow(bob.uri))).status).toBe(202)
  expect(peer.hits(url)).toBe(4)
})

test('a host may show its documents to signed requests only', async () => {
  await using peer = await startPeer()
  const bob = await peer.person('bob')
  peer.signedOnly(new URL(bob.uri).hostname)
  expect((await bob.get(bob.uri, { scheme: 'none' })).status).toBe(401)
  expect((await bob.get(bob.uri)).status).toBe(200)
})
