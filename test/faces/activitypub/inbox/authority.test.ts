import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { verifyRequest } from '../../../../src/federation/verify.ts'
import { makeRsaKey } from '../../../support/peer/keys.ts'
import { signed } from '../../../support/peer/signer.ts'
import type { Json, Person } from '../../../support/peer.ts'
import { type Door, knownPerson, openDoor, post } from './door.ts'

let door: Door
let alice: Person
let mallory: Person
let count = 0

beforeAll(async () => {
  door = await openDoor()
  alice = await knownPerson(door, 'alice')
  mallory = await knownPerson(door, 'mallory', 'evil.test')
})
afterAll(() => door[Symbol.asyncDispose]())
beforeEach(async () => {
  await door.db.deleteFrom('lane_job').execute()
  door.peer.requests.length = 0
})

const hello = (by: Person) => by.create(by.note('hello'))
/** Somebody new, so that no test stands on another's keys. */
const newcomer = (host?: string) => door.person(`somebody${++count}`, host)
const minute = 60_000

describe('who speaks for an actor', () => {
  test('a stranger is believed once their own server has given their key, which is asked for once', async () => {
    const bob = await newcomer()
    expect(await post(bob, door.shared, hello(bob))).toBe('202 taken')
    expect(await post(bob, door.shared, hello(bob))).toBe('202 taken')
    expect(door.asked().filter((request) => request === `GET ${bob.uri}`)).toHaveLength(1)
    expect(await door.kept()).toHaveLength(2)
  })

  test('S-011: nobody speaks for another actor of the same server', async () => {
    const bob = await newcomer()
    expect(await post(bob, door.shared, hello(alice))).toMatch(/^401 .*another actor/)
    expect(await door.kept()).toEqual([])
  })

  test('S-012: a key document that names a victim as its owner does not make its key theirs', async () => {
    const key = await makeRsaKey('https://evil.test/keys/1')
    door.peer.serve(key.uri, {
      '@context': 'https://w3id.org/security/v1',
      id: key.uri,
      type: 'Key',
      owner: alice.uri,
      controller: alice.uri,
      publicKeyPem: key.publicPem,
    })
    expect(await post(alice, door.shared, hello(alice), { key })).toMatch(/^401 /)
    expect(await door.kept()).toEqual([])
  })

  test.each([
    ['whose id is the victim’s', (victim: string) => ({ id: victim, publicKey: { owner: victim } })],
    ['whose key is said to be the victim’s', (victim: string) => ({ publicKey: { owner: victim } })],
    [
      'whose key has the victim’s address',
      (victim: string) => ({ publicKey: { id: `${victim}#main-key`, owner: victim } }),
    ],
  ])('S-013: an actor document on another server, %s, proves nothing', async (_what, forged) => {
    const eve = await newcomer('evil.test')
    const { publicKey, ...rest } = forged(alice.uri)
    Object.assign(eve.actor, rest, { publicKey: { ...(eve.actor.publicKey as Json), ...publicKey } })
    expect(await post(eve, door.shared, hello(alice))).toMatch(/^401 /)
    expect(await post(eve, door.shared, hello(alice), { keyId: `${alice.uri}#main-key` })).toMatch(/^401 /)
    expect(await door.kept()).toEqual([])
    // … and the victim is still believed, by their own key.
    expect(await post(alice, door.shared, hello(alice))).toBe('202 taken')
  })

  test('S-016: neither does it open what a signed GET opens', async () => {
    const eve = await newcomer('evil.test')
    Object.assign(eve.actor, {
      id: alice.uri,
      publicKey: { ...(eve.actor.publicKey as Json), owner: alice.uri },
    })
    const url = 'https://weft.test/ap/posts/1'
    const { headers } = signed(
      { method: 'GET', url, headers: { accept: '*/*' }, body: undefined },
      eve.keys.rsa,
    )
    const request = { method: 'GET', url, headers, body: Buffer.alloc(0) }
    await expect(verifyRequest(request, door.directory.keys, door.clock)).rejects.toMatchObject({
      code: 'signature.key-unavailable',
    })
  })

  test.each(['https://FAR.test/', 'https://far.test:443/', 'https://far.test./'])(
    'S-020: an actor is the same under %s',
    async (spelling) => {
      const actor = alice.uri.replace('https://far.test/', spelling)
      expect(await post(alice, door.shared, { ...hello(alice), actor })).toBe('202 taken')
      const rows = await door.db
        .selectFrom('lane_job')
        .innerJoin('host', 'host.id', 'lane')
        .select('name')
        .execute()
      expect(rows).toEqual([{ name: 'far.test' }])
    },
  )

  test.each(['http://far.test/', 'https://far.test:8443/', 'https://alice@far.test/'])(
    'S-020: and another one under %s',
    async (spelling) => {
      const actor = alice.uri.replace('https://far.test/', spelling)
      expect(await post(alice, door.shared, { ...hello(alice), actor })).toMatch(/^40[01] /)
      expect(await door.kept()).toEqual([])
    },
  )

  test('S-021: an id of another server is refused, and its owner may still use it', async () => {
    const genuine = hello(alice)
    const theft = { ...hello(mallory), id: genuine.id }
    expect(await post(mallory, door.shared, theft)).toMatch(/^400 .*another server than its actor/)
    expect(await door.kept()).toEqual([])
    expect(await post(alice, door.shared, genuine)).toBe('202 taken')
  })

  test('S-022: exactly one actor, or none of it', async () => {
    const { actor, ...rest } = hello(alice)
    for (const several of [[actor, mallory.uri], [], null, 7, {}, [[actor]], 'alice', undefined]) {
      expect(await post(alice, door.shared, { ...rest, actor: several })).toMatch(/^400 /)
    }
    expect(await door.kept()).toEqual([])
    expect(await post(alice, door.shared, { ...rest, actor: [actor] })).toBe('202 taken')
    expect(await post(alice, door.shared, { ...hello(alice), actor: { id: actor, type: 'Person' } })).toBe(
      '202 taken',
    )
  })

  test('an activity without id, as Akkoma sends reactions, is kept once', async () => {
    const reaction = {
      ...alice.activity('EmojiReact', 'https://weft.test/ap/posts/1'),
      id: null,
      content: '🐱',
    }
    expect(await post(alice, door.shared, reaction)).toBe('202 taken')
    expect(await post(alice, door.shared, reaction)).toBe('202 taken before')
  })
})

describe('S-017, S-018: keys change', () => {
  async function replaceKey(person: Person) {
    const key = await makeRsaKey(person.keys.rsa.uri)
    Object.assign(person.actor, {
      publicKey: { ...(person.actor.publicKey as Json), publicKeyPem: key.publicPem },
    })
    return key
  }
  const fetches = (person: Person) => door.asked().filter((request) => request === `GET ${person.uri}`).length

  test('a new key is believed after one look at the actor, and the old one no more', async () => {
    const bob = await newcomer()
    expect(await post(bob, door.shared, hello(bob))).toBe('202 taken')
    const key = await replaceKey(bob)
    door.clock.advance(6 * minute)
    expect(await post(bob, door.shared, hello(bob), { key })).toBe('202 taken')
    expect(await post(bob, door.shared, hello(bob))).toMatch(/^401 /)
    expect(fetches(bob)).toBe(2)
  })

  test('forged signatures make us look once a minute at most', async () => {
    const bob = await newcomer()
    expect(await post(bob, door.shared, hello(bob))).toBe('202 taken')
    door.clock.advance(6 * minute)
    const forgeries = Array.from({ length: 20 }, () =>
      post(bob, door.shared, hello(bob), { key: mallory.keys.rsa, keyId: bob.keys.rsa.uri }),
    )
    for (const answer of await Promise.all(forgeries)) expect(answer).toMatch(/^401 /)
    expect(fetches(bob)).toBe(2)
  })

  test('a key that is nowhere is looked for once a minute', async () => {
    const keyId = 'https://far.test/users/nobody#main-key'
    for (let at = 0; at < 5; at++) {
      expect(await post(alice, door.shared, hello(alice), { keyId })).toMatch(/^401 .*no key at/)
    }
    expect(door.asked()).toEqual(['GET https://far.test/users/nobody'])
  })

  test('S-018: a key that was taken back stops working within a day', async () => {
    const bob = await newcomer()
    expect(await post(bob, door.shared, hello(bob))).toBe('202 taken')
    delete bob.actor.publicKey
    door.clock.advance(25 * 60 * minute)
    const date = door.clock.now()
    expect(await post(bob, door.shared, hello(bob), { date })).toMatch(/^401 /)
    door.clock.set(new Date())
  })

  test('a server that never answers costs the request a 401, not us a worker', async () => {
    const keyId = 'https://far.test/users/hangs#main-key'
    door.peer.answer('https://far.test/users/hangs', { reset: 'before' })
    expect(await post(alice, door.shared, hello(alice), { keyId })).toMatch(/^401 /)
  })
})

describe('S-019: somebody takes their leave', () => {
  const farewell = (person: Person) => ({ ...person.delete(person.uri), object: person.uri })

  test('of people unknown here nothing is asked, and nothing kept', async () => {
    const bob = await newcomer()
    expect(await post(bob, door.shared, farewell(bob))).toMatch(/^202 not needed/)
    expect(
      await post(bob, door.shared, farewell(bob), { key: mallory.keys.rsa, keyId: bob.keys.rsa.uri }),
    ).toMatch(/^202 /)
    expect(await door.kept()).toEqual([])
    expect(door.asked()).toEqual([])
  })

  test('of somebody known it is kept', async () => {
    const bob = await knownPerson(door, `somebody${++count}`)
    expect(await post(bob, door.shared, farewell(bob))).toBe('202 taken')
  })

  test('of somebody known whose key is gone already it is kept too, since only their server can make it true', async () => {
    const bob = await knownPerson(door, `somebody${++count}`)
    door.peer.answer(bob.uri, { status: 410 })
    door.clock.advance(6 * minute)
    const key = await makeRsaKey(bob.keys.rsa.uri)
    expect(await post(bob, door.shared, farewell(bob), { key })).toBe('202 taken')
    expect(await door.kept()).toMatchObject([{ type: 'Delete', object: bob.uri }])
  })

  test('without proof it can be said a few times a minute, however many ids it is said under', async () => {
    const bob = await knownPerson(door, `somebody${++count}`, 'other.test')
    door.peer.answer(bob.uri, { status: 410 })
    door.clock.advance(6 * minute)
    const key = await makeRsaKey(bob.keys.rsa.uri)
    for (let n = 0; n < 80; n += 1) {
      expect(await post(bob, door.shared, farewell(bob), { key })).toMatch(n < 60 ? /^202 taken/ : /^202 not/)
    }
    expect(await door.kept()).toHaveLength(60)
  })

  test('of somebody whose key is still there a forgery is refused', async () => {
    const bob = await knownPerson(door, `somebody${++count}`)
    door.clock.advance(6 * minute)
    expect(
      await post(bob, door.shared, farewell(bob), { key: mallory.keys.rsa, keyId: bob.keys.rsa.uri }),
    ).toMatch(/^401 /)
    expect(await post(mallory, door.shared, farewell(bob))).toMatch(/^202 not needed/)
    expect(await door.kept()).toEqual([])
  })

  test('a Delete of anything else is no farewell', async () => {
    const bob = await newcomer()
    const forged = { ...bob.delete(`${bob.uri}/notes/1`) }
    const keyId = 'https://far.test/users/nobody2#main-key'
    expect(await post(bob, door.shared, forged, { keyId })).toMatch(/^401 /)
  })
})

describe('S-031: what somebody passes on', () => {
  test('is a hint: what is kept says only where to look, and names nobody but who passed it on', async () => {
    const original = hello(alice)
    expect(await post(mallory, door.shared, original)).toBe('202 taken')
    expect(await door.kept()).toEqual([
      { id: original.id, type: 'Create', actor: mallory.uri, object: (original.object as Json).id },
    ])
    expect(await post(alice, door.shared, original)).toBe('202 taken')
  })

  test.each(['Delete', 'Follow', 'Undo', 'Accept', 'Move', 'Block', 'Announce', 'Like'])(
    'a %s passed on has no effect',
    async (type) => {
      const forged = alice.activity(type, `${alice.uri}/notes/1`)
      expect(await post(mallory, door.shared, forged)).toMatch(/^202 not needed/)
      expect(await door.kept()).toEqual([])
    },
  )

  test('about a third server it is not even a hint', async () => {
    const forged = { ...hello(alice), object: 'https://other.test/notes/1' }
    expect(await post(mallory, door.shared, forged)).toMatch(/^202 not needed/)
    expect(await door.kept()).toEqual([])
  })

  test('one host gives 60 hints a minute', async () => {
    await using fresh = await openDoor()
    const gossip = await knownPerson(fresh, 'gossip', 'evil.test')
    const author = await fresh.person('author')
    const answers = []
    for (let at = 0; at < 65; at++) answers.push(await post(gossip, fresh.shared, hello(author)))
    expect(answers.filter((answer) => answer === '202 taken')).toHaveLength(60)
  })
})

test('S-032: ten copies at once, and one a day later, are kept once', async () => {
  const activity = hello(alice)
  const answers = await Promise.all(Array.from({ length: 10 }, () => post(alice, door.shared, activity)))
  expect(answers.toSorted()).toEqual(['202 taken', ...Array.from({ length: 9 }, () => '202 taken before')])
  door.clock.advance(23 * 60 * minute)
  expect(await post(alice, door.shared, activity, { date: door.clock.now() })).toBe('202 taken before')
  door.clock.set(new Date())
  expect(await door.kept()).toHaveLength(1)
})

test('S-033: by whichever door it comes, the same is kept: its addresses say whom it is for', async () => {
  const [one, two] = [await door.personHere('one'), await door.personHere('two')]
  const activity = { ...hello(alice), to: [door.world.uris.actor(one.id), door.world.uris.actor(two.id)] }
  expect(await post(alice, door.inboxOf(one.id), activity)).toBe('202 taken')
  expect(await post(alice, door.inboxOf(two.id), activity)).toBe('202 taken before')
  expect(await post(alice, door.shared, activity)).toBe('202 taken before')
  expect(await door.kept()).toEqual([activity])
})
