import { describe, expect, test } from 'vitest'
import type { PostId } from '../../../src/base/ids.ts'
import { createUris, PUBLIC } from '../../../src/base/uris.ts'
import type { Visibility } from '../../../src/base/visibility.ts'
import { addressesFrom, noteFrom, tombstoneFrom } from '../../../src/translate/to-activity/note.ts'
import { ann, postView, uris } from '../views.ts'

const followers = uris.followers(postView().author.id)
const anybody = { automaticApproval: [PUBLIC], always: [PUBLIC] }

test('a post as it is served', () => {
  const view = postView()
  expect(noteFrom(view, uris)).toEqual({
    '@context': ['https://www.w3.org/ns/activitystreams', expect.any(Object)],
    id: view.uri,
    type: 'Note',
    attributedTo: view.author.uri,
    published: '2026-11-20T08:00:00.123Z',
    url: view.url,
    to: [PUBLIC],
    cc: [followers],
    sensitive: false,
    content: '<p>Hello</p>',
    contentMap: { en: '<p>Hello</p>' },
    source: { content: 'Hello', mediaType: 'text/plain' },
    context: uris.context(view.id),
    conversation: uris.context(view.id),
    interactionPolicy: { canLike: anybody, canReply: anybody, canAnnounce: anybody, canQuote: anybody },
    tag: [],
    attachment: [],
    replies: {
      id: uris.replies(view.id),
      type: 'Collection',
      totalItems: 2,
      first: `${uris.replies(view.id)}?cursor=first`,
    },
    likes: {
      id: uris.likes(view.id),
      type: 'OrderedCollection',
      totalItems: 3,
      first: `${uris.likes(view.id)}?cursor=first`,
    },
    shares: {
      id: uris.shares(view.id),
      type: 'OrderedCollection',
      totalItems: 4,
      first: `${uris.shares(view.id)}?cursor=first`,
    },
  })
})

test('the context comes first, its first entry a plain string, with one inline map', () => {
  const note = noteFrom(postView(), uris)
  expect(Object.keys(note)[0]).toBe('@context')
  expect((note['@context'] as unknown[]).filter((context) => typeof context === 'object')).toHaveLength(1)
})

test('what is not said is absent, never null', () => {
  const note = noteFrom(postView({ language: null, source: null }), uris)
  for (const key of [
    'summary',
    'updated',
    'inReplyTo',
    'contentMap',
    'source',
    'quote',
    'quoteAuthorization',
    'replyAuthorization',
    'atomUri',
  ]) {
    expect(note).not.toHaveProperty(key)
  }
  expect(JSON.stringify(note)).not.toContain('null')
})

test('a warning, an edit and a parent are said', () => {
  const parent = { id: null, uri: 'https://far.test/notes/1', accountId: null }
  const note = noteFrom(
    postView({
      summary: 'Food',
      sensitive: true,
      editedAt: new Date('2026-11-21T08:00:00Z'),
      inReplyTo: parent,
    }),
    uris,
  )
  expect(note).toMatchObject({
    summary: 'Food',
    sensitive: true,
    updated: '2026-11-21T08:00:00.000Z',
    inReplyTo: 'https://far.test/notes/1',
  })
})

describe('addresses', () => {
  test.each<[Visibility, string[], string[]]>([
    ['public', [PUBLIC], [followers, ann.uri]],
    ['unlisted', [followers], [PUBLIC, ann.uri]],
    ['followers', [followers, ann.uri], []],
    ['direct', [ann.uri], []],
  ])('%s', (visibility, to, cc) => {
    expect(addressesFrom(postView({ visibility, mentions: [ann] }), uris)).toEqual({ to, cc })
  })
})

test('everyone mentioned is tagged by full handle and addressed; hashtags lead to their page', () => {
  const bea = { ...ann, host: null, name: 'bea', uri: 'https://here.test/ap/actors/3' }
  const split = createUris('https://web.test', 'handles.test')
  const note = noteFrom(
    postView({ mentions: [ann, bea], hashtags: [{ name: 'rain', displayName: 'Rain' }] }),
    split,
  )
  expect(note.tag).toEqual([
    { type: 'Mention', href: ann.uri, name: '@ann@far.test' },
    { type: 'Mention', href: bea.uri, name: '@bea@handles.test' },
    { type: 'Hashtag', href: 'https://web.test/tags/rain', name: '#Rain' },
  ])
  expect(note.cc).toEqual(expect.arrayContaining([ann.uri, bea.uri]))
})

test('the first replies are embedded when the caller has them, five at most', () => {
  const ids = [...Array(8).keys()].map((index) => `https://far.test/${index}`)
  const note = noteFrom(postView(), uris, { ids, next: `${uris.replies('1' as PostId)}?page=2` })
  expect(note.replies).toEqual({
    id: uris.replies(postView().id),
    type: 'Collection',
    totalItems: 2,
    first: {
      type: 'CollectionPage',
      partOf: uris.replies(postView().id),
      next: `${uris.replies('1' as PostId)}?page=2`,
      items: ids.slice(0, 5),
    },
  })
})

test('a deleted post leaves its id, a type and a time', () => {
  expect(tombstoneFrom('https://here.test/ap/posts/1', uris, new Date('2026-11-22T08:00:00Z'))).toEqual({
    '@context': 'https://www.w3.org/ns/activitystreams',
    id: 'https://here.test/ap/posts/1',
    type: 'Tombstone',
    deleted: '2026-11-22T08:00:00.000Z',
  })
})
