import { verifyJsonLd, verifyProof } from '@fedify/fedify/sig'
import { Object as ActivityPubObject, DataIntegrityProof } from '@fedify/fedify/vocab'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { LocalAccount } from '../../src/domain/accounts/account.ts'
import { findAccountByUri } from '../../src/domain/accounts/find.ts'
import { requestFollow } from '../../src/domain/follows/request.ts'
import { findPostByUri } from '../../src/domain/posts/find.ts'
import { publishPost } from '../../src/domain/posts/publish.ts'
import { removePost } from '../../src/domain/posts/remove.ts'
import { addLinkedDataSignature } from '../../src/federation/linked-data.ts'
import { loadContext } from '../../src/federation/loader.ts'
import { addProof } from '../../src/federation/proofs.ts'
import type { JsonObject } from '../../src/translate/json.ts'
import type { PeerKey } from '../support/peer/keys.ts'
import type { Json, Person } from '../support/peer.ts'
import { startWhole, type Whole } from '../support/whole.ts'
import { ORIGIN, personHere } from '../support/world.ts'

/* Signatures within documents: Alice and Eve live on far.test, Mallory passes things on, Anna here follows Alice. */

let whole: Whole
let anna: LocalAccount
let alice: Person
let eve: Person
let mallory: Person

beforeAll(async () => {
  whole = await startWhole(['far.test', 'evil.test'])
  anna = await personHere(whole.world, 'anna')
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
  await post(alice, alice.accept(await alice.receives('Follow')))
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

async function post(by: Person, activity: Json, unsigned = false): Promise<string> {
  const sign = unsigned ? ({ scheme: 'none' } as const) : {}
  const { status, text } = await by.post(`${ORIGIN}/ap/inbox`, activity, sign)
  return `${status} ${text.trim()}`
}

const cryptoKey = ({ kind, privateKey }: PeerKey) =>
  privateKey.toCryptoKey(kind === 'rsa' ? { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' } : 'Ed25519', true, [
    'sign',
  ])

/** As `by` would sign it, under the name of that key. */
const proven = (activity: Json, by: PeerKey, keyUri = by.uri) =>
  addProof(activity as JsonObject, { keyUri, privateKey: cryptoKey(by) }, new Date())
const signed = (activity: Json, by: PeerKey, keyUri = by.uri) =>
  addLinkedDataSignature(activity as JsonObject, { keyUri, privateKey: cryptoKey(by) }, new Date())

/** A post of Alice's that is known here. */
async function said(): Promise<Json> {
  const note = alice.note('as she wrote it', { published: new Date(Date.now() - 5000).toISOString() })
  expect(await post(alice, alice.create(note))).toBe('202 taken')
  await whole.settled()
  expect(await findPostByUri(whole.db, String(note.id))).toBeDefined()
  whole.peer.requests.length = 0
  return note
}

/** What our server gives for an address of ours: documents for Fedify, which asks nobody else. */
async function ourDocument(url: string) {
  if (!url.startsWith(ORIGIN)) return loadContext(url)
  const { text } = await whole.ask(url.slice(ORIGIN.length).replace(/#.*$/, ''), {
    headers: { accept: 'application/activity+json' },
  })
  return { contextUrl: null, documentUrl: url, document: JSON.parse(text) as unknown }
}

describe('what we say in public', () => {
  const loaders = { contextLoader: loadContext, documentLoader: ourDocument }

  async function fedifyTakes(activity: JsonObject): Promise<{ proof: boolean; linkedData: boolean }> {
    const { signature: _signature, ...unsigned } = activity
    const object = await ActivityPubObject.fromJsonLd(activity, loaders)
    const { value: proof } = await object.getProofs(loaders)[Symbol.asyncIterator]().next()
    const key =
      proof instanceof DataIntegrityProof
        ? await verifyProof(unsigned, proof, loaders).catch(() => null)
        : null
    return { proof: key !== null, linkedData: await verifyJsonLd(activity, loaders).catch(() => false) }
  }

  test('carries a proof and a Linked Data signature that Fedify checks with the keys of our actor, as delivered and as served', async () => {
    const id = await publishPost(whole.world, anna, {
      text: 'Grüße an @alice@far.test aus #Weft https://example.com/',
      visibility: 'public',
      language: 'de',
    })
    await whole.settled()
    const delivered = (await alice.receives('Create')) as JsonObject
    expect(await fedifyTakes(delivered)).toEqual({ proof: true, linkedData: true })
    expect(delivered.proof).toMatchObject({
      cryptosuite: 'eddsa-jcs-2022',
      verificationMethod: `${anna.uri}#ed25519-key`,
    })
    expect((await ourDocument(String(delivered.id))).document as JsonObject).toEqual(delivered)
    expect(await fedifyTakes({ ...delivered, cc: ['https://evil.example/'] })).toEqual({
      proof: false,
      linkedData: false,
    })

    await removePost(whole.world, anna, id)
    await whole.settled()
    const gone = (await alice.receives('Delete')) as JsonObject
    expect(await fedifyTakes(gone)).toEqual({ proof: true, linkedData: true })
  })

  test('and only that: what is for few carries neither', async () => {
    await publishPost(whole.world, anna, { text: 'for my followers', visibility: 'followers' })
    await publishPost(whole.world, anna, { text: 'for @alice@far.test', visibility: 'direct' })
    await whole.settled()
    const creates = alice.received.filter(({ type }) => type === 'Create')
    expect(creates).toHaveLength(2)
    for (const create of creates) {
      expect(create).not.toHaveProperty('proof')
      expect(create).not.toHaveProperty('signature')
    }
  })
})

describe('S-014, S-015, S-030: a signature within a document', () => {
  test('authenticates no delivery, however true it is', async () => {
    const note = alice.note('unsigned')
    for (const activity of [
      await proven(alice.create(note), alice.keys.ed25519),
      await signed(alice.create(note), alice.keys.rsa),
    ]) {
      expect(await post(mallory, activity as Json, true)).toMatch(/^401 /)
    }
    await whole.settled()
    expect(whole.peer.requests).toEqual([])
    expect(await findPostByUri(whole.db, String(note.id))).toBeUndefined()
  })

  test('does not make true what its author once signed and now says otherwise', async () => {
    const note = alice.note('what she says today')
    const once = alice.create({ ...note, content: '<p>what she said once</p>' })
    expect(await post(mallory, (await proven(once, alice.keys.ed25519)) as Json)).toBe('202 taken')
    await whole.settled()
    expect(whole.peer.hits(String(note.id))).toBe(1)
    expect((await findPostByUri(whole.db, String(note.id)))?.contentHtml).toBe('<p>what she says today</p>')
  })

  test('gives nobody another’s voice: no Follow, no Accept, no Move', async () => {
    const before = await whole.db.selectFrom('follow').selectAll().execute()
    for (const type of ['Follow', 'Accept', 'Undo', 'Block', 'Move']) {
      const activity = alice.activity(type, anna.uri)
      expect(await post(mallory, (await signed(activity, alice.keys.rsa)) as Json)).toMatch(/^202 not needed/)
    }
    await whole.settled()
    expect(await whole.db.selectFrom('follow').selectAll().execute()).toEqual(before)
  })
})

describe('S-031: a Delete that is passed on', () => {
  test.each([
    ['a proof of its author', (activity: Json) => proven(activity, alice.keys.ed25519)],
    ['a Linked Data signature of its author', (activity: Json) => signed(activity, alice.keys.rsa)],
  ])('with %s: its server is asked, and believed', async (_what, sign) => {
    const note = await said()
    const uri = String(note.id)
    expect(await post(mallory, (await sign(alice.delete(uri))) as Json)).toBe('202 taken')
    await whole.settled()
    expect(whole.peer.hits(uri)).toBe(1)
    expect(await findPostByUri(whole.db, uri)).toBeDefined()

    whole.peer.answer(uri, { status: 410 })
    expect(await post(mallory, (await sign(alice.delete(uri))) as Json)).toBe('202 taken')
    await whole.settled()
    expect(await findPostByUri(whole.db, uri)).toBeUndefined()
  })

  test('is believed of a server that says 404, as Mastodon does of what was deleted', async () => {
    const note = await said()
    const uri = String(note.id)
    whole.peer.answer(uri, { status: 404 })
    const passedOn = await signed(alice.delete(uri), alice.keys.rsa)
    expect(await post(mallory, passedOn as Json)).toBe('202 taken')
    await whole.settled()
    expect(await findPostByUri(whole.db, uri)).toBeUndefined()
  })

  test.each([
    ['another actor’s proof', (activity: Json) => proven(activity, eve.keys.ed25519)],
    ['another actor’s signature', (activity: Json) => signed(activity, eve.keys.rsa)],
    [
      'a proof in her name by another key',
      (activity: Json) => proven(activity, mallory.keys.ed25519, `${alice.uri}#ed25519-key`),
    ],
    [
      'a signature in her name by another key',
      (activity: Json) => signed(activity, mallory.keys.rsa, alice.keys.rsa.uri),
    ],
    [
      'a proof for another document',
      async (activity: Json) => ({
        ...(await proven(alice.delete('https://far.test/other'), alice.keys.ed25519)),
        ...activity,
      }),
    ],
    ['none', async (activity: Json) => activity],
  ])('with %s: nobody is asked', async (_what, sign) => {
    const note = await said()
    const uri = String(note.id)
    whole.peer.answer(uri, { status: 410 })
    expect(await post(mallory, (await sign(alice.delete(uri))) as Json)).toMatch(/^202 not needed/)
    await whole.settled()
    expect(whole.peer.requests).toEqual([])
    expect(await findPostByUri(whole.db, uri)).toBeDefined()
  })
})
