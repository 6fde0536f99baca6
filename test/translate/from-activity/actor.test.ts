import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { Refusal } from '../../../src/base/refusal.ts'
import { claimedHandle, isActor, remoteActorFrom } from '../../../src/translate/from-activity/actor.ts'
import { keysOf, ownerOf } from '../../../src/translate/from-activity/keys.ts'
import type { Json, JsonObject } from '../../../src/translate/json.ts'
import { attacks } from '../../text/attacks.ts'
import { danger } from '../../text/inert.ts'

const uri = 'https://far.test/users/ann'
const actor: JsonObject = { id: uri, type: 'Person', preferredUsername: 'ann', inbox: `${uri}/inbox` }
const handling = { handleVerified: true, name: 'ann', host: 'far.test' }
const read = (change: JsonObject) => remoteActorFrom({ ...actor, ...change }, handling)

const pemOf = (bits: number, type: 'spki' | 'pkcs1' = 'spki') =>
  generateKeyPairSync('rsa', { modulusLength: bits }).publicKey.export({ type, format: 'pem' }).toString()
const pem = pemOf(2048)
const privatePem = generateKeyPairSync('rsa', { modulusLength: 2048 })
  .privateKey.export({ type: 'pkcs8', format: 'pem' })
  .toString()
const edPem = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }).toString()
const { n = '' } = createPublicKey(pem).export({ format: 'jwk' })
const exponentOne = createPublicKey({ key: { kty: 'RSA', n, e: 'AQ' }, format: 'jwk' })
  .export({ type: 'spki', format: 'pem' })
  .toString()
const rsa = { id: `${uri}#main-key`, owner: uri, publicKeyPem: pem }
const ed = {
  id: `${uri}#ed`,
  type: 'Multikey',
  controller: uri,
  publicKeyMultibase: 'z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK',
}

test('the least that an actor can be is a complete account', () => {
  expect(read({})).toEqual({
    uri,
    kind: 'person',
    handleVerified: true,
    name: 'ann',
    host: 'far.test',
    url: null,
    displayName: '',
    bioHtml: '',
    fields: [],
    avatarUrl: null,
    headerUrl: null,
    alsoKnownAs: [],
    movedToUri: null,
    manuallyApprovesFollowers: false,
    discoverable: false,
    indexable: false,
    inboxUrl: `${uri}/inbox`,
    sharedInboxUrl: null,
    outboxUrl: null,
    followersUrl: null,
    followingUrl: null,
    featuredUrl: null,
    publishedAt: null,
    emojis: [],
    featuredTagsUrl: null,
    attributionDomains: [],
    memorial: false,
    suspended: false,
    copiedToUris: [],
    showsMedia: true,
    showsMediaReplies: true,
    showsFeatured: true,
    avatarAlt: '',
    headerAlt: '',
    keys: [],
  })
})

test.each([
  ['Person', 'person'],
  ['Service', 'service'],
  ['Application', 'application'],
  ['Group', 'group'],
  ['Organization', 'organization'],
])('%s is a kind of account', (type, kind) => {
  expect(read({ type }).kind).toBe(kind)
  expect(read({ type: ['x:Other', type] }).kind).toBe(kind)
  expect(isActor({ type })).toBe(true)
})

test.each<[string, JsonObject]>([
  ['a note', { type: 'Note' }],
  ['no type', { type: null }],
  ['no id', { id: null }],
  ['an id that is no address', { id: 'acct:ann@far.test' }],
  ['no inbox', { inbox: null }],
  ['an inbox on another origin', { inbox: 'https://victim.test/inbox' }],
  ['an inbox over http', { inbox: 'http://far.test/inbox' }],
])('%s is refused', (_, change) => {
  expect(() => read(change)).toThrow(Refusal)
})

test('a name is text in one line, its markup and its tricks shown as they are', () => {
  expect(read({ name: 'Ann\n<b>\u202eeve' }).displayName).toBe('Ann <b>eve')
  expect(read({ name: null, nameMap: { en: 'Ann' } }).displayName).toBe('Ann')
})

describe('pictures', () => {
  test.each<[string, Json]>([
    ['an Image', { type: 'Image', url: 'https://cdn.test/a.png' }],
    [
      'a list',
      [
        { type: 'Image', url: 'https://cdn.test/a.png' },
        { type: 'Image', url: 'https://cdn.test/b.png' },
      ],
    ],
    [
      'a list whose first is broken',
      [
        { type: 'Image', url: 'x' },
        { type: 'Image', url: 'https://cdn.test/a.png' },
      ],
    ],
    ['an address', 'https://cdn.test/a.png'],
    ['a Link within', { type: 'Image', url: { type: 'Link', href: 'https://cdn.test/a.png' } }],
    ['Links within', { type: 'Image', url: [{ href: 'https://cdn.test/a.png' }] }],
  ])('%s', (_, icon) => {
    expect(read({ icon }).avatarUrl).toBe('https://cdn.test/a.png')
  })

  test.each<Json>([null, '', 'data:image/png;base64,x', { type: 'Image' }, { url: 'javascript:alert(1)' }])(
    '%j is none',
    (image) => {
      expect(read({ image }).headerUrl).toBeNull()
    },
  )
})

describe('the handle', () => {
  test.each<[string, JsonObject, string, string]>([
    ['is preferredUsername at the host of the id', {}, 'ann', 'far.test'],
    ['is what webfinger says first', { webfinger: 'ann@Handles.test' }, 'ann', 'handles.test'],
    ['keeps a port', { id: 'https://far.test:8443/ann' }, 'ann', 'far.test:8443'],
    [
      'is the last part of the id without a name',
      { preferredUsername: null, id: `${uri}7/` },
      'ann7',
      'far.test',
    ],
    ['is never a broken name', { preferredUsername: 'a n@n' }, 'ann', 'far.test'],
  ])('%s', (_, change, name, host) => {
    expect(claimedHandle({ ...actor, ...change })).toEqual({ name, host })
  })
})

describe('keys', () => {
  test('RSA from an object or a list, Ed25519 from a Multikey', () => {
    expect(keysOf({ ...actor, publicKey: rsa, assertionMethod: [ed] }, uri)).toEqual([
      { uri: rsa.id, kind: 'rsa', publicKey: pem },
      { uri: ed.id, kind: 'ed25519', publicKey: ed.publicKeyMultibase },
    ])
    expect(keysOf({ ...actor, publicKey: [rsa], assertionMethod: ed }, uri)).toHaveLength(2)
  })

  test('PKCS#1 and odd line ends become one form', () => {
    const [key] = keysOf(
      { ...actor, publicKey: { ...rsa, publicKeyPem: pemOf(2048, 'pkcs1').replaceAll('\n', '\r\n') } },
      uri,
    )
    expect(key?.publicKey).toMatch(/^-----BEGIN PUBLIC KEY-----\n/)
  })

  test.each<[string, JsonObject]>([
    ['of another owner (S-012)', { owner: 'https://victim.test/users/vi' }],
    ['without an owner', { owner: null }],
    ['of another origin (S-013)', { id: 'https://victim.test/users/vi#main-key' }],
    ['without an id', { id: null }],
    ['that is a stub', { publicKeyPem: null }],
    ['that is no key', { publicKeyPem: '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----' }],
    ['of a megabyte (S-010)', { publicKeyPem: pem + 'A'.repeat(1_000_000) }],
    ['of 1,024 bits (S-010)', { publicKeyPem: pemOf(1024) }],
    ['that is private', { publicKeyPem: privatePem }],
    ['with the exponent 1 (S-010)', { publicKeyPem: exponentOne }],
    ['of another kind', { publicKeyPem: edPem }],
  ])('a key %s is left out', (_, change) => {
    expect(keysOf({ ...actor, publicKey: { ...rsa, ...change } }, uri)).toEqual([])
  })

  test.each<[string, JsonObject]>([
    ['of another controller', { controller: 'https://victim.test/users/vi' }],
    ['of another origin', { id: 'https://victim.test/#ed' }],
    ['of another curve', { publicKeyMultibase: 'zDnaerx9CtbPJ1q36T5Ln5wYt3MQYeGRG5ehnPAmxcf5mDZpv' }],
    ['cut short', { publicKeyMultibase: 'z6MkhaXgBZ' }],
    ['of another type', { type: 'JsonWebKey' }],
  ])('a Multikey %s is left out', (_, change) => {
    expect(keysOf({ ...actor, assertionMethod: [{ ...ed, ...change }] }, uri)).toEqual([])
  })

  test('FEP-521a: ten keys are enough', () => {
    const publicKey = [...Array(30).keys()].map((index) => ({ ...rsa, id: `${uri}#${index}` }))
    expect(keysOf({ ...actor, publicKey }, uri)).toHaveLength(10)
  })

  test('a key document names its owner', () => {
    expect(ownerOf(rsa)).toBe(uri)
    expect(ownerOf({ ...actor, publicKey: rsa })).toBe(uri)
    expect(ownerOf({ controller: uri })).toBe(uri)
    expect(ownerOf({})).toBeUndefined()
  })
})

describe('S-107: over the cap is cut, the account is kept', () => {
  test('name 2,048, bio 20 KB, fields 50 of 2,047, aliases 256', () => {
    const account = read({
      name: 'n'.repeat(5000),
      summary: 's'.repeat(50_000),
      attachment: [...Array(80).keys()].map(() => ({
        type: 'PropertyValue',
        name: 'n'.repeat(3000),
        value: 'v'.repeat(3000),
      })),
      alsoKnownAs: [...Array(400).keys()].map((index) => `https://x.test/${index}`),
    })
    expect(account.displayName).toHaveLength(2048)
    expect(account.bioHtml).toHaveLength(20_000)
    expect(account.fields).toHaveLength(50)
    expect(account.fields[0]?.name).toHaveLength(2047)
    expect(account.fields[0]?.value).toHaveLength(2047)
    expect(account.alsoKnownAs).toHaveLength(256)
  })
})

test.each(attacks)('S-100: %s is inert in every field of an account', (html) => {
  const account = read({
    name: html,
    summary: html,
    url: html,
    icon: { type: 'Image', url: html },
    attachment: [
      { type: 'PropertyValue', name: html, value: html },
      { type: 'Note', name: 'x', content: html },
      { type: 'Link', name: 'x', href: html },
    ],
  })
  expect(danger(account.bioHtml)).toBeUndefined()
  for (const { value } of account.fields) expect(danger(value)).toBeUndefined()
  expect(account.url).toBeNull()
  expect(account.avatarUrl).toBeNull()
})
