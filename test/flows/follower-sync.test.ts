import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Account, LocalAccount } from '../../src/domain/accounts/account.ts'
import { findAccountByUri } from '../../src/domain/accounts/find.ts'
import { findFollow } from '../../src/domain/follows/find.ts'
import { requestFollow } from '../../src/domain/follows/request.ts'
import { publishPost } from '../../src/domain/posts/publish.ts'
import { syncFrom, syncHeaderFrom } from '../../src/federation/collection-sync.ts'
import { signed } from '../support/peer/signer.ts'
import type { Person } from '../support/peer.ts'
import { startWhole, type Whole } from '../support/whole.ts'
import { ORIGIN, personHere } from '../support/world.ts'

/*
 * FEP-8fcf.
 */

let whole: Whole
let anna: LocalAccount
let ben: LocalAccount
let cleo: LocalAccount
let carl: Person
let cora: Person
let dan: Person

beforeAll(async () => {
  whole = await startWhole(['far.test', 'other.test'])
  anna = await personHere(whole.world, 'anna')
  ben = await personHere(whole.world, 'ben')
  cleo = await personHere(whole.world, 'cleo')
  carl = await whole.peer.person('carl', { host: 'far.test' })
  cora = await whole.peer.person('cora', { host: 'far.test' })
  dan = await whole.peer.person('dan', { host: 'other.test' })
  for (const person of [carl, cora, dan]) await send(person, person.follow(anna.uri))
}, 60_000)
afterAll(async () => {
  await whole?.[Symbol.asyncDispose]()
})

const inbox = `${ORIGIN}/ap/inbox`
async function send(person: Person, activity: Record<string, unknown>, sync?: string): Promise<void> {
  const headers = {
    'content-type': 'application/activity+json',
    ...(sync === undefined ? {} : { 'collection-synchronization': sync }),
  }
  const body = Buffer.from(JSON.stringify(activity))
  const request = signed({ method: 'POST', url: inbox, headers, body }, person.keys.rsa)
  expect((await whole.peer.send(request)).status).toBe(202)
  await whole.settled()
}

function digestOf(...uris: readonly string[]): string {
  const sum = Buffer.alloc(32)
  for (const uri of uris) {
    const hash = createHash('sha256').update(uri).digest()
    for (let at = 0; at < 32; at++) sum[at] = (sum[at] ?? 0) ^ (hash[at] ?? 0)
  }
  return sum.toString('hex')
}

describe('what we say to followers', () => {
  test('tells each host which of them we think it has, and where to read it', async () => {
    await publishPost(whole.world, anna, { text: 'to all', visibility: 'followers' })
    await whole.settled()
    for (const [person, uris] of [
      [carl, [carl.uri, cora.uri]],
      [dan, [dan.uri]],
    ] as const) {
      const request = person.requests.findLast(({ json }) => json?.type === 'Create')
      const header = request?.headers['collection-synchronization']
      expect(syncFrom(String(header))).toEqual({
        collectionId: whole.world.uris.followers(anna.id),
        url: `${anna.uri}/followers_synchronization`,
        digest: digestOf(...uris),
      })
      expect(String(request?.headers.signature)).toContain('collection-synchronization')
    }
  })

  test('but not what is for certain people alone', async () => {
    await publishPost(whole.world, anna, { text: '@carl@far.test', visibility: 'direct' })
    await whole.settled()
    const request = carl.requests.findLast(({ json }) => json?.type === 'Create')
    expect(request?.headers['collection-synchronization']).toBeUndefined()
  })
})

describe('the list of who follows', () => {
  const url = () => `${anna.uri}/followers_synchronization`
  test('is given to the host that it is about, and to each no more than its own', async () => {
    const mine = await carl.get(url())
    expect(mine).toMatchObject({ status: 200, json: { type: 'OrderedCollection', id: url() } })
    expect([mine.json?.orderedItems].flat().toSorted()).toEqual([carl.uri, cora.uri].toSorted())
    expect(mine.headers['cache-control']).toBe('private, no-store')
    expect((await dan.get(url())).json).toMatchObject({ orderedItems: [dan.uri] })
  })

  test('is not given without a signature, nor of somebody who is not here', async () => {
    const headers = { accept: 'application/activity+json' }
    expect((await whole.ask(url().slice(ORIGIN.length), { headers })).status).toBe(401)
    expect((await carl.get(`${ORIGIN}/ap/actors/1/followers_synchronization`)).status).toBe(404)
    expect((await carl.get(`${ORIGIN}/ap/actors/instance/followers_synchronization`)).status).toBe(404)
  })
})

describe('what others say of who follows them from here', () => {
  let far: Account
  const list = () => `${carl.uri}/followers_synchronization`
  const header = (...uris: readonly string[]) =>
    syncHeaderFrom({ collectionId: carl.followers, url: list(), digest: digestOf(...uris) })
  const serve = (...uris: readonly string[]) =>
    whole.peer.serve(list(), {
      '@context': 'https://www.w3.org/ns/activitystreams',
      id: list(),
      type: 'OrderedCollection',
      orderedItems: [...uris],
    })
  beforeAll(async () => {
    far = (await findAccountByUri(whole.db, carl.uri)) as Account
    for (const person of [anna, ben]) {
      await requestFollow(whole.world, person, far)
      await whole.settled()
    }
    const asked = carl.received.find((activity) => activity.type === 'Follow' && activity.actor === anna.uri)
    await send(carl, carl.accept(asked as Record<string, unknown>))
  }, 30_000)

  test('costs no request as long as the two agree', async () => {
    serve(anna.uri)
    await send(carl, carl.create(carl.note('agreed')), header(anna.uri))
    expect(whole.peer.hits(list())).toBe(0)
  })

  test('is read where they differ, by a signed request: who is missing follows no more, a lost Accept is made up for', async () => {
    serve(ben.uri)
    await send(carl, carl.create(carl.note('not agreed')), header(ben.uri))
    expect(whole.peer.hits(list())).toBe(1)
    const asked = whole.peer.requests.find(({ url }) => url === list())
    expect(asked?.headers.signature).toContain(whole.world.uris.instanceActor)
    expect(await findFollow(whole.db, anna.id, far.id)).toBeUndefined()
    expect(await findFollow(whole.db, ben.id, far.id)).toMatchObject({ state: 'accepted' })
    expect(carl.received.at(-1)).toMatchObject({ type: 'Undo', object: { type: 'Follow', actor: anna.uri } })
  })

  test('and whoever is listed without following is taken off by an Undo', async () => {
    serve(ben.uri, cleo.uri, 'https://weft.test/ap/actors/1')
    await send(carl, carl.create(carl.note('one too many')), header(ben.uri, cleo.uri))
    expect(await findFollow(whole.db, cleo.id, far.id)).toBeUndefined()
    expect(carl.received.at(-1)).toMatchObject({
      type: 'Undo',
      actor: cleo.uri,
      object: { type: 'Follow', actor: cleo.uri, object: carl.uri },
    })
  })

  test('changes nothing when it is of another host, another collection, garbled, or cannot be read', async () => {
    const before = whole.peer.requests.length
    const digest = digestOf('https://x.test/1')
    const foreign = 'https://other.test/users/carl/sync'
    for (const sync of [
      syncHeaderFrom({ collectionId: carl.followers, url: foreign, digest }),
      syncHeaderFrom({ collectionId: `${carl.uri}/friends`, url: list(), digest }),
      'collectionId=x, url, digest="',
      `${'x'.repeat(7000)}`,
    ])
      await send(carl, carl.create(carl.note('odd')), sync)
    const fetched = whole.peer.requests.slice(before).filter(({ method }) => method === 'GET')
    expect(fetched.filter(({ url }) => url === foreign || url === list())).toEqual([])
    whole.peer.answer(list(), { status: 200, body: 'no list', type: 'text/plain' })
    await send(carl, carl.create(carl.note('broken')), header(anna.uri))
    expect(await findFollow(whole.db, ben.id, far.id)).toMatchObject({ state: 'accepted' })
  })
})
