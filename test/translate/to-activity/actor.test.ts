import { generateKeyPairSync } from 'node:crypto'
import { Application, Person } from '@fedify/fedify/vocab'
import { expect, test } from 'vitest'
import { remoteActorFrom } from '../../../src/translate/from-activity/actor.ts'
import { actorFrom, instanceActorFrom } from '../../../src/translate/to-activity/actor.ts'
import { accountView, uris } from '../views.ts'

const pem = generateKeyPairSync('rsa', { modulusLength: 2048 })
  .publicKey.export({ type: 'spki', format: 'pem' })
  .toString()
const multibase = 'z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK'
const id = accountView().id
const keys = [
  { uri: uris.rsaKey(id), kind: 'rsa', publicKey: pem },
  { uri: uris.ed25519Key(id), kind: 'ed25519', publicKey: multibase },
] as const
const full = accountView({
  keys,
  avatarUrl: 'https://here.test/media/a.png',
  headerUrl: 'https://here.test/media/h.jpeg?x=1',
  fields: [{ name: 'Site', value: '<p>x</p>' }],
  alsoKnownAs: ['https://old.test/users/bob'],
  movedToUri: 'https://new.test/users/bob',
  bioSource: 'I like #Rain',
  manuallyApprovesFollowers: true,
  suspended: true,
  memorial: true,
  attributionDomains: ['news.test'],
  avatarAlt: 'a face',
})

test('an account as it is served', () => {
  expect(actorFrom(full, uris)).toEqual({
    '@context': ['https://www.w3.org/ns/activitystreams', 'https://w3id.org/security/v1', expect.any(Object)],
    id: 'https://here.test/ap/actors/116000000000000001',
    type: 'Person',
    preferredUsername: 'bob',
    name: 'Bob',
    summary: '<p>Rain</p>',
    url: 'https://here.test/@bob',
    webfinger: 'bob@here.test',
    published: '2026-11-01T00:00:00Z',
    updated: '2026-11-20T08:00:00.000Z',
    inbox: uris.inbox(id),
    outbox: uris.outbox(id),
    followers: uris.followers(id),
    following: uris.following(id),
    liked: `${full.uri}/liked`,
    pendingFollowers: `${full.uri}/pending_followers`,
    pendingFollowing: `${full.uri}/pending_following`,
    blocked: `${full.uri}/blocked`,
    blocks: `${full.uri}/blocks`,
    streams: [`${full.uri}/streams/home`, `${full.uri}/streams/notifications`, `${full.uri}/collections`],
    eventStream: `${full.uri}/events`,
    objectIDAsClientID: true,
    universalClientID: true,
    featured: uris.featured(id),
    featuredTags: `${full.uri}/tags`,
    endpoints: {
      sharedInbox: 'https://here.test/ap/inbox',
      proxyUrl: 'https://here.test/ap/proxy',
      uploadMedia: `${full.uri}/uploads`,
      oauthAuthorizationEndpoint: 'https://here.test/oauth/authorize',
      oauthTokenEndpoint: 'https://here.test/oauth/token',
      oauthRegistrationEndpoint: 'https://here.test/oauth/register',
      actorAutocomplete: 'https://here.test/ap/autocomplete?q={q}',
      proxyEventStream: 'https://here.test/ap/streams/proxy',
    },
    manuallyApprovesFollowers: true,
    discoverable: true,
    indexable: false,
    suspended: true,
    memorial: true,
    attributionDomains: ['news.test'],
    interactionPolicy: { canFeature: { automaticApproval: [full.uri] } },
    publicKey: { id: uris.rsaKey(id), owner: full.uri, publicKeyPem: pem },
    assertionMethod: [
      { id: uris.ed25519Key(id), type: 'Multikey', controller: full.uri, publicKeyMultibase: multibase },
    ],
    icon: {
      type: 'Image',
      mediaType: 'image/png',
      url: 'https://here.test/media/a.png',
      summary: 'a face',
      name: 'a face',
    },
    image: { type: 'Image', mediaType: 'image/jpeg', url: 'https://here.test/media/h.jpeg?x=1' },
    attachment: [{ type: 'PropertyValue', name: 'Site', value: '<p>x</p>' }],
    tag: [{ type: 'Hashtag', href: 'https://here.test/tags/rain', name: '#Rain' }],
    alsoKnownAs: ['https://old.test/users/bob'],
    generator: {
      id: uris.instanceActor,
      type: 'Application',
      implements: expect.arrayContaining([
        { href: 'https://datatracker.ietf.org/doc/html/rfc9421', name: 'RFC-9421: HTTP Message Signatures' },
      ]),
    },
    movedTo: 'https://new.test/users/bob',
  })
})

test('FEP-5feb: what an account does not have is absent, lists and booleans are always there', () => {
  const actor = actorFrom(accountView(), uris)
  for (const key of ['icon', 'image', 'movedTo', 'suspended', 'memorial', 'publicKey']) {
    expect(actor).not.toHaveProperty(key)
  }
  expect(actor).toMatchObject({
    attachment: [],
    tag: [],
    alsoKnownAs: [],
    assertionMethod: [],
    manuallyApprovesFollowers: false,
    discoverable: true,
    indexable: false,
  })
  expect(actorFrom(accountView({ displayName: '' }), uris).name).toBe('bob')
  expect(actorFrom(accountView({ kind: 'service' }), uris).type).toBe('Service')
})

test('FEP-844e: the server as an actor, and what it implements', () => {
  const view = accountView({
    uri: uris.instanceActor,
    kind: 'application',
    name: 'here.test',
    displayName: '',
    keys,
  })
  const actor = instanceActorFrom(view, uris)
  expect(actor).toMatchObject({
    id: 'https://here.test/ap/actors/instance',
    type: 'Application',
    preferredUsername: 'here.test',
    name: 'here.test',
    url: 'https://here.test/about',
    inbox: 'https://here.test/ap/actors/instance/inbox',
    manuallyApprovesFollowers: true,
    publicKey: { owner: uris.instanceActor, publicKeyPem: pem },
    implements: [
      { href: 'https://datatracker.ietf.org/doc/html/rfc9421', name: 'RFC-9421: HTTP Message Signatures' },
      { href: 'https://w3id.org/fep/8b32', name: 'FEP-8b32: Object Integrity Proofs' },
    ],
  })
  for (const key of ['featured', 'followers', 'following', 'published']) expect(actor).not.toHaveProperty(key)
})

test('a reader of plain JSON gets back who it was', () => {
  const handling = { handleVerified: true, name: 'bob', host: 'here.test' }
  expect(remoteActorFrom(actorFrom(full, uris), handling)).toEqual({
    ...handling,
    uri: full.uri,
    kind: 'person',
    url: full.url,
    displayName: 'Bob',
    bioHtml: full.bioHtml,
    fields: full.fields,
    avatarUrl: full.avatarUrl,
    headerUrl: full.headerUrl,
    alsoKnownAs: full.alsoKnownAs,
    movedToUri: full.movedToUri,
    manuallyApprovesFollowers: true,
    discoverable: true,
    indexable: false,
    inboxUrl: uris.inbox(id),
    sharedInboxUrl: uris.sharedInbox,
    outboxUrl: uris.outbox(id),
    followersUrl: uris.followers(id),
    followingUrl: uris.following(id),
    featuredUrl: uris.featured(id),
    publishedAt: new Date('2026-11-01T00:00:00Z'),
    emojis: [],
    featuredTagsUrl: uris.featuredTags(id),
    attributionDomains: ['news.test'],
    memorial: true,
    suspended: true,
    copiedToUris: [],
    showsMedia: true,
    showsMediaReplies: true,
    showsFeatured: true,
    avatarAlt: 'a face',
    headerAlt: '',
    keys,
  })
})

test('a reader of JSON-LD understands it too, without fetching any context of ours', async () => {
  const fetched: string[] = []
  const contextLoader = async (url: string) => {
    const { getDocumentLoader } = await import('@fedify/fedify')
    fetched.push(url)
    return getDocumentLoader()(url)
  }
  const person = await Person.fromJsonLd(actorFrom(full, uris), { contextLoader })
  expect(person.preferredUsername).toBe('bob')
  expect(person.inboxId?.href).toBe(uris.inbox(id))
  expect(person.endpoints?.sharedInbox?.href).toBe(uris.sharedInbox)
  expect(person.manuallyApprovesFollowers).toBe(true)
  expect(person.featuredId?.href).toBe(uris.featured(id))
  expect((await person.getPublicKey())?.ownerId?.href).toBe(full.uri)
  for await (const multikey of person.getAssertionMethods())
    expect(multikey.controllerId?.href).toBe(full.uri)
  expect(person.assertionMethodIds.map(({ href }) => href)).toEqual([uris.ed25519Key(id)])
  expect(new Set(fetched)).toEqual(
    new Set(['https://www.w3.org/ns/activitystreams', 'https://w3id.org/security/v1']),
  )
  const application = instanceActorFrom(
    accountView({ uri: uris.instanceActor, kind: 'application', keys }),
    uris,
  )
  expect((await Application.fromJsonLd(application, { contextLoader })).id?.href).toBe(uris.instanceActor)
})
