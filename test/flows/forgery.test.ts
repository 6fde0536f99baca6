import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { LocalAccount } from '../../src/domain/accounts/account.ts'
import { findAccountByUri } from '../../src/domain/accounts/find.ts'
import { findFollow } from '../../src/domain/follows/find.ts'
import { requestFollow } from '../../src/domain/follows/request.ts'
import { findPostByUri } from '../../src/domain/posts/find.ts'
import type { Draft } from '../../src/domain/posts/post.ts'
import { publishPost } from '../../src/domain/posts/publish.ts'
import { makeRsaKey } from '../support/peer/keys.ts'
import { type SignOptions, signed } from '../support/peer/signer.ts'
import type { Json, Person } from '../support/peer.ts'
import { startWhole, type Whole } from '../support/whole.ts'
import { ORIGIN, personElsewhere, personHere } from '../support/world.ts'

/*
 * The forgeries, end to end: Alice on far.test is whom everybody wants to be, Eve is her neighbour there, Mallory has a
 * server of his own, and Anna here follows Alice.
 */

let whole: Whole
let anna: LocalAccount
let ben: LocalAccount
let alice: Person
let eve: Person
let mallory: Person
let count = 0

beforeAll(async () => {
  whole = await startWhole(['far.test', 'evil.test'])
  anna = await personHere(whole.world, 'anna')
  ben = await personHere(whole.world, 'ben')
  alice = await whole.peer.person('alice', { host: 'far.test' })
  eve = await whole.peer.person('eve', { host: 'far.test' })
  mallory = await whole.peer.person('mallory', { host: 'evil.test' })
  for (const person of [alice, eve, mallory]) {
    expect(await post(person, person.follow(anna.uri))).toMatch(/^202/)
    await whole.settled()
  }
  const known = await findAccountByUri(whole.db, alice.uri)
  await requestFollow(whole.world, anna, known as NonNullable<typeof known>)
  await whole.settled()
  const asked = await alice.receives('Follow')
  await post(alice, alice.accept(asked))
  await whole.settled()
}, 60_000)
beforeEach(async () => {
  await whole.settled()
  whole.peer.requests.length = 0
})
afterAll(async () => {
  await whole?.[Symbol.asyncDispose]()
  expect(whole?.errors).toEqual([])
})

/** What was answered: status and line. */
async function post(by: Person, activity: Json, sign: SignOptions = {}, url = `${ORIGIN}/ap/inbox`) {
  const { status, text } = await by.post(url, activity, sign)
  return `${status} ${text.trim()}`
}

/** Everything that an activity may change, without the times at which somebody was last looked at. */
async function state(): Promise<unknown> {
  const tables = [
    'account',
    'account_key',
    'follow',
    'post',
    'post_edit',
    'mention',
    'notification',
    'tombstone',
  ]
  const found: Record<string, unknown> = {}
  for (const name of [...tables, 'home_entry', 'account_stat', 'post_stat']) {
    const { rows } = await sql<{ row: unknown }>`
      SELECT to_jsonb(t) - 'fetched_at' - 'updated_at' AS row FROM ${sql.table(name)} AS t ORDER BY 1`.execute(
      whole.db,
    )
    found[name] = rows.map(({ row }) => row)
  }
  return found
}

async function changesNothing(work: () => Promise<unknown>): Promise<void> {
  await whole.settled()
  const before = await state()
  await work()
  await whole.settled()
  expect(await state()).toEqual(before)
}

/** A post of Alice's that is known here. */
async function said(more: Json = {}): Promise<Json> {
  const note = alice.note(`words ${++count}`, {
    published: new Date(Date.now() - 5000).toISOString(),
    ...more,
  })
  expect(await post(alice, alice.create(note))).toBe('202 taken')
  await whole.settled()
  expect(await findPostByUri(whole.db, String(note.id))).toBeDefined()
  return note
}

const contentOf = async (uri: unknown) => (await findPostByUri(whole.db, String(uri)))?.contentHtml
const later = () => new Date(Date.now() + 1000).toISOString()
const publish = (draft: Partial<Draft>) =>
  publishPost(whole.world, anna, { text: 'ours', visibility: 'public', ...draft })

describe('who signs', () => {
  test('S-012: a key on another server that says it is Alice’s', async () => {
    const key = await makeRsaKey('https://evil.test/keys/alice')
    const document = {
      id: key.uri,
      type: 'Key',
      owner: alice.uri,
      controller: alice.uri,
      publicKeyPem: key.publicPem,
    }
    whole.peer.serve(key.uri, document)
    await changesNothing(async () => {
      expect(await post(alice, alice.create(alice.note('forged')), { key })).toMatch(/^401 /)
    })
  })

  test('S-013: an actor on another server who says he is Alice', async () => {
    const fake = await whole.peer.person('fake', { host: 'evil.test' })
    const key = { ...(fake.actor.publicKey as Json), owner: alice.uri }
    Object.assign(fake.actor, { id: alice.uri, publicKey: key })
    const create = alice.create(alice.note('forged'))
    await changesNothing(async () => {
      expect(await post(fake, create)).toMatch(/^401 /)
      expect(await post(fake, create, { keyId: alice.keys.rsa.uri })).toMatch(/^401 /)
      expect(await post(fake, create, { keyId: `${fake.uri}#${alice.uri}` })).toMatch(/^401 /)
    })
  })

  test('S-016: what only Alice may read is for nobody with such a key', async () => {
    const id = await publish({ text: '@alice@far.test psst', visibility: 'direct' })
    const read = async (by: Person, sign: SignOptions = {}) => {
      const url = `${ORIGIN}/ap/posts/${id}`
      const outgoing = {
        method: 'GET',
        url,
        headers: { accept: 'application/activity+json' },
        body: undefined,
      }
      return (await whole.ask(`/ap/posts/${id}`, { headers: signed(outgoing, by.keys.rsa, sign).headers }))
        .status
    }
    expect(await read(alice)).toBe(200)
    for (const by of [eve, mallory]) {
      expect(await read(by)).toBe(404)
      expect(await read(by, { keyId: alice.keys.rsa.uri })).toBe(404)
    }
    const key = await makeRsaKey('https://evil.test/keys/reader')
    whole.peer.serve(key.uri, { id: key.uri, type: 'Key', owner: alice.uri, publicKeyPem: key.publicPem })
    expect(await read(alice, { key })).toBe(404)
  })

  test('S-017: a new key counts after one look at the actor, and the old one no more', async () => {
    const bob = await whole.peer.person('bob', { host: 'far.test' })
    const old = await makeRsaKey(bob.keys.rsa.uri)
    await personElsewhere(whole.world, 'bob', 'far.test', {
      uri: bob.uri,
      keys: [{ uri: old.uri, kind: 'rsa', publicKey: old.publicPem }],
    })
    const hourAgo = new Date(Date.now() - 3_600_000)
    await whole.db
      .updateTable('account_key')
      .set({ fetched_at: hourAgo })
      .where('uri', '=', old.uri)
      .execute()
    expect(await post(bob, bob.follow(anna.uri))).toBe('202 taken')
    expect(whole.peer.hits(bob.uri)).toBe(1)
    for (let n = 0; n < 5; n += 1)
      expect(await post(bob, bob.create(bob.note('old key')), { key: old })).toMatch(/^401 /)
    expect(whole.peer.hits(bob.uri)).toBe(1)
  })

  test('S-018: a key that the actor took away stops working with the Update that says so', async () => {
    const carl = await whole.peer.person('carl', { host: 'far.test' })
    expect(await post(carl, carl.follow(anna.uri))).toBe('202 taken')
    await whole.settled()
    carl.actor.assertionMethod = []
    expect(await post(carl, carl.update(carl.actor))).toBe('202 taken')
    await whole.settled()
    const create = carl.create(carl.note('by the key that was taken away'))
    expect(await post(carl, create, { scheme: 'rfc9421', key: carl.keys.ed25519 })).toMatch(/^401 /)
  })

  test('S-019: who leaves is forgotten when their server confirms it, and by nobody else’s word', async () => {
    const dora = await whole.peer.person('dora', { host: 'far.test' })
    expect(await post(dora, dora.follow(anna.uri))).toBe('202 taken')
    await whole.settled()
    for (const by of [mallory, eve])
      expect(await post(by, dora.delete(dora.uri), { keyId: dora.keys.rsa.uri })).toMatch(/^401 /)
    await changesNothing(async () => {
      expect(await post(dora, { ...dora.delete(dora.uri), object: dora.uri })).toBe('202 taken')
    })
    whole.peer.answer(dora.uri, { status: 410 })
    expect(await post(dora, { ...dora.delete(dora.uri), object: dora.uri })).toMatch(/^202 /)
    await whole.settled()
    const row = await whole.db
      .selectFrom('account')
      .select('deleted_at')
      .where('uri', '=', dora.uri)
      .executeTakeFirst()
    expect(row?.deleted_at).not.toBeNull()
    // Of somebody whom nobody here knows it is taken without asking anybody.
    const asked = whole.peer.requests.length
    const unknown = `https://evil.test/users/${++count}`
    const leave = { ...mallory.delete(unknown), id: `${unknown}#delete`, actor: unknown, object: unknown }
    expect(await post(mallory, leave, { keyId: `${unknown}#main-key` })).toMatch(/^202 not needed/)
    expect(whole.peer.requests.length).toBe(asked)
  })

  test('S-021: an id on another server is refused, and its owner can still use it', async () => {
    const genuine = alice.create(alice.note('genuine'))
    await changesNothing(async () => {
      expect(await post(mallory, { ...mallory.create(mallory.note('theft')), id: genuine.id })).toMatch(
        /^400 /,
      )
    })
    expect(await post(alice, genuine)).toBe('202 taken')
  })

  test('S-031: what somebody passes on is looked up at its origin, and a Delete is not believed', async () => {
    const note = alice.note('as she wrote it')
    const passedOn = alice.create({ ...note, content: '<p>as he would have it</p>' })
    expect(await post(mallory, passedOn)).toBe('202 taken')
    await whole.settled()
    expect(whole.peer.hits(String(note.id))).toBe(1)
    expect(await contentOf(note.id)).toBe('<p>as she wrote it</p>')
    await changesNothing(() => post(mallory, alice.delete(String(note.id))))
  })
})

describe('again and again', () => {
  const notices = (who: LocalAccount, uri: unknown) =>
    whole.db
      .selectFrom('notification')
      .innerJoin('post', 'post.id', 'notification.post_id')
      .select('notification.id')
      .where('owner_id', '=', who.id)
      .where('post.uri', '=', String(uri))
      .execute()
  const named = (...people: LocalAccount[]) => ({
    to: people.map(({ uri }) => uri),
    cc: [],
    tag: people.map(({ uri, name }) => ({ type: 'Mention', href: uri, name: `@${name}@weft.test` })),
  })

  test('S-032: ten equal requests at once, and one more: one effect, one row of work', async () => {
    const note = alice.note('said once', named(anna))
    const create = alice.create(note)
    const answers = await Promise.all(Array.from({ length: 10 }, () => post(alice, create)))
    expect(answers.filter((answer) => answer === '202 taken')).toHaveLength(1)
    expect(answers.every((answer) => answer.startsWith('202'))).toBe(true)
    await whole.settled()
    expect(await post(alice, create)).toBe('202 taken before')
    // A week later it is no longer remembered as an activity; the post itself still is.
    expect(await post(alice, { ...create, id: `${create.id}-later` })).toBe('202 taken')
    await whole.settled()
    expect(await notices(anna, note.id)).toHaveLength(1)
  })

  test('S-033: one activity at two personal inboxes serves both recipients', async () => {
    const note = alice.note('for two', named(anna, ben))
    const create = alice.create(note)
    await Promise.all([anna, ben].map(({ id }) => post(alice, create, {}, `${ORIGIN}/ap/actors/${id}/inbox`)))
    await whole.settled()
    expect([await notices(anna, note.id), await notices(ben, note.id)].map((list) => list.length)).toEqual([
      1, 1,
    ])
  })

  test('Follow, Undo, Follow … in any order and number leave the count of followers true', async () => {
    const fay = await whole.peer.person('fay', { host: 'far.test' })
    for (let round = 0; round < 6; round += 1) {
      const follow = fay.follow(ben.uri)
      const undo = fay.undo(follow)
      const volley = round % 2 ? [follow, follow, undo, undo] : [undo, follow, undo, follow]
      await Promise.all(volley.map((activity) => post(fay, activity)))
      await post(fay, fay.reject(follow))
      await post(fay, fay.accept(follow))
    }
    await whole.settled()
    const { rows } = await sql<{ kept: number; true: number }>`
      SELECT followers AS kept, (SELECT count(*)::int FROM follow WHERE followed_id = account_id AND state = 'accepted') AS true
      FROM account_stat WHERE account_id = ${ben.id}::bigint`.execute(whole.db)
    expect(rows[0]?.kept).toBe(rows[0]?.true)
  })
})

describe('whose post', () => {
  test('S-040: a post of another server is had from there, whatever came with it', async () => {
    const note = alice.note('at home')
    expect(await post(mallory, mallory.create({ ...note, content: '<p>forged</p>' }))).toBe('202 taken')
    await whole.settled()
    expect(await contentOf(note.id)).toBe('<p>at home</p>')
    const nowhere = { ...note, id: 'https://far.test/users/alice/notes/none', content: '<p>forged</p>' }
    await changesNothing(() => post(mallory, mallory.create(nowhere)))
  })

  test('S-041: posts that name another author, several, or none that can be', async () => {
    const authors = [alice.uri, [mallory.uri, alice.uri], anna.uri, 1, 'alice', { type: 'Person' }]
    await changesNothing(async () => {
      for (const attributedTo of [...authors, `${ORIGIN}/@anna`, [anna.uri, mallory.uri]]) {
        const note = mallory.note('whose?', { attributedTo, inReplyTo: null, to: [anna.uri] })
        await post(mallory, mallory.create(note))
      }
    })
  })

  test('S-042: nobody edits another’s post, from next door or from afar, whole or by its id', async () => {
    const note = await said()
    const edited = { ...note, content: '<p>forged</p>', updated: later() }
    await changesNothing(async () => {
      for (const by of [eve, mallory])
        for (const object of [edited, { ...edited, attributedTo: by.uri }, note.id])
          await post(by, by.activity('Update', object, { to: note.to }))
    })
    await post(alice, alice.update(edited))
    await whole.settled()
    expect(await contentOf(note.id)).toBe('<p>forged</p>')
  })

  test('nobody widens who may read a post by an edit, the author included', async () => {
    const note = await said({ to: [`${alice.uri}/followers`], cc: [] })
    const wider = { ...note, to: ['https://www.w3.org/ns/activitystreams#Public'], updated: later() }
    await post(alice, alice.update(wider))
    await whole.settled()
    expect(await findPostByUri(whole.db, String(note.id))).toMatchObject({ visibility: 'followers' })
  })

  test('S-044: no Delete but the author’s; and it wins over a Create or an Update that comes late', async () => {
    const note = await said()
    await changesNothing(async () => {
      for (const by of [eve, mallory]) await post(by, by.delete(String(note.id)))
    })
    await post(alice, alice.delete(String(note.id)))
    const early = alice.note('deleted before it came')
    await post(alice, alice.delete(String(early.id)))
    await whole.settled()
    for (const gone of [note, early]) {
      await post(alice, alice.create(gone))
      await post(alice, alice.update({ ...gone, updated: later() }))
      await post(alice, alice.activity('Create', gone.id))
      await post(mallory, alice.create(gone))
      await whole.settled()
      expect(await findPostByUri(whole.db, String(gone.id))).toBeUndefined()
    }
  })

  test('S-046, S-049: an Announce with forged words, and pins on another’s profile', async () => {
    const note = await said()
    const forged = { ...note, content: '<p>forged</p>', updated: later() }
    await changesNothing(async () => {
      await post(mallory, mallory.activity('Announce', forged))
      await post(mallory, mallory.activity('Announce', alice.create(forged)))
      await post(mallory, mallory.activity('Add', forged, { target: `${alice.uri}/featured` }))
      await post(mallory, mallory.activity('Remove', note.id, { target: `${alice.uri}/featured` }))
    })
  })

  test('S-055: nothing from outside has an id of ours', async () => {
    const uri = whole.world.uris.post(await publish({}))
    const claims = {
      id: uri,
      type: 'Note',
      attributedTo: anna.uri,
      content: '<p>forged</p>',
      updated: later(),
    }
    whole.peer.serve('https://evil.test/claims', claims)
    await changesNothing(async () => {
      for (const object of [
        claims,
        uri,
        'https://evil.test/claims',
        { ...claims, attributedTo: mallory.uri },
      ]) {
        await post(mallory, mallory.activity('Create', object))
        await post(mallory, mallory.activity('Update', object))
      }
      await post(mallory, mallory.delete(uri))
      await post(mallory, mallory.activity('Update', { ...mallory.actor, id: anna.uri }))
      await post(mallory, mallory.activity('Delete', anna.uri))
    })
    expect(whole.peer.requests.filter((request) => request.url.startsWith(ORIGIN))).toEqual([])
  })
})

describe('who is who', () => {
  test('S-043: nobody changes another person; and of oneself only what one’s server says', async () => {
    await changesNothing(async () => {
      for (const by of [eve, mallory])
        await post(by, by.activity('Update', { ...alice.actor, name: 'Forged' }))
      // What came is not what her server serves.
      await post(alice, alice.update({ ...alice.actor, name: 'Not served' }))
    })
    const gina = await whole.peer.person('gina', { host: 'far.test' })
    await post(gina, gina.follow(anna.uri))
    await whole.settled()
    const before = await findAccountByUri(whole.db, gina.uri)
    const { inbox } = gina.actor
    gina.actor.inbox = 'https://evil.test/users/mallory/inbox'
    await post(gina, gina.update(gina.actor))
    await whole.settled()
    expect(await findAccountByUri(whole.db, gina.uri)).toEqual(before)
    // A name that her server does not confirm is no handle.
    Object.assign(gina.actor, { inbox, preferredUsername: 'alice' })
    await post(gina, gina.update(gina.actor))
    await whole.settled()
    const named = await whole.db
      .selectFrom('account')
      .select('uri')
      .where('name', '=', 'alice')
      .where('host', '=', 'far.test')
      .where('handle_verified', '=', true)
      .execute()
    expect(named).toEqual([{ uri: alice.uri }])
  })

  test.each([
    ['another host’s handle', { webfinger: 'alice@far.test' }],
    ['a handle of ours', { webfinger: 'anna@weft.test' }],
    ['a homoglyph', { preferredUsername: 'аlice' }],
    ['a name that is turned around', { preferredUsername: '\u202Eecila' }],
    ['a name with nothing in it', { preferredUsername: 'ali\u200Bce' }],
    ['a name with a host in it', { preferredUsername: 'alice@far.test' }],
  ])('S-057: %s makes nobody of evil.test somebody of another server', async (_what, actor) => {
    const spoof = await whole.peer.person(`spoof${++count}`, { host: 'evil.test', actor })
    await post(spoof, spoof.follow(anna.uri))
    await whole.settled()
    const row = await whole.db
      .selectFrom('account')
      .select(['name', 'host'])
      .where('uri', '=', spoof.uri)
      .executeTakeFirst()
    if (row) {
      expect(row.host).toBe('evil.test')
      expect(row.name).not.toMatch(/[\u200b-\u202e@]/)
    }
  })

  test('S-058: a new actor under an old name inherits nothing', async () => {
    const first = await whole.peer.person('hal', { host: 'far.test' })
    await post(first, first.follow(anna.uri))
    await whole.settled()
    const second = await whole.peer.person('hal2', { host: 'far.test', actor: { preferredUsername: 'hal' } })
    whole.peer.answer('https://far.test/.well-known/webfinger?resource=acct:hal@far.test', {
      type: 'application/jrd+json',
      body: {
        subject: 'acct:hal@far.test',
        links: [{ rel: 'self', type: 'application/activity+json', href: second.uri }],
      },
    })
    await post(second, second.create(second.note('hello', { to: [anna.uri], cc: [] })))
    await whole.settled()
    const [old, fresh] = [
      await findAccountByUri(whole.db, first.uri),
      await findAccountByUri(whole.db, second.uri),
    ]
    expect(old?.id).not.toBe(fresh?.id)
    expect(await findFollow(whole.db, old?.id as never, anna.id)).toBeDefined()
    expect(await findFollow(whole.db, fresh?.id as never, anna.id)).toBeUndefined()
  })
})

describe('follows', () => {
  test('S-045: nobody undoes another’s Follow, whatever they embed', async () => {
    const ida = await whole.peer.person('ida', { host: 'far.test' })
    const follow = ida.follow(anna.uri)
    await post(ida, follow)
    await changesNothing(async () => {
      for (const by of [eve, mallory])
        for (const object of [
          follow,
          follow.id,
          { ...follow, actor: by.uri },
          { ...follow, id: `${by.uri}#1` },
        ])
          await post(by, by.activity('Undo', object))
    })
  })

  test('S-047: no Accept or Reject makes or ends a relation that is not its sender’s', async () => {
    const jo = await findAccountByUri(whole.db, eve.uri)
    await requestFollow(whole.world, ben, jo as NonNullable<typeof jo>)
    await whole.settled()
    const asked = await eve.receives((activity) => activity.type === 'Follow' && activity.actor === ben.uri)
    await changesNothing(async () => {
      for (const by of [mallory, alice])
        for (const type of ['Accept', 'Reject'])
          for (const object of [asked, asked.id, { ...asked, object: by.uri }])
            await post(by, by.activity(type, object))
      const never = { id: `${ORIGIN}/ap/activities/1`, type: 'Follow', actor: ben.uri, object: mallory.uri }
      await post(mallory, mallory.accept(never))
    })
    expect(await findFollow(whole.db, ben.id, jo?.id as never)).toMatchObject({ state: 'requested' })
  })

  test('S-048: no Follow by nobody, of nobody, or of somebody on a third server', async () => {
    await changesNothing(async () => {
      for (const target of [alice.uri, `${ORIGIN}/ap/actors/1`, `${ORIGIN}/ap/actors/instance`, ORIGIN])
        await post(mallory, mallory.follow(target))
      const nobody = 'https://evil.test/users/nobody'
      const follow = { ...mallory.follow(anna.uri), actor: nobody, id: `${nobody}#1` }
      expect(await post(mallory, follow, { keyId: `${nobody}#main-key` })).toMatch(/^401 /)
    })
  })
})

test('S-107: a post with far too much of everything is kept, cut, and read', async () => {
  const many = (n: number, make: (at: number) => unknown) => Array.from({ length: n }, (_, at) => make(at))
  const note = alice.note(`<p>${'long '.repeat(60_000)}</p>`, {
    summary: 's'.repeat(50_000),
    tag: [
      ...many(400, (at) => ({ type: 'Hashtag', name: `#tag${at}` })),
      ...many(400, (at) => ({ type: 'Mention', href: `https://far.test/users/m${at}`, name: `@m${at}` })),
    ],
    attachment: many(200, (at) => ({
      type: 'Document',
      url: `https://far.test/${at}.png`,
      name: 'x'.repeat(900),
    })),
    url: `https://far.test/${'u'.repeat(5_000)}`,
  })
  expect(await post(alice, alice.create(note))).toBe('202 taken')
  await whole.settled()
  const row = await whole.db
    .selectFrom('post')
    .selectAll()
    .where('uri', '=', String(note.id))
    .executeTakeFirstOrThrow()
  expect(row.content_html.length).toBeLessThanOrEqual(110_000)
  expect(row.summary.length).toBeLessThanOrEqual(2_048)
  expect((row.url ?? '').length).toBeLessThanOrEqual(2_048)
  const tags = await whole.db
    .selectFrom('post_hashtag')
    .select('hashtag_id')
    .where('post_id', '=', row.id)
    .execute()
  expect(tags.length).toBeLessThanOrEqual(100)
  expect((await whole.ask('/tags/tag0', { headers: { accept: 'text/html' } })).status).toBe(200)
})

test('S-140, S-141: sign-in has a limit that no forwarding header lifts', async () => {
  await using limited = await startWhole([], { WEFT_RATE_LIMITS: 'on' })
  const page = await limited.ask('/sign-in', { headers: { accept: 'text/html' } })
  const csrf = /name="csrf" value="([^"]+)"/.exec(page.text)?.[1] ?? ''
  const cookie = String(page.headers['set-cookie']).split(';')[0] ?? ''
  const statuses: number[] = []
  for (let n = 1; n <= 26; n += 1) {
    const address = `198.51.100.${n}`
    const reply = await limited.ask('/sign-in', {
      method: 'POST',
      headers: {
        cookie,
        'content-type': 'application/x-www-form-urlencoded',
        'x-forwarded-for': address,
        forwarded: `for=${address}`,
        'x-real-ip': address,
      },
      body: new URLSearchParams({ csrf, login: `nobody${n}`, password: 'x' }).toString(),
    })
    statuses.push(reply.status)
    if (reply.status === 429) expect(Number(reply.headers['retry-after'])).toBeGreaterThan(0)
  }
  expect(statuses.slice(0, 20).every((status) => status === 401)).toBe(true)
  expect(statuses.slice(20).every((status) => status === 429)).toBe(true)
}, 30_000)
