import type { Account } from '../../src/domain/accounts/account.ts'
import { noControls } from '../../src/domain/posts/controls.ts'
import { nothingHeld } from '../../src/domain/posts/held.ts'
import type { Incoming } from '../../src/domain/posts/post.ts'

let count = 0

/** A post from elsewhere, public unless said otherwise. */
export function incomingBy(author: Account, more: Partial<Incoming> = {}): Incoming {
  const uri = more.uri ?? `${author.uri}/posts/${++count}`
  return {
    ...nothingHeld,
    ...noControls,
    uri,
    url: uri,
    authorUri: author.uri,
    kind: 'note',
    visibility: 'public',
    inReplyToUri: null,
    title: null,
    summary: '',
    sensitive: false,
    contentHtml: '<p>hello</p>',
    source: null,
    language: 'en',
    publishedAt: new Date(),
    updatedAt: undefined,
    contextUri: null,
    remoteCounts: null,
    recipientUris: [],
    mentionUris: [],
    hashtags: [],
    audience: null,
    ...more,
  }
}
