import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { LocalAccount } from '../../src/domain/accounts/account.ts'
import { kept, PUBLIC, posted, postTo, refused } from '../support/outbox.ts'
import type { Json, Person } from '../support/peer.ts'
import { bearing, tokenFor } from '../support/tokens.ts'
import { startWhole, type Whole } from '../support/whole.ts'
import { ORIGIN, personHere } from '../support/world.ts'

/* c2s.md b2, the request and what becomes of it; e1, e6, e10. */

const AS = 'https://www.w3.org/ns/activitystreams'
let whole: Whole
let anna: LocalAccount
let ben: LocalAccount
let alice: Person
let token: string
const outbox = () => `/ap/actors/${anna.id}/outbox`

beforeAll(async () => {
  whole = await startWhole(['far.test', 'silent.test'])
  anna = await personHere(whole.world, 'anna')
  ben = await personHere(whole.world, 'ben')
  alice = await whole.peer.person('alice', { host: 'far.test' })
  token = await tokenFor(whole.world, anna)
}, 60_000)
beforeEach(() => whole.settled())
afterAll(async () => {
  await whole?.[Symbol.asyncDispose]()
  expect(whole?.errors).toEqual([])
})

const send = (body: string | Buffer, headers: Record<string, string> = {}) =>
  whole.ask(outbox(), {
    method: 'POST',
    headers: { 'content-type': 'application/activity+json', ...bearing(token), ...headers },
    body,
  })
const note = (content: string, more: Json = {}) => ({ type: 'Note', content, ...more })
const rows = async () => (await whole.db.selectFrom('activity').select('id').execute()).length

describe('the request', () => {
  test.each([
    'application/activity+json',
    'application/ld+json',
    'application/ld+json; profile="https://www.w3.org/ns/activitystreams"',
    'application/json; charset=utf-8',
  ])('is taken as %s', async (type) => {
    const { status } = await send(JSON.stringify(note('typed')), { 'content-type': type })
    expect(status).toBe(201)
  })

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'application/xml', ''])(
    'is not taken as "%s"',
    async (type) => {
      const { status } = await send(JSON.stringify(note('typed')), { 'content-type': type })
      expect(status).toBe(415)
    },
  )

  test('may hold a mebibyte and no more', async () => {
    const at = (length: number) => JSON.stringify({ type: 'x:Blob', 'x:data': 'a'.repeat(length) })
    const full = 1024 * 1024 - at(0).length
    expect((await send(at(full))).status).toBe(201)
    expect((await send(at(full + 1))).status).toBe(413)
  })

  test.each([
    ['no JSON', '{"type":'],
    ['a list', '[{"type":"Note","content":"one"}]'],
    ['a text', '"Note"'],
    ['nothing', 'null'],
    ['no UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
    ['nested too deep', `{"type":"Note","content":"a","x":${'['.repeat(40)}${']'.repeat(40)}}`],
    ['too many parts', JSON.stringify({ type: 'Note', content: 'a', x: Array(6000).fill(1) })],
    [
      'many addresses',
      JSON.stringify(
        note('a', {
          to: Array(101)
            .fill(0)
            .map((_, n) => `https://far.test/${n}`),
        }),
      ),
    ],
    ['an address that is none', JSON.stringify(note('a', { to: ['nobody'] }))],
    [
      'a context that renames an actor',
      JSON.stringify({ '@context': { actor: 'https://x.test/#a' }, ...note('a') }),
    ],
    ['a context that hides bcc', JSON.stringify({ '@context': [AS, { quiet: 'as:bcc' }], ...note('a') })],
  ])('that is %s is answered with 400, and nothing is kept (e10)', async (_what, body) => {
    const before = await rows()
    const { status, headers } = await send(body)
    expect(status).toBe(400)
    expect(headers['content-type']).toMatch(/^application\/problem\+json/)
    expect(await rows()).toBe(before)
  })

  test('without a token, or with one that is none, is 401', async () => {
    const body = JSON.stringify(note('mine'))
    const bare = await send(body, { authorization: '' })
    expect(bare.status).toBe(401)
    expect(bare.headers['www-authenticate']).toMatch(/^Bearer /)
    expect((await send(body, bearing('wrong'))).status).toBe(401)
  })

  test('goes to the outbox of whoever the token is for, and to no other', async () => {
    const { status, text } = await whole.ask(`/ap/actors/${ben.id}/outbox`, {
      method: 'POST',
      headers: { 'content-type': 'application/activity+json', ...bearing(token) },
      body: JSON.stringify(note('in his name')),
    })
    expect(status).toBe(403)
    expect(JSON.parse(text)).toMatchObject({ type: 'https://w3id.org/fep/c180#principal-not-authorized' })
  })
})

describe('what is posted', () => {
  test('is answered with 201, where it is, and all of it; and can be read at once', async () => {
    const reply = await postTo(whole, anna, { '@context': AS, ...note('<p>said</p>', { to: [PUBLIC] }) })
    expect(reply.status).toBe(201)
    const { location = '', etag } = reply.headers
    expect(location).toMatch(`${ORIGIN}/ap/activities/`)
    expect(etag).toMatch(/^"[^"]+"$/)
    expect(reply.headers['content-type']).toBe('application/activity+json; charset=utf-8')
    expect(Object.keys(reply.json)[0]).toBe('@context')
    expect(reply.json).toMatchObject({
      id: location,
      type: 'Create',
      actor: anna.uri,
      object: { type: 'Note', attributedTo: anna.uri, content: '<p>said</p>' },
    })
    const again = await whole.ask(location.slice(ORIGIN.length), {
      headers: { accept: 'application/activity+json', ...bearing(token) },
    })
    expect(again.status).toBe(200)
    expect(JSON.parse(again.text)).toEqual(reply.json)
    const { object } = reply.json as { object: { id: string } }
    const read = await whole.ask(object.id.slice(ORIGIN.length), {
      headers: { accept: 'application/activity+json' },
    })
    expect(read.status).toBe(200)
  })

  test.each([
    ['an object', { type: 'Note', content: 'a' }, 'Create'],
    ['an object of several types', { type: ['x:Thing', 'Note'], content: 'a' }, 'Create'],
    [
      'a question, which everybody takes for one',
      {
        type: 'Question',
        content: 'a',
        oneOf: [
          { type: 'Note', name: '1' },
          { type: 'Note', name: '2' },
        ],
      },
      'Create',
    ],
    ['an object of a type that we do not know', { type: 'x:Thing', 'x:size': 1 }, 'Create'],
    ['an object of no type', { name: 'a', content: 'b' }, 'Create'],
    ['an activity', { type: 'Arrive', location: { type: 'Place', name: 'home' } }, 'Arrive'],
    [
      'an activity of several types',
      { type: ['x:Reach', 'Arrive'], location: { type: 'Place', name: 'home' } },
      ['x:Reach', 'Arrive'],
    ],
    [
      'an activity of a type that we do not know',
      { type: 'x:Ponder', object: 'https://x.test/1' },
      ['x:Ponder', 'Activity'],
    ],
    ['an activity of no type', { object: 'https://x.test/1' }, 'Activity'],
    [
      'an activity in long words',
      { '@type': 'https://www.w3.org/ns/activitystreams#Arrive', location: 'https://x.test/1' },
      'https://www.w3.org/ns/activitystreams#Arrive',
    ],
  ])('is %s', async (_what, what, type) => {
    expect((await posted(whole, anna, what)).type).toEqual(type)
  })

  test('of a type that we do not know keeps that type beside one that everybody knows', async () => {
    const { object } = await posted(whole, anna, { type: 'x:Thing', 'x:size': 1 })
    expect(object).toMatchObject({ type: ['x:Thing', 'Object'], 'x:size': 1, attributedTo: anna.uri })
    const bare = await posted(whole, anna, { 'x:size': 2 })
    expect(bare.object).toMatchObject({ type: 'Object', 'x:size': 2 })
  })

  test('gets its actor, and is refused when it names another (e6)', async () => {
    expect((await posted(whole, anna, { actor: anna.uri, type: 'Create', object: note('me') })).actor).toBe(
      anna.uri,
    )
    for (const actor of [ben.uri, [anna.uri, ben.uri], { type: 'Person' }, 'https://far.test/users/alice']) {
      const no = await refused(whole, anna, { actor, type: 'Create', object: note('me') } as Json)
      expect(no).toMatchObject({ status: 400, type: 'principal-actor-mismatch' })
    }
    for (const attributedTo of [ben.uri, [anna.uri, ben.uri]]) {
      const no = await refused(whole, anna, note('me', { attributedTo }))
      expect(no).toMatchObject({ status: 403, type: 'actor-not-authorized' })
    }
    expect(await posted(whole, anna, note('me', { attributedTo: anna.uri }))).toBeDefined()
  })

  test('keeps nothing that only the server may say (S-142, S-146, e6)', async () => {
    const evil =
      '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"type":"Create","id":"https://far.test/1",' +
      '"published":"2099-01-01T00:00:00Z","_secret":1,"proof":{"type":"x"},"signature":{"type":"x"},"object":{' +
      '"type":"Note","content":"a","id":"https://far.test/2","likes":"https://far.test/3","shares":{"totalItems":9},' +
      '"replies":{"totalItems":9},"totalItems":9,"_secret":1,"published":"2099-01-01T00:00:00Z",' +
      '"role":"owner","__proto__":{"polluted":1}}}'
    const reply = await send(evil)
    expect(reply.status).toBe(201)
    const { id, object } = JSON.parse(reply.text) as { id: string; object: Json }
    expect(id).toMatch(ORIGIN)
    expect(object.id).toMatch(`${ORIGIN}/ap/posts/`)
    expect(object).toMatchObject({
      likes: { totalItems: 0 },
      shares: { totalItems: 0 },
      replies: { totalItems: 0 },
    })
    expect(Date.parse(String(object.published))).toBeLessThanOrEqual(Date.now() + 1000)
    expect(reply.text).not.toMatch(/_secret|polluted|2099|far\.test/)
    expect(({} as Json).polluted).toBeUndefined()
    const row = await whole.db
      .selectFrom('account')
      .selectAll()
      .where('id', '=', anna.id)
      .executeTakeFirstOrThrow()
    expect(row.kind).toBe('person')
  })

  test('is said when its author says that it was, unless that is yet to come', async () => {
    const then = await posted(whole, anna, note('old', { published: '2024-02-03T04:05:06Z' }))
    expect((then.object as Json).published).toBe('2024-02-03T04:05:06.000Z')
    expect((then.object as Json).updated).toBeUndefined()
  })

  test('holds text that can be stored', async () => {
    const body =
      '{"type":"Note","content":"a\\u0000b \\ud800 c","x:more":["\\u0000",{"x\\u0000y":"\\udc00"}]}'
    const { status, text } = await send(body)
    expect(status).toBe(201)
    expect(text).not.toContain('\\u0000')
    expect(JSON.parse(text).object.content).toBe('ab \ufffd c')
  })

  test('names no context that anybody is asked for', async () => {
    const before = whole.peer.requests.length
    await posted(whole, anna, {
      '@context': [AS, 'https://w3id.org/fep/1234', 'https://purl.archive.org/socialweb/webfinger'],
      ...note('a', { to: [PUBLIC], 'x:y': 1 }),
    })
    await whole.settled()
    expect(whole.peer.requests.slice(before).filter(({ method }) => method === 'GET')).toEqual([])
  })
})

describe('the addresses', () => {
  const row = async (json: Json) => {
    const uri = (json.object as Json).id as string
    return whole.db.selectFrom('post').selectAll().where('uri', '=', uri).executeTakeFirstOrThrow()
  }

  test.each([[{}], [{ to: [], cc: [] }], [{ to: [] }]])(
    'that are none make it private: %j (e1)',
    async (none) => {
      const create = await posted(whole, anna, note('to myself', none))
      expect((await row(create)).visibility).toBe('direct')
      expect(create).toMatchObject({ to: [], cc: [], object: { to: [], cc: [] } })
      const { id } = create.object as { id: string }
      for (const path of [id, create.id]) {
        const seen = (headers: Record<string, string>) =>
          whole.ask(path.slice(ORIGIN.length), {
            headers: { accept: 'application/activity+json', ...headers },
          })
        expect((await seen({})).status).toBe(404)
        expect((await seen(bearing(await tokenFor(whole.world, ben)))).status).toBe(404)
        expect((await seen(bearing(token))).status).toBe(200)
      }
    },
  )

  test.each([PUBLIC, 'as:Public', 'Public'])('spell Public as %s', async (spelling) => {
    const create = await posted(whole, anna, note('for all', { to: spelling }))
    expect((await row(create)).visibility).toBe('public')
    expect(create.to).toContain(PUBLIC)
    expect(JSON.stringify(create)).not.toMatch(/"(?:as:)?Public"/)
  })

  test('of the activity and of its object are one and the same', async () => {
    const one = await posted(whole, anna, { type: 'Create', to: [ben.uri], object: note('a') })
    expect(one).toMatchObject({ to: [ben.uri], object: { to: [ben.uri] } })
    const other = await posted(whole, anna, {
      type: 'Create',
      object: note('a', { cc: [PUBLIC], to: [ben.uri, ben.uri] }),
      to: [],
    })
    expect((await row(other)).visibility).toBe('unlisted')
    expect(other.to).toEqual((other.object as Json).to)
    expect(other.cc).toEqual((other.object as Json).cc)
    expect(JSON.stringify(other.cc).split(ben.uri).length - 1).toBe(1)
  })

  test('may be the followers of whoever says it, and nobody else’s', async () => {
    const { uris } = whole.world
    const mine = await posted(whole, anna, note('a', { to: [uris.followers(anna.id)] }))
    expect((await row(mine)).visibility).toBe('followers')
    for (const theirs of [uris.followers(ben.id), alice.followers, uris.following(anna.id)]) {
      expect(await refused(whole, anna, note('a', { to: [theirs] }))).toMatchObject({ status: 400 })
    }
    const parent = await posted(whole, ben, note('to be answered', { to: [PUBLIC] }))
    const answer = await posted(
      whole,
      anna,
      note('a', { to: [PUBLIC], cc: [uris.followers(ben.id)], inReplyTo: (parent.object as Json).id }),
    )
    expect(JSON.stringify(answer)).not.toContain(uris.followers(ben.id))
  })

  test('name people whom nobody knew, and pass over who cannot be found', async () => {
    const gone = 'https://silent.test/users/nobody'
    const create = await posted(whole, anna, note('a', { to: [alice.uri, gone, anna.uri] }))
    expect(create.to).toEqual([alice.uri])
    await whole.settled()
    expect(await alice.receives((one) => one.id === create.id)).toEqual(create)
  })

  test('that are blind and not people are refused', async () => {
    for (const bcc of [PUBLIC, whole.world.uris.followers(anna.id)]) {
      expect(await refused(whole, anna, note('a', { bcc: [bcc] }))).toMatchObject({ status: 400 })
    }
  })

  test('must be among those that the app may address', async () => {
    const only = { scope: 'createcontent addressactor' }
    expect((await posted(whole, anna, note('a', { to: [ben.uri] }), only)).to).toEqual([ben.uri])
    for (const to of [PUBLIC, whole.world.uris.followers(anna.id)]) {
      expect(await refused(whole, anna, note('a', { to }), only)).toMatchObject({ status: 403 })
    }
    expect(
      await refused(whole, anna, note('a', { bcc: ben.uri }), { scope: 'createcontent addresspublic' }),
    ).toMatchObject({ status: 403 })
  })
})

describe('an app', () => {
  test.each(['read', 'like', 'updatecontent', 'uploadfiles'])(
    'that may only %s creates nothing (e9)',
    async (scope) => {
      const reply = await postTo(whole, anna, note('a'), { scope })
      expect(reply.status).toBe(403)
      expect(reply.headers['www-authenticate']).toMatch(/insufficient_scope/)
      expect(reply.headers['www-authenticate']).toMatch(/scope="[^"]*createcontent"/)
    },
  )

  test('that says something twice says it twice', async () => {
    const [one, two] = [await posted(whole, anna, note('again')), await posted(whole, anna, note('again'))]
    expect(one.id).not.toBe(two.id)
    expect(await kept(whole, one.id)).toMatchObject({ lasting: true, kind: 'Create' })
  })
})
