import {
  type AccountId,
  type ActivityId,
  type ApprovalId,
  type AttachmentId,
  type CollectionId,
  type EmojiId,
  type InboxItemId,
  type ObjectId,
  type PostId,
  readId,
} from './ids.ts'

export const PUBLIC = 'https://www.w3.org/ns/activitystreams#Public'

/** The only maker of our own addresses. Ids never hold a handle, so a name can change safely. */
export interface Uris {
  /** `https://example.social`, no trailing slash */
  readonly origin: string
  /** the part after @ in our handles */
  readonly handleHost: string
  actor(id: AccountId): string
  inbox(id: AccountId): string
  outbox(id: AccountId): string
  followers(id: AccountId): string
  /** the part of the followers that concerns whoever asks (FEP-8fcf) */
  followersSynchronization(id: AccountId): string
  following(id: AccountId): string
  /** what somebody likes */
  liked(id: AccountId): string
  /** who asks to follow somebody, and whom they ask (FEP-4ccd) */
  pendingFollowers(id: AccountId): string
  pendingFollowing(id: AccountId): string
  /** whom somebody blocks, and by which activities (FEP-c648) */
  blocked(id: AccountId): string
  blocks(id: AccountId): string
  /** the collections that somebody keeps */
  collections(id: AccountId): string
  featured(id: AccountId): string
  featuredTags(id: AccountId): string
  rsaKey(id: AccountId): string
  ed25519Key(id: AccountId): string
  readonly sharedInbox: string
  /** a template with `{q}`: who is known here whose name begins so */
  readonly actorAutocomplete: string
  readonly instanceActor: string
  readonly instanceInbox: string
  readonly instanceOutbox: string
  /** what this server is, for people */
  readonly about: string
  /** where apps are let in, and get their tokens */
  readonly oauth: OAuthUris
  post(id: PostId): string
  replies(id: PostId): string
  likes(id: PostId): string
  shares(id: PostId): string
  context(id: PostId): string
  activity(id: ActivityId): string
  /** where the approval of an interaction can be read */
  stamp(id: ApprovalId): string
  follow(id: string): string
  /** what came to somebody here under an id that is not ours */
  received(id: InboxItemId): string
  /** what somebody's home shows, and what they were told, as lists of their own */
  homeStream(id: AccountId): string
  notificationsStream(id: AccountId): string
  /** what somebody here made that is no post */
  object(id: ObjectId): string
  /** who likes an object, who shares it, and what answers it */
  ofObject(id: ObjectId, list: 'likes' | 'shares' | 'replies'): string
  /** a collection that somebody here keeps */
  collection(id: CollectionId): string
  /** the stream of what happens to something of ours, by its id */
  events(of: string): string
  /** where a ticket for a stream is given */
  readonly streamTickets: string
  /** where streams of other servers are passed on */
  readonly proxyEventStream: string
  /** human pages */
  profile(name: string): string
  postPage(name: string, id: PostId): string
  tag(name: string): string
  /** a file of our media storage */
  media(file: string): string
  /** what is known of a file of ours, as a document */
  mediaObject(id: AttachmentId): string
  /** where an account takes files */
  uploads(id: AccountId): string
  /** where people here ask other servers through us */
  readonly proxy: string
  emoji(id: EmojiId): string
  /** pictures of those who have none */
  readonly missingAvatar: string
  readonly missingHeader: string
  /** the account whose actor id this is, if it is one of ours by its form */
  accountIdFrom(uri: string): AccountId | undefined
  postIdFrom(uri: string): PostId | undefined
  activityIdFrom(uri: string): ActivityId | undefined
  stampIdFrom(uri: string): ApprovalId | undefined
  mediaIdFrom(uri: string): AttachmentId | undefined
  receivedIdFrom(uri: string): InboxItemId | undefined
  objectIdFrom(uri: string): ObjectId | undefined
  collectionIdFrom(uri: string): CollectionId | undefined
  /** whose followers collection this is, if ours */
  followersOf(uri: string): AccountId | undefined
  /** true for every address on our origin */
  isOurs(uri: string): boolean
}

/** The endpoints of the authorization server, each by what is done there. */
export interface OAuthUris {
  readonly authorize: string
  readonly token: string
  readonly revoke: string
  readonly introspect: string
  /** dynamic registration (RFC 7591) */
  readonly register: string
  /** pushed requests (RFC 9126) */
  readonly push: string
}

/** The instance actor's fixed identifier; no snowflake can be it. */
export const INSTANCE_ACTOR = 'instance'

export function createUris(origin: string, handleHost: string): Uris {
  const actor = (id: string) => `${origin}/ap/actors/${id}`
  const post = (id: string) => `${origin}/ap/posts/${id}`
  const idAfter = <T extends string>(uri: string, prefix: string, suffix = ''): T | undefined =>
    uri.startsWith(prefix) && uri.endsWith(suffix)
      ? readId<T>(uri.slice(prefix.length, uri.length - suffix.length))
      : undefined
  return {
    origin,
    handleHost,
    actor,
    inbox: (id) => `${actor(id)}/inbox`,
    outbox: (id) => `${actor(id)}/outbox`,
    followers: (id) => `${actor(id)}/followers`,
    followersSynchronization: (id) => `${actor(id)}/followers_synchronization`,
    following: (id) => `${actor(id)}/following`,
    liked: (id) => `${actor(id)}/liked`,
    pendingFollowers: (id) => `${actor(id)}/pending_followers`,
    pendingFollowing: (id) => `${actor(id)}/pending_following`,
    blocked: (id) => `${actor(id)}/blocked`,
    blocks: (id) => `${actor(id)}/blocks`,
    collections: (id) => `${actor(id)}/collections`,
    featured: (id) => `${actor(id)}/featured`,
    featuredTags: (id) => `${actor(id)}/tags`,
    rsaKey: (id) => `${actor(id)}#main-key`,
    ed25519Key: (id) => `${actor(id)}#ed25519-key`,
    actorAutocomplete: `${origin}/ap/autocomplete?q={q}`,
    sharedInbox: `${origin}/ap/inbox`,
    instanceActor: actor(INSTANCE_ACTOR),
    instanceInbox: `${actor(INSTANCE_ACTOR)}/inbox`,
    instanceOutbox: `${actor(INSTANCE_ACTOR)}/outbox`,
    about: `${origin}/about`,
    oauth: {
      authorize: `${origin}/oauth/authorize`,
      token: `${origin}/oauth/token`,
      revoke: `${origin}/oauth/revoke`,
      introspect: `${origin}/oauth/introspect`,
      register: `${origin}/oauth/register`,
      push: `${origin}/oauth/par`,
    },
    post,
    replies: (id) => `${post(id)}/replies`,
    likes: (id) => `${post(id)}/likes`,
    shares: (id) => `${post(id)}/shares`,
    context: (id) => `${post(id)}/context`,
    activity: (id) => `${origin}/ap/activities/${id}`,
    stamp: (id) => `${origin}/ap/stamps/${id}`,
    follow: (id) => `${origin}/ap/activities/${id}`,
    received: (id) => `${origin}/ap/received/${id}`,
    homeStream: (id) => `${actor(id)}/streams/home`,
    notificationsStream: (id) => `${actor(id)}/streams/notifications`,
    object: (id) => `${origin}/ap/objects/${id}`,
    ofObject: (id, list) => `${origin}/ap/objects/${id}/${list}`,
    collection: (id) => `${origin}/ap/collections/${id}`,
    events: (of) => `${of}/events`,
    streamTickets: `${origin}/ap/streams/tickets`,
    proxyEventStream: `${origin}/ap/streams/proxy`,
    profile: (name) => `${origin}/@${name}`,
    postPage: (name, id) => `${origin}/@${name}/${id}`,
    media: (file) => `${origin}/media/${file}`,
    mediaObject: (id) => `${origin}/ap/media/${id}`,
    uploads: (id) => `${actor(id)}/uploads`,
    proxy: `${origin}/ap/proxy`,
    emoji: (id) => `${origin}/ap/emojis/${id}`,
    missingAvatar: `${origin}/avatars/original/missing.png`,
    missingHeader: `${origin}/headers/original/missing.png`,
    tag: (name) => `${origin}/tags/${encodeURIComponent(name)}`,
    accountIdFrom: (uri) => idAfter<AccountId>(uri, `${origin}/ap/actors/`),
    postIdFrom: (uri) => idAfter<PostId>(uri, `${origin}/ap/posts/`),
    activityIdFrom: (uri) => idAfter<ActivityId>(uri, `${origin}/ap/activities/`),
    stampIdFrom: (uri) => idAfter<ApprovalId>(uri, `${origin}/ap/stamps/`),
    mediaIdFrom: (uri) => idAfter<AttachmentId>(uri, `${origin}/ap/media/`),
    receivedIdFrom: (uri) => idAfter<InboxItemId>(uri, `${origin}/ap/received/`),
    objectIdFrom: (uri) => idAfter<ObjectId>(uri, `${origin}/ap/objects/`),
    collectionIdFrom: (uri) => idAfter<CollectionId>(uri, `${origin}/ap/collections/`),
    followersOf: (uri) => idAfter<AccountId>(uri, `${origin}/ap/actors/`, '/followers'),
    isOurs: (uri) => uri === origin || uri.startsWith(`${origin}/`),
  }
}
