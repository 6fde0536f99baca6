import type { AccountId, PostId } from '../../src/base/ids.ts'
import { createUris } from '../../src/base/uris.ts'
import type { AccountView, PostView } from '../../src/views/view.ts'

export const uris = createUris('https://here.test', 'here.test')
const accountId = '116000000000000001' as AccountId
const postId = '116000000000000010' as PostId

export function accountView(change: Partial<AccountView> = {}): AccountView {
  return {
    id: accountId,
    local: true,
    uri: uris.actor(accountId),
    kind: 'person',
    name: 'bob',
    host: null,
    url: uris.profile('bob'),
    displayName: 'Bob',
    bioHtml: '<p>Rain</p>',
    bioSource: 'Rain',
    fields: [],
    avatarUrl: null,
    headerUrl: null,
    alsoKnownAs: [],
    movedToUri: null,
    manuallyApprovesFollowers: false,
    discoverable: true,
    indexable: false,
    createdAt: new Date('2026-11-01T10:20:30Z'),
    updatedAt: new Date('2026-11-20T08:00:00Z'),
    suspended: false,
    deleted: false,
    memorial: false,
    limited: false,
    role: 'user',
    movedTo: null,
    followersUrl: null,
    followingUrl: null,
    attributionDomains: [],
    avatarAlt: '',
    headerAlt: '',
    counts: { posts: 0, followers: 0, following: 0 },
    remoteCounts: null,
    lastPostAt: null,
    emojis: [],
    keys: [],
    ...change,
  }
}

export function postView(change: Partial<PostView> = {}): PostView {
  return {
    id: postId,
    uri: uris.post(postId),
    url: uris.postPage('bob', postId),
    local: true,
    author: accountView(),
    kind: 'note',
    boostOf: null,
    visibility: 'public',
    inReplyTo: null,
    conversationId: postId,
    title: null,
    summary: '',
    sensitive: false,
    contentHtml: '<p>Hello</p>',
    source: 'Hello',
    language: 'en',
    publishedAt: new Date('2026-11-20T08:00:00.123Z'),
    editedAt: null,
    sourceType: null,
    contentMap: null,
    attachments: [],
    poll: null,
    card: null,
    emojis: [],
    mentions: [],
    hashtags: [],
    audience: null,
    counts: { replies: 2, likes: 3, boosts: 4 },
    quote: null,
    policy: null,
    held: false,
    approvedBy: null,
    remoteCounts: null,
    contextUri: null,
    ...change,
  }
}

export const ann = {
  id: '116000000000000002' as AccountId,
  uri: 'https://far.test/users/ann',
  url: 'https://far.test/@ann',
  name: 'ann',
  host: 'far.test',
}
