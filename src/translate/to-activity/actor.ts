import type { Uris } from '../../base/uris.ts'
import { hashtagsIn } from '../../text/tokens.ts'
import type { AccountView } from '../../views/view.ts'
import type { JsonObject } from '../json.ts'
import { actorContext } from './context.ts'
import { emojiFrom } from './held.ts'

const TYPES = {
  person: 'Person',
  service: 'Service',
  application: 'Application',
  group: 'Group',
  organization: 'Organization',
} as const

/** A local account as the document served at its id, `@context` first. */
export function actorFrom(view: AccountView, uris: Uris): JsonObject {
  return { '@context': actorContext, ...actorObject(view, uris) }
}

/** The same without its context: to stand within an activity. */
export function actorObject(view: AccountView, uris: Uris): JsonObject {
  return {
    id: view.uri,
    type: TYPES[view.kind],
    preferredUsername: view.name,
    name: view.displayName === '' ? view.name : view.displayName,
    summary: view.bioHtml,
    url: view.url,
    webfinger: `${view.name}@${uris.handleHost}`,
    published: `${view.createdAt.toISOString().slice(0, 10)}T00:00:00Z`,
    updated: view.updatedAt.toISOString(),
    inbox: uris.inbox(view.id),
    outbox: uris.outbox(view.id),
    followers: uris.followers(view.id),
    following: uris.following(view.id),
    liked: uris.liked(view.id),
    // Whoever else asks for what follows is told that it is not theirs.
    pendingFollowers: uris.pendingFollowers(view.id),
    pendingFollowing: uris.pendingFollowing(view.id),
    blocked: uris.blocked(view.id),
    blocks: uris.blocks(view.id),
    streams: [uris.homeStream(view.id), uris.notificationsStream(view.id), uris.collections(view.id)],
    eventStream: uris.events(view.uri),
    featured: uris.featured(view.id),
    featuredTags: uris.featuredTags(view.id),
    endpoints: endpointsOf(view, uris),
    objectIDAsClientID: true,
    universalClientID: true,
    manuallyApprovesFollowers: view.manuallyApprovesFollowers,
    discoverable: view.discoverable,
    indexable: view.indexable,
    ...(view.memorial ? { memorial: true } : {}),
    ...(view.suspended ? { suspended: true } : {}),
    attributionDomains: view.attributionDomains,
    // Nobody yet; an empty list would read as "not said" (Mastodon).
    interactionPolicy: { canFeature: { automaticApproval: [view.uri] } },
    ...keysFrom(view),
    ...imageFrom('icon', view.avatarUrl, view.avatarAlt),
    ...imageFrom('image', view.headerUrl, view.headerAlt),
    attachment: view.fields.map(({ name, value }) => ({ type: 'PropertyValue', name, value })),
    tag: [
      ...hashtagsIn(view.bioSource ?? '').map(({ name, displayName }) => ({
        type: 'Hashtag',
        href: uris.tag(name),
        name: `#${displayName}`,
      })),
      ...view.emojis.map((emoji) => emojiFrom(emoji, uris)),
    ],
    alsoKnownAs: view.alsoKnownAs,
    ...(view.movedToUri === null ? {} : { movedTo: view.movedToUri }),
    generator: { id: uris.instanceActor, type: 'Application', implements: IMPLEMENTS },
  }
}

/** Where an app finds what it needs beside the lists, each by its address alone. */
function endpointsOf(view: AccountView, uris: Uris): JsonObject {
  return {
    sharedInbox: uris.sharedInbox,
    proxyUrl: uris.proxy,
    uploadMedia: uris.uploads(view.id),
    oauthAuthorizationEndpoint: uris.oauth.authorize,
    oauthTokenEndpoint: uris.oauth.token,
    oauthRegistrationEndpoint: uris.oauth.register,
    actorAutocomplete: uris.actorAutocomplete,
    proxyEventStream: uris.proxyEventStream,
  }
}

/** What cannot be told from what our documents hold (FEP-844e). */
const IMPLEMENTS = [
  { href: 'https://datatracker.ietf.org/doc/html/rfc9421', name: 'RFC-9421: HTTP Message Signatures' },
  { href: 'https://w3id.org/fep/8b32', name: 'FEP-8b32: Object Integrity Proofs' },
] as const

/** The server itself as an actor: it signs fetches, and follows nobody. Served at `uris.instanceActor`. */
export function instanceActorFrom(view: AccountView, uris: Uris): JsonObject {
  return {
    '@context': actorContext,
    id: uris.instanceActor,
    type: 'Application',
    preferredUsername: view.name,
    name: view.displayName === '' ? view.name : view.displayName,
    url: uris.about,
    webfinger: `${view.name}@${uris.handleHost}`,
    inbox: uris.instanceInbox,
    outbox: uris.instanceOutbox,
    endpoints: { sharedInbox: uris.sharedInbox },
    manuallyApprovesFollowers: true,
    discoverable: false,
    indexable: false,
    ...keysFrom(view),
    attachment: [],
    tag: [],
    implements: IMPLEMENTS,
  }
}

/** No more of an account than it takes to check its signatures, for those who may see no more of it. */
export function bareActorFrom(view: AccountView, uris: Uris): JsonObject {
  return {
    '@context': actorContext,
    id: view.uri,
    type: TYPES[view.kind],
    preferredUsername: view.name,
    inbox: uris.inbox(view.id),
    endpoints: { sharedInbox: uris.sharedInbox },
    ...(view.suspended ? { suspended: true } : {}),
    ...keysFrom(view),
  }
}

/** RSA as one object, not a list (older readers), Ed25519 as a Multikey (FEP-521a). */
function keysFrom(view: AccountView): JsonObject {
  const rsa = view.keys.find(({ kind }) => kind === 'rsa')
  const ed25519 = view.keys.filter(({ kind }) => kind === 'ed25519')
  const owner = view.uri
  return {
    ...(rsa === undefined ? {} : { publicKey: { id: rsa.uri, owner, publicKeyPem: rsa.publicKey } }),
    assertionMethod: ed25519.map((key) => ({
      id: key.uri,
      type: 'Multikey',
      controller: owner,
      publicKeyMultibase: key.publicKey,
    })),
  }
}

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  avif: 'image/avif',
}

/** One Image, never a list, and only with a media type that we are sure of: Pixelfed refuses others. */
function imageFrom(term: 'icon' | 'image', url: string | null, alt: string): JsonObject {
  if (url === null) return {}
  const mediaType = MEDIA_TYPES[/\.([a-z]+)(?:[?#]|$)/i.exec(url)?.[1]?.toLowerCase() ?? '']
  // Mastodon reads what a picture shows in `summary`, everybody else in `name`.
  const described = alt === '' ? {} : { summary: alt, name: alt }
  return { [term]: { type: 'Image', ...(mediaType === undefined ? {} : { mediaType }), url, ...described } }
}
