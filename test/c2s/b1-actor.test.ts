import { Person } from '@fedify/fedify/vocab'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { LocalAccount } from '../../src/domain/accounts/account.ts'
import { remoteActorFrom } from '../../src/translate/from-activity/actor.ts'
import { bearing, tokenFor } from '../support/tokens.ts'
import { startWhole, type Whole } from '../support/whole.ts'
import { ORIGIN, personHere } from '../support/world.ts'

/* c2s.md b1: the actor, where an app finds everything; e15. */

const ACTIVITY = 'application/activity+json'
let whole: Whole
let anna: LocalAccount
let token: string
let actor: Record<string, unknown> & { readonly endpoints: Record<string, string> }

beforeAll(async () => {
  whole = await startWhole()
  anna = await personHere(whole.world, 'anna')
  token = await tokenFor(whole.world, anna)
  actor = JSON.parse((await get(anna.uri)).text)
}, 60_000)
afterAll(async () => {
  await whole?.[Symbol.asyncDispose]()
  expect(whole?.errors).toEqual([])
})

const get = (uri: string, headers: Record<string, string> = {}) =>
  whole.ask(uri.slice(ORIGIN.length), { headers: { accept: ACTIVITY, ...headers } })

test('names its lists as plain addresses of one origin', () => {
  expect(Object.keys(actor)[0]).toBe('@context')
  for (const name of [
    'id',
    'inbox',
    'outbox',
    'followers',
    'following',
    'liked',
    'featured',
    'pendingFollowers',
    'pendingFollowing',
    'blocked',
    'blocks',
    'eventStream',
    'url',
  ])
    expect(new URL(String(actor[name])).origin, name).toBe(ORIGIN)
  expect(actor).toMatchObject({
    type: 'Person',
    preferredUsername: 'anna',
    webfinger: 'anna@weft.test',
    manuallyApprovesFollowers: false,
    objectIDAsClientID: true,
    universalClientID: true,
    url: `${ORIGIN}/@anna`,
  })
  expect(actor.streams).toEqual([
    `${anna.uri}/streams/home`,
    `${anna.uri}/streams/notifications`,
    `${anna.uri}/collections`,
  ])
})

test('names its endpoints inline, and none whose meaning nobody knows', () => {
  expect(Object.keys(actor.endpoints).sort()).toEqual([
    'actorAutocomplete',
    'oauthAuthorizationEndpoint',
    'oauthRegistrationEndpoint',
    'oauthTokenEndpoint',
    'proxyEventStream',
    'proxyUrl',
    'sharedInbox',
    'uploadMedia',
  ])
  for (const [name, address] of Object.entries(actor.endpoints))
    expect(new URL(address).origin, name).toBe(ORIGIN)
  expect(actor.endpoints.actorAutocomplete).toMatch(/\?q=\{q\}$/)
})

test('is where it says that the server lets apps in: one origin for ids and issuer', async () => {
  const server = JSON.parse((await whole.ask('/.well-known/oauth-authorization-server')).text)
  expect(server.issuer).toBe(new URL(anna.uri).origin)
  expect(actor.endpoints).toMatchObject({
    oauthAuthorizationEndpoint: server.authorization_endpoint,
    oauthTokenEndpoint: server.token_endpoint,
    oauthRegistrationEndpoint: server.registration_endpoint,
  })
})

test('names nothing that is not there for its owner', async () => {
  const lists = [
    'inbox',
    'outbox',
    'followers',
    'following',
    'liked',
    'featured',
    'featuredTags',
    'pendingFollowers',
    'pendingFollowing',
    'blocked',
    'blocks',
  ].map((name) => String(actor[name]))
  for (const uri of [...lists, ...(actor.streams as string[]), String(actor.endpoints.sharedInbox)]) {
    const got = await get(uri, bearing(token))
    expect([uri, got.status]).toEqual([uri, 200])
    const list = JSON.parse(got.text)
    expect(list).toMatchObject({
      id: uri,
      type: expect.stringMatching(/Collection$/),
      first: expect.any(String),
    })
    expect([uri, (await get(list.first, bearing(token))).status]).toEqual([uri, 200])
  }
  const found = await get(String(actor.endpoints.actorAutocomplete).replace('{q}', 'ann'), bearing(token))
  expect(found.status).toBe(200)
  for (const uri of [
    actor.endpoints.proxyUrl,
    actor.endpoints.uploadMedia,
    actor.endpoints.oauthTokenEndpoint,
  ]) {
    const { headers } = await whole.ask(String(uri).slice(ORIGIN.length), { method: 'OPTIONS' })
    expect(headers.allow, uri).toContain('POST')
  }
})

test('is read by others as before: by our own reader, and by Fedify, which is given no context to fetch', async () => {
  expect(
    remoteActorFrom(actor as never, { handleVerified: true, name: 'anna', host: 'weft.test' }),
  ).toMatchObject({
    uri: anna.uri,
    name: 'anna',
    inboxUrl: `${anna.uri}/inbox`,
    sharedInboxUrl: `${ORIGIN}/ap/inbox`,
    followersUrl: `${anna.uri}/followers`,
  })
  const known = ['https://www.w3.org/ns/activitystreams', 'https://w3id.org/security/v1']
  const contexts = actor['@context'] as unknown[]
  expect(contexts.filter((each) => typeof each === 'string')).toEqual(known)
  const person = await Person.fromJsonLd(actor)
  expect(person.likedId?.href).toBe(actor.liked)
  expect(person.endpoints?.proxyUrl?.href).toBe(actor.endpoints.proxyUrl)
  expect(person.endpoints?.oauthTokenEndpoint?.href).toBe(actor.endpoints.oauthTokenEndpoint)
  expect(person.streamIds.map((url) => url.href)).toEqual(actor.streams)
})

test('has the handle that clients make of it: its name at the host of its id (e15)', async () => {
  const handle = `${actor.preferredUsername}@${new URL(String(actor.id)).host}`
  const { text } = await whole.ask(`/.well-known/webfinger?resource=acct:${handle}`)
  const { subject, links } = JSON.parse(text)
  expect(subject).toBe(`acct:${handle}`)
  const self = links.filter(({ rel }: { rel: string }) => rel === 'self')
  expect(self[0]).toEqual({ rel: 'self', type: ACTIVITY, href: actor.id })
})
