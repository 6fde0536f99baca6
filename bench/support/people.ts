import type { RemoteActor, RemoteKey } from '../../src/domain/accounts/account.ts'

/** Somebody on a host that exists in the database only. */
export function actorOf(
  name: string,
  origin: string,
  keys: readonly Omit<RemoteKey, 'uri'>[] = [],
  more: Partial<RemoteActor> = {},
): RemoteActor {
  const uri = `${origin}/users/${name}`
  return {
    uri,
    kind: 'person',
    name,
    host: new URL(origin).host,
    handleVerified: true,
    url: `${origin}/@${name}`,
    displayName: name,
    bioHtml: '',
    fields: [],
    avatarUrl: null,
    headerUrl: null,
    alsoKnownAs: [],
    movedToUri: null,
    manuallyApprovesFollowers: false,
    discoverable: true,
    indexable: true,
    inboxUrl: `${uri}/inbox`,
    sharedInboxUrl: null,
    outboxUrl: `${uri}/outbox`,
    followersUrl: `${uri}/followers`,
    followingUrl: `${uri}/following`,
    featuredUrl: null,
    publishedAt: null,
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
    keys: keys.map((key) => ({ ...key, uri: `${uri}#main-key` })),
    ...more,
  }
}

/** A Create as Mastodon sends it, about 1.5 kB. */
export function createOf(actor: string, id: string): string {
  const published = new Date(Date.now() - 1000).toISOString().replace(/\.\d+/, '')
  const to = ['https://www.w3.org/ns/activitystreams#Public']
  const cc = [`${actor}/followers`]
  const content =
    `<p>Post ${id}: a walk along the river this morning, with fog over the meadows and two herons. ` +
    `<a href="https://tags.example/tags/birds" class="mention hashtag" rel="tag">#<span>birds</span></a></p>` +
    '<p>More pictures on <a href="https://pictures.example/albums/2026/november" target="_blank" rel="nofollow noopener">' +
    '<span class="invisible">https://</span><span class="ellipsis">pictures.example/albums/2026/n</span>' +
    '<span class="invisible">ovember</span></a></p>'
  return JSON.stringify({
    '@context': [
      'https://www.w3.org/ns/activitystreams',
      {
        ostatus: 'http://ostatus.org#',
        sensitive: 'as:sensitive',
        Hashtag: 'as:Hashtag',
        toot: 'http://joinmastodon.org/ns#',
      },
    ],
    id: `${actor}/statuses/${id}/activity`,
    type: 'Create',
    actor,
    published,
    to,
    cc,
    object: {
      id: `${actor}/statuses/${id}`,
      type: 'Note',
      summary: null,
      inReplyTo: null,
      published,
      url: `${actor}/${id}`,
      attributedTo: actor,
      to,
      cc,
      sensitive: false,
      content,
      contentMap: { en: content },
      attachment: [],
      tag: [{ type: 'Hashtag', href: 'https://tags.example/tags/birds', name: '#birds' }],
      replies: { id: `${actor}/statuses/${id}/replies`, type: 'Collection' },
    },
  })
}
