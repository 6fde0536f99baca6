import type { JsonObject } from '../json.ts'

/** The one context that every reader knows; first, and as a plain string, since many look for just that. */
export const ACTIVITY_STREAMS = 'https://www.w3.org/ns/activitystreams'
/** Needed by whoever checks keys by JSON-LD; vendored nearly everywhere. */
export const SECURITY = 'https://w3id.org/security/v1'

/** Extension terms are written out inline: no reader has to fetch a context of ours. */
const ACTOR_TERMS: JsonObject = {
  toot: 'http://joinmastodon.org/ns#',
  schema: 'http://schema.org#',
  PropertyValue: 'schema:PropertyValue',
  value: 'schema:value',
  Emoji: 'toot:Emoji',
  Hashtag: 'as:Hashtag',
  manuallyApprovesFollowers: 'as:manuallyApprovesFollowers',
  alsoKnownAs: { '@id': 'as:alsoKnownAs', '@type': '@id' },
  movedTo: { '@id': 'as:movedTo', '@type': '@id' },
  copiedTo: { '@id': 'https://w3id.org/fep/7628#copiedTo', '@type': '@id' },
  featured: { '@id': 'toot:featured', '@type': '@id' },
  featuredTags: { '@id': 'toot:featuredTags', '@type': '@id' },
  attributionDomains: { '@id': 'toot:attributionDomains', '@container': '@set' },
  gts: 'https://gotosocial.org/ns#',
  interactionPolicy: { '@id': 'gts:interactionPolicy', '@type': '@id' },
  canFeature: { '@id': 'https://w3id.org/fep/7aa9#canFeature', '@type': '@id' },
  automaticApproval: { '@id': 'gts:automaticApproval', '@type': '@id' },
  discoverable: 'toot:discoverable',
  indexable: 'toot:indexable',
  suspended: 'toot:suspended',
  memorial: 'toot:memorial',
  webfinger: 'https://purl.archive.org/socialweb/webfinger#webfinger',
  pdg: 'https://purl.archive.org/socialweb/pending#',
  ...linksTo('pdg', ['pendingFollowers', 'pendingFollowing']),
  bl: 'https://purl.archive.org/socialweb/blocked#',
  ...linksTo('bl', ['blocked', 'blocks']),
  oauth: 'https://purl.archive.org/socialweb/oauth#',
  objectIDAsClientID: 'oauth:objectIDAsClientID',
  universalClientID: 'oauth:universalClientID',
  sse: 'https://purl.archive.org/socialweb/sse#',
  ...linksTo('sse', ['eventStream', 'proxyEventStream']),
  oauthRegistrationEndpoint: { '@id': 'as:oauthRegistrationEndpoint', '@type': '@id' },
  actorAutocomplete: 'https://swicg.github.io/activitypub-api/autocomplete#actorAutocomplete',
  implements: { '@id': 'https://w3id.org/fep/844e#implements', '@type': '@id', '@container': '@set' },
  Multikey: 'https://w3id.org/security#Multikey',
  controller: { '@id': 'https://w3id.org/security#controller', '@type': '@id' },
  assertionMethod: {
    '@id': 'https://w3id.org/security#assertionMethod',
    '@type': '@id',
    '@container': '@set',
  },
  publicKeyMultibase: {
    '@id': 'https://w3id.org/security#publicKeyMultibase',
    '@type': 'https://w3id.org/security#multibase',
  },
}

const NOTE_TERMS: JsonObject = {
  ostatus: 'http://ostatus.org#',
  toot: 'http://joinmastodon.org/ns#',
  Emoji: 'toot:Emoji',
  blurhash: 'toot:blurhash',
  focalPoint: { '@id': 'toot:focalPoint', '@container': '@list' },
  votersCount: 'toot:votersCount',
  gts: 'https://gotosocial.org/ns#',
  ...linksTo('gts', [
    'interactionPolicy',
    'canLike',
    'canReply',
    'canAnnounce',
    'canQuote',
    'automaticApproval',
    'manualApproval',
    'always',
    'approvalRequired',
    'approvedBy',
    'likeAuthorization',
    'replyAuthorization',
    'announceAuthorization',
    'interactingObject',
    'interactionTarget',
  ]),
  LikeRequest: 'gts:LikeRequest',
  ReplyRequest: 'gts:ReplyRequest',
  AnnounceRequest: 'gts:AnnounceRequest',
  LikeAuthorization: 'gts:LikeAuthorization',
  ReplyAuthorization: 'gts:ReplyAuthorization',
  AnnounceAuthorization: 'gts:AnnounceAuthorization',
  fep044f: 'https://w3id.org/fep/044f#',
  ...linksTo('fep044f', ['quote', 'quoteAuthorization']),
  QuoteRequest: 'fep044f:QuoteRequest',
  QuoteAuthorization: 'fep044f:QuoteAuthorization',
  quoteUrl: 'as:quoteUrl',
  quoteUri: 'http://fedibird.com/ns#quoteUri',
  _misskey_quote: 'https://misskey-hub.net/ns#_misskey_quote',
  conversation: 'ostatus:conversation',
  sensitive: 'as:sensitive',
  Hashtag: 'as:Hashtag',
}

/** Whose a list is and of what (FEP-5711), and how to ask about it. */
const LIST_TERMS: JsonObject = {
  fep5711: 'https://w3id.org/fep/5711#',
  ...linksTo('fep5711', [
    'likesOf',
    'sharesOf',
    'repliesOf',
    'inboxOf',
    'outboxOf',
    'followersOf',
    'followingOf',
    'likedOf',
  ]),
  pdg: 'https://purl.archive.org/socialweb/pending#',
  ...linksTo('pdg', ['pendingFollowersOf', 'pendingFollowingOf']),
  ...linksTo('as', ['blockedOf', 'blocksOf']),
  webfinger: 'https://purl.archive.org/socialweb/webfinger#webfinger',
  seekItem: { '@id': 'https://purl.archive.org/socialweb/seekitem#seekItem', '@type': '@id' },
  eventStream: { '@id': 'https://purl.archive.org/socialweb/sse#eventStream', '@type': '@id' },
}

export const listContext = [ACTIVITY_STREAMS, LIST_TERMS] as const
/** For lists in which whole posts stand. */
export const noteListContext = [ACTIVITY_STREAMS, { ...NOTE_TERMS, ...LIST_TERMS }] as const
export const actorContext = [ACTIVITY_STREAMS, SECURITY, ACTOR_TERMS] as const
export const noteContext = [ACTIVITY_STREAMS, NOTE_TERMS] as const
/** For what holds nothing but ActivityStreams' own terms. */
export const plainContext = ACTIVITY_STREAMS

function linksTo(prefix: string, terms: readonly string[]): JsonObject {
  return Object.fromEntries(terms.map((term) => [term, { '@id': `${prefix}:${term}`, '@type': '@id' }]))
}
