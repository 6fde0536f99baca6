import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import jsonld from 'jsonld'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { LocalAccount } from '../../src/domain/accounts/account.ts'
import { checkContexts } from '../../src/faces/activitypub/outbox/contexts.ts'
import { loadContext } from '../../src/federation/loader.ts'
import type { Json, JsonObject } from '../../src/translate/json.ts'
import {
  actorContext,
  listContext,
  noteContext,
  noteListContext,
} from '../../src/translate/to-activity/context.ts'
import { PUBLIC, posted, postTo } from '../support/outbox.ts'
import { startWhole, type Whole } from '../support/whole.ts'
import { personHere } from '../support/world.ts'

/* c2s.md b2, c5: what an app may say must not be read, as the server's word, as something that it may not do. */

const AS = 'https://www.w3.org/ns/activitystreams'
let whole: Whole
let anna: LocalAccount

beforeAll(async () => {
  whole = await startWhole()
  anna = await personHere(whole.world, 'anna')
}, 60_000)
afterAll(async () => {
  await whole?.[Symbol.asyncDispose]()
  expect(whole?.errors).toEqual([])
})

const check =
  (context: Json, more: JsonObject = {}) =>
  () =>
    checkContexts({ '@context': [AS, context].flat() as Json, type: 'Note', content: 'x', ...more })

/** What a reader of JSON-LD takes a document for, as N-Quads. */
const meaningOf = (document: unknown) =>
  jsonld.canonize(document, { documentLoader: loadContext, safe: false })

describe('an app that may only say something', () => {
  const hidden = [
    [{ Toot: 'as:Follow' }, { type: ['Note', 'Toot'] }],
    [{ Toot: `${AS}#Move` }, { type: ['Note', 'Toot'] }],
    [{ Toot: 'Block' }, { type: ['Note', 'Toot'] }],
    [{ a: 'https://www.w3.org/ns/activity', Toot: 'a:streams#Delete' }, { type: ['Note', 'Toot'] }],
    [{ a: `${AS}#` }, { type: ['Note', 'a:Follow'] }],
    [{ kind: '@type' }, { kind: 'Follow' }],
    [
      { kind: { '@id': 'rdf:type', '@type': '@vocab' }, rdf: 'http://www.w3.org/1999/02/22-rdf-syntax-ns#' },
      {},
    ],
    [{ doer: { '@id': 'as:actor', '@type': '@id' } }, { doer: 'https://far.test/x' }],
  ] as const

  test.each(hidden)('does not say it in words that mean something else: %j', async (context, more) => {
    const activity = { '@context': [AS, context], type: 'Note', content: 'x', to: [PUBLIC], ...more }
    const { status, json } = await postTo(whole, anna, activity, { scope: 'createcontent addressall' })
    expect([status, json.code]).toEqual([400, 'request.invalid'])
    const wrapped = { '@context': AS, type: 'Create', object: activity }
    expect((await postTo(whole, anna, wrapped, { scope: 'createcontent addressall' })).status).toBe(400)
  })

  test('would be read so by others, were it said', async () => {
    const [context, more] = hidden[0]
    expect(await meaningOf({ '@context': [AS, context], content: 'x', ...more })).toContain(`<${AS}#Follow>`)
  })
})

describe('a context', () => {
  test.each([
    { '@vocab': `${AS}#` },
    { '@base': 'https://far.test/' },
    { '@import': 'https://far.test/x' },
    { '@propagate': false },
    { '@protected': true },
    { '@reverse': 'x' },
    { x: { '@id': 'https://x.test/#x', '@context': { Note: 'https://x.test/#n' } } },
    { x: { '@reverse': 'https://x.test/#x' } },
    { x: { '@id': 'https://x.test/#x', '@container': '@graph' } },
    { x: { '@id': 'https://x.test/#x', '@protected': true } },
    { x: 'y', y: 'x' },
    { x: 'somewhere' },
    { x: '@graph' },
    { x: 7 },
    { Follow: 'https://x.test/#Follow' },
    { Follow: null },
    { name: { '@id': 'as:name', '@type': '@id' } },
    { object: 'as:object' },
    { image: 'https://schema.org/image' },
    { as: 'https://x.test/as#' },
    { sec: 'https://x.test/sec#' },
    { mine: 'https://www.w3.org/ns/' },
    { publicKey: 'https://x.test/#key' },
    { proof: 'https://x.test/#proof' },
    { mine: 'https://w3id.org/security#proofValue' },
    { Leave: 'https://w3id.org/fep/044f#QuoteAuthorization' },
    { gts: 'https://gotosocial.org/ns#', Nice: 'gts:LikeAuthorization' },
    { 'as:Follow': 'https://x.test/#f' },
    { 'https://x.test/#f': 'https://x.test/#g' },
    [{ x: 'https://x.test/#' }, { x: 'https://y.test/#' }],
    'https://far.test/context.jsonld',
    'https://schema.org/',
    'https://w3id.org/someone/else',
    'https://w3id.org/fep/../someone',
    null,
    [[AS]],
  ] as Json[])('%j is refused', (context) => {
    expect(check(context)).toThrow('request.invalid')
    expect(check(AS, { tag: [{ type: 'Mention', '@context': context }] })).toThrow('request.invalid')
  })

  test.each(['litepub:EmojiReact', 'https://w3id.org/fep/044f#QuoteAuthorization'])(
    'is no way around the short name of %s',
    (type) => {
      expect(check({ litepub: 'http://litepub.social/ns#' }, { type })).toThrow('request.invalid')
    },
  )

  test.each(['http://www.w3.org/1999/02/22-rdf-syntax-ns#type', 'rdf:type', 'r:type'])(
    'is needed by nobody who says %s',
    (name) => {
      const r = { r: 'http://www.w3.org/1999/02/22-rdf-syntax-ns#' }
      expect(check(r, { [name]: { id: `${AS}#Follow` } })).toThrow('request.invalid')
    },
  )

  test.each([
    { x: 'https://x.test/ns#' },
    { x: 'https://x.test/ns#', mood: 'x:feeling', Toot: { '@id': 'x:Toot' } },
    { mood: { '@id': 'https://x.test/ns#mood', '@type': '@id', '@container': '@list' } },
    { when: { '@id': 'https://x.test/when', '@type': 'xsd:dateTime' } },
    { gone: null, '@language': 'en', '@version': 1.1 },
    { uuid: 'urn:uuid:x' },
    { as: `${AS}#`, Hashtag: 'as:Hashtag', sensitive: 'as:sensitive' },
    { object: { '@id': 'as:object', '@type': '@id' }, Follow: `${AS}#Follow`, id: '@id', type: '@type' },
    {
      toot: 'http://joinmastodon.org/ns#',
      Emoji: 'toot:Emoji',
      schema: 'http://schema.org#',
      value: 'schema:value',
    },
    [{ x: 'https://x.test/#' }, { x: 'https://x.test/#' }],
    ['https://w3id.org/security/v1', 'https://w3id.org/fep/5711', 'https://www.w3.org/ns/did/v1'],
    'https://purl.archive.org/socialweb/webfinger',
  ] as Json[])('%j is a way to say more', (context) => {
    expect(check(context, { 'x:mood': 1 })).not.toThrow()
  })

  test('of ours can be sent back', () => {
    for (const context of [actorContext, noteContext, listContext, noteListContext])
      expect(() => checkContexts({ '@context': context as never })).not.toThrow()
  })

  test('that other software writes is taken, but where it names one of its own host or has names of ActivityStreams for something else', () => {
    const folder = join(import.meta.dirname, '../wire')
    const reasons = readdirSync(folder)
      .filter((file) => file.endsWith('.json'))
      .flatMap((file) => {
        try {
          checkContexts(JSON.parse(readFileSync(join(folder, file), 'utf8')))
          return []
        } catch (error) {
          return [`${file}: ${(error as { details?: { reason?: string } }).details?.reason}`]
        }
      })
    const ofItsHost = /: the context https:\/\/(?:akkoma|hubzilla)\.example\/\S+ is not known here/
    expect(reasons.filter((reason) => !ofItsHost.test(reason))).toEqual([
      'friendica-like.json: a context redefines likes',
      'lemmy-page.json: a context redefines expires',
      'mobilizon-event.json: a context redefines location',
      'pixelfed-photo.json: a context says announce of capabilities',
    ])
  })
})

test('terms of an app’s own survive, and are read as it has them', async () => {
  const context = [AS, { x: 'https://x.test/ns#', mood: 'x:mood', Toot: 'x:Toot' }]
  const create = await posted(whole, anna, {
    '@context': context,
    type: 'Create',
    to: [PUBLIC],
    object: { type: ['Note', 'Toot'], content: 'x', mood: 'warm' },
  })
  expect(await meaningOf(create)).toContain('<https://x.test/ns#mood> "warm"')
})
