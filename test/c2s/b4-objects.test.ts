import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Visibility } from '../../src/base/visibility.ts'
import type { LocalAccount } from '../../src/domain/accounts/account.ts'
import { blockAccount } from '../../src/domain/blocks/block.ts'
import { requestFollow } from '../../src/domain/follows/request.ts'
import { noteBy, PUBLIC, posted } from '../support/outbox.ts'
import { bearing, tokenFor } from '../support/tokens.ts'
import { startWhole, type Whole } from '../support/whole.ts'
import { ORIGIN, personHere } from '../support/world.ts'

/* c2s.md b4: posts, activities and objects, each for those whom it is for; e2, e13, e14. */

const ACTIVITY = 'application/activity+json'
const NOBODYS = '115899000422411111'
let whole: Whole
const people = {} as Record<'anna' | 'follower' | 'named' | 'stranger', LocalAccount>
const tokens = {} as Record<string, string>

beforeAll(async () => {
  whole = await startWhole()
  for (const name of ['anna', 'follower', 'named', 'stranger'] as const) {
    people[name] = await personHere(whole.world, name)
    tokens[name] = await tokenFor(whole.world, people[name])
  }
  await requestFollow(whole.world, people.follower, people.anna)
}, 60_000)
afterAll(async () => {
  await whole?.[Symbol.asyncDispose]()
  expect(whole?.errors).toEqual([])
})

type Who = keyof typeof people | 'nobody'
const everybody: readonly Who[] = ['nobody', 'stranger', 'follower', 'named', 'anna']

async function get(uri: string, who: Who | { readonly token: string }, accept = ACTIVITY) {
  const token = typeof who === 'object' ? who.token : tokens[who]
  const got = await whole.ask(uri.replace(ORIGIN, ''), { headers: { accept, ...(token && bearing(token)) } })
  return { ...got, json: got.text.startsWith('{') ? (JSON.parse(got.text) as Record<string, unknown>) : {} }
}
/** Who gets it; for all others it is, letter by letter, as if it were not there. */
async function readersOf(uri: string): Promise<Who[]> {
  const readers: Who[] = []
  for (const who of everybody) {
    const got = await get(uri, who)
    if (got.status === 200) readers.push(who)
    else {
      const missing = await get(uri.replace(/\d+$/, NOBODYS), who)
      const { date: _a, ...headers } = got.headers
      const { date: _b, ...ofMissing } = missing.headers
      expect([got.status, headers, got.text]).toEqual([404, ofMissing, missing.text])
    }
  }
  return readers
}

const readers: Readonly<Record<Visibility, readonly Who[]>> = {
  public: everybody,
  unlisted: everybody,
  followers: ['follower', 'named', 'anna'],
  direct: ['named', 'anna'],
}

describe.each(['public', 'unlisted', 'followers', 'direct'] as const)('what is %s', (visibility) => {
  test('can be read by whom it is for: the post, its Create and its lists', async () => {
    const uri = await noteBy(whole, people.anna, `@named hello ${visibility}`, visibility)
    expect(await readersOf(uri)).toEqual(readers[visibility])
    const { json } = await get(uri, 'anna')
    for (const name of ['replies', 'likes', 'shares'] as const) {
      const list = json[name] as { id: string; first: string }
      expect(list).toMatchObject({ id: `${uri}/${name}`, type: expect.any(String), totalItems: 0 })
      for (const who of everybody)
        expect([(await get(list.id, who)).status, who]).toEqual([
          readers[visibility].includes(who) ? 200 : 404,
          who,
        ])
    }
    const row = await whole.db
      .selectFrom('activity')
      .select('id')
      .where('post_id', '=', uri.split('/').at(-1) as never)
      .executeTakeFirstOrThrow()
    expect(await readersOf(`${ORIGIN}/ap/activities/${row.id}`)).toEqual(readers[visibility])
  })

  test('can be read by whom it is for, when it is no post', async () => {
    const { anna, named } = people
    const followers = `${anna.uri}/followers`
    const addresses = {
      public: { to: [PUBLIC] },
      unlisted: { to: [followers], cc: [PUBLIC] },
      followers: { to: [followers], cc: [named.uri] },
      direct: { to: [named.uri] },
    }[visibility]
    const place = { type: 'Place', name: 'the pond', 'x:depth': 3, ...addresses }
    const created = await posted(whole, anna, place)
    const object = created.object as { id: string }
    expect(object.id).toMatch(/\/ap\/objects\/\d+$/)
    expect(await readersOf(object.id)).toEqual(readers[visibility])
    expect(await readersOf(created.id)).toEqual(readers[visibility])
    const got = await get(object.id, 'anna')
    expect(got.json).toMatchObject({ type: 'Place', name: 'the pond', 'x:depth': 3, attributedTo: anna.uri })
    expect(got.headers.etag).toMatch(/^"/)
    expect(got.headers['last-modified']).toBeDefined()
  })
})

test('whoever was addressed blindly may read it, and nobody sees that they were (e2)', async () => {
  const { anna, named } = people
  const created = await posted(whole, anna, { type: 'Note', content: 'psst', bcc: [named.uri] })
  const { id } = created.object as { id: string }
  for (const uri of [id, created.id]) {
    expect(await readersOf(uri)).toEqual(['named', 'anna'])
    for (const who of ['named', 'anna'] as const) {
      const { text } = await get(uri, who)
      expect(text).not.toMatch(/"b(?:cc|to)"/)
      expect(text).not.toContain(named.uri)
    }
  }
})

test('every activity has an address, for those whom it was said to', async () => {
  const { anna, named } = people
  const note = await noteBy(whole, named, 'like this')
  const like = await posted(whole, anna, { type: 'Like', object: note })
  expect(await readersOf(like.id)).toEqual(['named', 'anna'])
  const follow = await posted(whole, anna, { type: 'Follow', object: named.uri })
  expect(await readersOf(follow.id)).toEqual(['named', 'anna'])
  const accept = await whole.db
    .selectFrom('activity')
    .select('id')
    .where('account_id', '=', named.id)
    .where('kind', '=', 'Accept')
    .executeTakeFirst()
  if (accept) expect(await readersOf(`${ORIGIN}/ap/activities/${accept.id}`)).toEqual(['named', 'anna'])
  const undo = await posted(whole, anna, { type: 'Undo', object: like.id })
  expect(await readersOf(undo.id)).toEqual(['named', 'anna'])
  const listened = await posted(whole, anna, {
    type: 'Listen',
    object: 'https://far.test/song',
    to: [PUBLIC],
  })
  expect(await readersOf(listened.id)).toEqual([...everybody])
})

describe('an app', () => {
  test('reads no more than it was let', async () => {
    const { world } = whole
    const own = await noteBy(whole, people.anna, 'mine alone', 'direct')
    const theirs = await noteBy(whole, people.named, '@anna for you', 'direct')
    const open = await noteBy(whole, people.named, 'for everyone')
    const reads = async (scope: string) => {
      const token = await tokenFor(world, people.anna, { scope })
      return Promise.all([own, theirs, open].map(async (uri) => (await get(uri, { token })).status))
    }
    for (const scope of ['read', 'readall', 'readany', 'readlocal', 'read:statuses', 'activitypub:read:all'])
      expect([scope, await reads(scope)]).toEqual([scope, [200, 200, 200]])
    expect(await reads('readown')).toEqual([200, 404, 200])
    for (const scope of ['write', 'like', 'push', 'readfollowers', 'nonsense'])
      expect([scope, await reads(scope)]).toEqual([scope, [404, 404, 200]])
  })

  test('whose token has run out reads nothing at all', async () => {
    const token = await tokenFor(whole.world, people.anna, { expiresInSeconds: -1 })
    const uri = await noteBy(whole, people.anna, 'for everyone')
    expect((await get(uri, { token })).status).toBe(401)
  })
})

test('what was deleted is a Tombstone; of what was not for everyone, for its author alone', async () => {
  const { anna } = people
  const open = await posted(whole, anna, { type: 'Note', content: 'soon gone', to: [PUBLIC] })
  const shut = await posted(whole, anna, { type: 'Note', content: 'soon gone, too' })
  for (const [created, seen] of [
    [open, everybody],
    [shut, ['anna']],
  ] as const) {
    const { id } = created.object as { id: string }
    await posted(whole, anna, { type: 'Delete', object: id })
    for (const who of everybody) {
      const got = await get(id, who)
      expect([who, got.status]).toEqual([who, (seen as readonly Who[]).includes(who) ? 410 : 404])
      if (got.status === 410)
        expect(got.json).toMatchObject({
          id,
          type: 'Tombstone',
          formerType: 'Note',
          deleted: expect.any(String),
        })
    }
  }
})

test('whom a block keeps apart finds nothing, though everybody else does (e14)', async () => {
  const { world } = whole
  const pest = await personHere(world, 'pest')
  tokens.pest = await tokenFor(world, pest)
  const { anna } = people
  const uri = await noteBy(whole, anna, 'for nearly everyone')
  const place = await posted(whole, anna, { type: 'Place', name: 'here', to: [PUBLIC] })
  const addresses = [
    anna.uri,
    `${anna.uri}/outbox`,
    `${anna.uri}/followers`,
    uri,
    `${uri}/likes`,
    place.id,
    (place.object as { id: string }).id,
  ]
  const token = tokens.pest
  for (const each of addresses) expect([each, (await get(each, { token })).status]).toEqual([each, 200])
  await blockAccount(world, anna, pest)
  for (const each of addresses) {
    expect([each, (await get(each, { token })).status]).toEqual([each, 404])
    expect([each, (await get(each, 'stranger')).status]).toEqual([each, 200])
  }
})

test('whoever wants a page is led to it', async () => {
  const uri = await noteBy(whole, people.anna, 'to be looked at')
  const got = await get(uri, 'anna', 'text/html')
  expect([got.status, got.headers.location]).toEqual([302, `/@anna/${uri.split('/').at(-1)}`])
})
