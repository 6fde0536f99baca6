import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { createUris } from '../../../src/base/uris.ts'
import { publishPost } from '../../../src/domain/posts/publish.ts'
import { resourceFrom } from '../../../src/faces/activitypub/webfinger.ts'
import { templatesIn } from '../../../src/remote/intents.ts'
import { fillTemplate } from '../../../src/text/uri-template.ts'
import type { JsonObject } from '../../../src/translate/json.ts'
import { testDatabase } from '../../support/database.ts'
import { startSurface } from '../../support/surface.ts'
import { ORIGIN, personElsewhere, personHere, testWorld } from '../../support/world.ts'

const database = await testDatabase()
const { world } = testWorld(database.db)
const { db } = world
const surface = await startSurface(world, database.url)
afterAll(async () => {
  await surface[Symbol.asyncDispose]()
  await database[Symbol.asyncDispose]()
  expect(surface.errors).toEqual([])
})
const anna = await personHere(world, 'Anna')
await personElsewhere(world, 'zoe')

const finger = (resource: string, headers = {}) =>
  surface.get(`/.well-known/webfinger?resource=${encodeURIComponent(resource)}`, headers)

const FEP_3B86 = 'https://w3id.org/fep/3b86/'
const intents = ['Create', 'Object', 'Follow', 'Like', 'Announce', 'Undo'].map((name) => FEP_3B86 + name)

describe('WebFinger', () => {
  test('says everything about a person that another server asks for', async () => {
    const got = await finger('acct:Anna@weft.test', { accept: '*/*' })
    expect(got.status).toBe(200)
    expect(got.headers).toMatchObject({
      'content-type': 'application/jrd+json',
      'access-control-allow-origin': '*',
    })
    expect(got.json).toEqual({
      subject: 'acct:Anna@weft.test',
      aliases: [`${ORIGIN}/@Anna`, anna.uri],
      links: [
        { rel: 'http://webfinger.net/rel/profile-page', type: 'text/html', href: `${ORIGIN}/@Anna` },
        { rel: 'self', type: 'application/activity+json', href: anna.uri },
        {
          rel: 'self',
          type: 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"',
          href: anna.uri,
        },
        {
          rel: 'http://ostatus.org/schema/1.0/subscribe',
          template: `${ORIGIN}/authorize_interaction?uri={uri}`,
        },
        ...intents.map((rel) => ({
          rel,
          template: expect.stringContaining(`${ORIGIN}/authorize_interaction?`),
        })),
      ],
    })
  })

  test('FEP-3b86: says where people of ours follow, like, boost, say and undo what they see elsewhere', async () => {
    const { json } = await finger('acct:anna@weft.test')
    const templates = templatesIn(json as JsonObject)
    expect([...templates.keys()].filter((rel) => rel.includes('3b86'))).toEqual(
      intents.map((rel) => rel.toLowerCase()),
    )
    const follow = fillTemplate(templates.get(`${FEP_3B86}follow`) ?? '', {
      object: 'https://far.test/@a?b=c&d',
      'on-success': 'https://far.test/back',
    })
    const url = new URL(follow)
    expect([url.origin, url.pathname]).toEqual([ORIGIN, '/authorize_interaction'])
    expect(Object.fromEntries(url.searchParams)).toEqual({
      intent: 'follow',
      uri: 'https://far.test/@a?b=c&d',
      'on-success': 'https://far.test/back',
      'on-cancel': '',
    })
  })

  test.each([
    'acct:anna@weft.test',
    'ACCT:ANNA@WEFT.TEST',
    'anna@weft.test',
    '@Anna@Weft.test',
    `${ORIGIN}/@anna`,
    `${ORIGIN}/@Anna/`,
    `${ORIGIN.toUpperCase()}/@Anna`,
    anna.uri,
  ])('finds the same person by %s', async (resource) => {
    const got = await finger(resource)
    expect(got.status).toBe(200)
    expect(got.json).toMatchObject({ subject: 'acct:Anna@weft.test', links: expect.anything() })
  })

  test.each([
    ORIGIN,
    `${ORIGIN}/`,
    'weft.test',
    'acct:weft.test@weft.test',
    `${ORIGIN}/about`,
    `${ORIGIN}/ap/actors/instance`,
  ])('FEP-d556: finds the server itself by %s', async (resource) => {
    const got = await finger(resource)
    expect(got.json).toMatchObject({
      subject: 'acct:weft.test@weft.test',
      aliases: expect.arrayContaining([`${ORIGIN}/ap/actors/instance`]),
      links: expect.arrayContaining([
        { rel: 'self', type: 'application/activity+json', href: `${ORIGIN}/ap/actors/instance` },
        {
          rel: 'https://www.w3.org/ns/activitystreams#Service',
          type: 'application/activity+json',
          href: `${ORIGIN}/ap/actors/instance`,
        },
      ]),
    })
  })

  test('shows an avatar with its media type when there is one', async () => {
    const bea = await personHere(world, 'bea')
    const avatar_url = `${ORIGIN}/media/a.png`
    await db.updateTable('account').set({ avatar_url }).where('id', '=', bea.id).execute()
    expect((await finger('acct:bea@weft.test')).json).toMatchObject({
      links: expect.arrayContaining([
        { rel: 'http://webfinger.net/rel/avatar', type: 'image/png', href: avatar_url },
      ]),
    })
  })

  test.each([
    '',
    '   ',
    'anna',
    '@anna',
    'acct:',
    'acct:anna',
    'acct:@weft.test',
    'acct:a b@weft.test',
    'http://',
    ':',
  ])('answers 400 to the garbled resource "%s"', async (resource) => {
    const got = await finger(resource)
    expect(got.status).toBe(400)
    expect(got.headers['access-control-allow-origin']).toBe('*')
  })

  test('answers 400 without a resource', async () => {
    expect((await surface.get('/.well-known/webfinger')).status).toBe(400)
    expect((await surface.get('/.well-known/webfinger?resources=acct:anna@weft.test')).status).toBe(400)
  })

  test.each([
    'acct:nobody@weft.test',
    'acct:zoe@weft.test',
    'acct:zoe@far.test',
    'acct:anna@far.test',
    'https://far.test/users/zoe',
    `${ORIGIN}/ap/actors/1`,
    `${ORIGIN}/ap/posts/1`,
    `${ORIGIN}/privacy`,
    'mailto:anna@weft.test',
    'did:web:weft.test',
  ])('answers 404 to %s, whom it does not speak for', async (resource) => {
    const got = await finger(resource)
    expect(got.status).toBe(404)
    expect(got.headers['access-control-allow-origin']).toBe('*')
  })

  test('forgets a person who changes at once', async () => {
    const cleo = await personHere(world, 'cleo')
    await finger('acct:cleo@weft.test')
    await db.updateTable('account').set({ deleted_at: new Date() }).where('id', '=', cleo.id).execute()
    surface.documents.drop([`/ap/actors/${cleo.id}`])
    expect((await finger('acct:CLEO@weft.test')).status).toBe(410)
  })

  test('answers 2xx or 4xx to anything at all', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.webUrl(),
          fc.string().map((text) => `acct:${text}@weft.test`),
          fc.string({ unit: 'grapheme' }).map((text) => `${ORIGIN}/${text}`),
        ),
        fc.boolean(),
        async (text, encoded) => {
          // What no HTTP client can send raw is sent encoded.
          const query = encoded ? encodeURIComponent(text.toWellFormed()) : text.replace(/[^\x21-\x7e]/g, '')
          const got = await surface.get(`/.well-known/webfinger?resource=${query}`)
          expect([200, 400, 404]).toContain(got.status)
        },
      ),
      { numRuns: 300 },
    )
  })
})

describe('what is asked for by WebFinger', () => {
  test('may have the handle on another host than the server', () => {
    const uris = createUris('https://social.example', 'example.org')
    expect(resourceFrom('acct:Anna@Example.org', uris)).toBe('acct:Anna@example.org')
    expect(resourceFrom('acct:anna@social.example', uris)).toBe('acct:anna@social.example')
    expect(resourceFrom('example.org', uris)).toBe('https://social.example/ap/actors/instance')
    expect(resourceFrom('acct:example.org@example.org', uris)).toBe(
      'https://social.example/ap/actors/instance',
    )
  })

  test('may have a port', () => {
    const uris = createUris('http://localhost:3000', 'localhost:3000')
    expect(resourceFrom('acct:anna@localhost:3000', uris)).toBe('acct:anna@localhost:3000')
    expect(resourceFrom('acct:localhost:3000@localhost:3000', uris)).toBe(
      'http://localhost:3000/ap/actors/instance',
    )
  })
})

describe('NodeInfo', () => {
  test('FEP-2677: leads to 2.1 and to the server’s own actor', async () => {
    const got = await surface.get('/.well-known/nodeinfo')
    expect(got.headers['access-control-allow-origin']).toBe('*')
    expect(got.json).toEqual({
      links: [
        { rel: 'http://nodeinfo.diaspora.software/ns/schema/2.1', href: `${ORIGIN}/nodeinfo/2.1` },
        {
          rel: 'https://www.w3.org/ns/activitystreams#Application',
          type: 'application/activity+json',
          href: `${ORIGIN}/ap/actors/instance`,
        },
      ],
    })
  })

  test.each(['2.0', '2.1'])(
    'FEP-0151, FEP-f1d5: %s answers with real numbers, and says whose client API we speak',
    async (version) => {
      await publishPost(world, anna, { text: 'one', visibility: 'public' })
      surface.documents.clear()
      const { users, posts } = await db
        .selectFrom('account')
        .leftJoin('account_stat', 'account_id', 'id')
        .select((eb) => [eb.fn.countAll<string>().as('users'), eb.fn.sum<string>('posts').as('posts')])
        .where('local', '=', true)
        .where('kind', '=', 'person')
        .where('deleted_at', 'is', null)
        .executeTakeFirstOrThrow()
      const got = await surface.get(`/nodeinfo/${version}`)
      const schema = `http://nodeinfo.diaspora.software/ns/schema/${version}#`
      expect(got.headers).toMatchObject({
        'content-type': `application/json; profile="${schema}"`,
        'access-control-allow-origin': '*',
      })
      expect(got.json).toMatchObject({
        $schema: schema,
        version,
        software: { name: 'weft', version: '0.1.0' },
        protocols: ['activitypub'],
        openRegistrations: false,
        usage: { users: { total: Number(users) }, localPosts: Number(posts), localComments: 0 },
        metadata: {
          nodeName: 'weft.test',
          upstream: { name: 'mastodon' },
          staffAccounts: [],
          federation: { enabled: true },
        },
      })
    },
  )
})

describe('host-meta', () => {
  const template = `${ORIGIN}/.well-known/webfinger?resource={uri}`

  test('is XML, and says where WebFinger is', async () => {
    const got = await surface.get('/.well-known/host-meta', { accept: '*/*' })
    expect(got.headers['content-type']).toBe('application/xrd+xml; charset=utf-8')
    expect(got.text).toContain(`<Link rel="lrdd" type="application/jrd+json" template="${template}"/>`)
  })

  test.each([
    ['/.well-known/host-meta.json', '*/*'],
    ['/.well-known/host-meta', 'application/json'],
  ])('is JSON at %s for %s', async (path, accept) => {
    const got = await surface.get(path, { accept })
    expect(got.headers['content-type']).toBe('application/json')
    expect(got.json).toEqual({ links: [{ rel: 'lrdd', type: 'application/jrd+json', template }] })
  })
})
