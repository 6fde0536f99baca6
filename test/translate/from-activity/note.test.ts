import { describe, expect, test } from 'vitest'
import { Refusal } from '../../../src/base/refusal.ts'
import { incomingFrom, isVote, type Known } from '../../../src/translate/from-activity/note.ts'
import type { Json, JsonObject } from '../../../src/translate/json.ts'

const PUBLIC = 'https://www.w3.org/ns/activitystreams#Public'
const received = new Date('2026-11-22T08:00:00Z')
const author = 'https://far.test/users/ann'
const note: JsonObject = {
  id: 'https://far.test/notes/1',
  type: 'Note',
  attributedTo: author,
  content: '<p>Hello</p>',
  published: '2026-11-20T08:00:00Z',
  to: [PUBLIC],
  cc: [`${author}/followers`],
}
const read = (change: JsonObject, known?: Known) => incomingFrom({ ...note, ...change }, received, known)
const bob = 'https://here.test/ap/actors/1'

describe('whom a post is for', () => {
  test.each<[string, Json, Json, string]>([
    ['Public in to', PUBLIC, [], 'public'],
    ['as:Public in to', ['as:Public'], [], 'public'],
    ['Public without a prefix in to', ['Public'], null, 'public'],
    ['Public in cc', [`${author}/followers`], PUBLIC, 'unlisted'],
    ['Public in both', PUBLIC, PUBLIC, 'public'],
    ['the followers in to', [`${author}/followers`, bob], [], 'followers'],
    ['the followers in cc', [bob], `${author}/followers`, 'followers'],
    ['people', [bob], [], 'direct'],
    ['nobody', [], [], 'direct'],
    ['nothing', null, null, 'direct'],
    ["a neighbour's followers", 'https://far.test/users/bea/followers', [], 'direct'],
    ["a stranger's followers", 'https://other.test/users/ann/followers', [], 'direct'],
    [
      'something like Public',
      ['https://www.w3.org/ns/activitystreams#public', 'as:public', 'PUBLIC'],
      [],
      'direct',
    ],
    ['an object that says Public', [{ id: PUBLIC }], [], 'public'],
  ])('%s', (_, to, cc, visibility) => {
    expect(read({ to, cc }).visibility).toBe(visibility)
  })

  test('the followers collection that the actor names is the only one, where it is known', () => {
    const odd = 'https://far.test/ap/x/7'
    expect(read({ to: [odd], cc: [] }, { followersUrl: odd }).visibility).toBe('followers')
    expect(read({ to: [`${author}/followers`], cc: [] }, { followersUrl: odd }).visibility).toBe('direct')
    expect(read({ to: [odd], cc: [] }).visibility).toBe('direct')
  })

  test('a note without addresses has those of the activity; one with any keeps its own', () => {
    expect(read({ to: null, cc: null }, { to: [PUBLIC], cc: [] }).visibility).toBe('public')
    expect(read({ to: [bob], cc: null }, { to: [PUBLIC], cc: [] }).visibility).toBe('direct')
  })

  test('recipients are the people mentioned or addressed, once each, without Public, collections and the author', () => {
    const change = {
      to: [PUBLIC, bob, author],
      cc: [`${author}/followers`, bob, 'https://other.test/users/cy', 'not an address'],
      tag: [{ type: 'Mention', href: 'https://other.test/users/di' }],
    }
    expect(read(change).recipientUris).toEqual([
      'https://other.test/users/di',
      bob,
      'https://other.test/users/cy',
    ])
    expect(read(change).mentionUris).toEqual(['https://other.test/users/di'])
  })
})

describe('who wrote it (S-041)', () => {
  test.each<[string, Json]>([
    ['nobody', null],
    ['a number', 7],
    ['a name', 'ann'],
    ['two ids', [author, 'https://far.test/users/bea']],
    [
      'two persons',
      [
        { type: 'Person', id: author },
        { type: 'Person', id: `${author}2` },
      ],
    ],
    ['somebody on another origin', 'https://victim.test/users/vi'],
    ['somebody on another port', 'https://far.test:8443/users/ann'],
    ['somebody over http', 'http://far.test/users/ann'],
    ['an embedded somebody of another origin', { type: 'Person', id: 'https://victim.test/users/vi' }],
  ])('%s is refused', (_, attributedTo) => {
    expect(() => read({ attributedTo })).toThrow(Refusal)
  })

  test('a person beside a group is the author, the group a recipient', () => {
    const group = 'https://far.test/c/rain'
    const { authorUri, recipientUris } = read({
      attributedTo: [
        { type: 'Group', id: group },
        { type: 'Person', id: author },
      ],
    })
    expect(authorUri).toBe(author)
    expect(recipientUris).toEqual([group])
    expect(read({ attributedTo: [author, { type: 'Group', id: group }] }).authorUri).toBe(author)
    expect(read({ attributedTo: { type: 'Group', id: group } }).authorUri).toBe(group)
  })
})

describe('what is a post', () => {
  test.each(['Note', 'Question', 'Article', 'Page', 'Video', 'Audio', 'Image', 'Event', 'Review'])(
    '%s',
    (type) => {
      expect(read({ type }).kind).toBe(type.toLowerCase())
    },
  )

  test.each<[string, JsonObject]>([
    ['an actor', { type: 'Person' }],
    ['a tombstone', { type: 'Tombstone' }],
    ['a collection', { type: 'OrderedCollection' }],
    ['an activity', { type: 'Like', actor: author, object: bob }],
    ['something without id', { id: null }],
    ['something with a number for an id', { id: 7 }],
    ['something without type', { type: null }],
    ['an unknown thing that says nothing', { type: 'Gadget', content: undefined }],
    ['a type that is no name', { type: 'No<te' }],
    ['a vote', { name: 'yes', content: null, inReplyTo: bob }],
  ])('%s is none', (_, change) => {
    expect(() => read(change)).toThrow(Refusal)
  })

  test('an unknown thing with a name is one', () => {
    expect(read({ type: 'Gadget', content: undefined, name: 'A gadget' })).toMatchObject({
      kind: 'gadget',
      title: 'A gadget',
    })
  })

  test('a titled note is no vote, nor is an answer in words', () => {
    expect(isVote({ ...note, name: 'T', inReplyTo: bob })).toBe(false)
    expect(isVote({ ...note, name: 'T', content: '', inReplyTo: null })).toBe(false)
    expect(isVote({ ...note, name: 'T', content: '', inReplyTo: bob })).toBe(true)
  })
})

describe('what it says', () => {
  test('content first, else the first of contentMap, and the language of what was taken', () => {
    expect(read({ contentMap: { en: '<p>Hello</p>' } })).toMatchObject({
      contentHtml: '<p>Hello</p>',
      language: 'en',
    })
    expect(read({ contentMap: { fr: '<p>Salut</p>', en: '<p>Hello</p>' } }).language).toBe('en')
    expect(read({ content: null, contentMap: { fr: '<p>Salut</p>', en: 'x' } })).toMatchObject({
      contentHtml: '<p>Salut</p>',
      language: 'fr',
    })
    expect(read({ content: ['<p>one</p>', '<p>two</p>'] }).contentHtml).toBe('<p>one</p>')
    expect(read({ contentMap: { und: '<p>Hello</p>' } }).language).toBeNull()
  })

  test('markdown and plain text are shown as they stand', () => {
    expect(read({ content: '# <b>\n*x*', mediaType: 'text/markdown' }).contentHtml).toBe(
      '<p># &lt;b&gt;<br />*x*</p>',
    )
    expect(read({ content: 'a <b', mediaType: 'text/plain; charset=utf-8' }).contentHtml).toBe(
      '<p>a &lt;b</p>',
    )
  })

  test('title and summary are text', () => {
    expect(read({ name: 'A &amp; <i>B</i>\nC' }).title).toBe('A & B C')
    expect(read({ name: '' }).title).toBeNull()
    expect(read({ summary: '<p>one<br>two</p>' }).summary).toBe('one\ntwo')
    expect(read({ summary: null, summaryMap: { en: 'x' } }).summary).toBe('x')
  })

  test('the page is the HTML among the addresses, on the site of the post', () => {
    const page = 'https://www.far.test/@ann/1'
    expect(read({ url: page }).url).toBe(page)
    expect(
      read({
        url: [
          { type: 'Link', href: 'https://far.test/v.mp4', mediaType: 'video/mp4' },
          { type: 'Link', href: page, mediaType: 'text/html' },
        ],
      }).url,
    ).toBe(page)
    expect(read({ url: { type: 'Link', href: page } }).url).toBe(page)
    expect(read({ url: 'https://far.test/?p=1&#038;q=2&amp;r=3' }).url).toBe('https://far.test/?p=1&q=2&r=3')
    for (const url of [
      null,
      '',
      'x',
      'javascript:alert(1)',
      'https://victim.test/@vi/1',
      { href: 7 },
      [{ type: 'Link', href: page, mediaType: 'video/mp4' }],
    ]) {
      expect(read({ url }).url).toBeNull()
    }
  })

  test('sites under a shared registry are different sites', () => {
    const change = { id: 'https://ann.github.io/1', attributedTo: 'https://ann.github.io/ann' }
    expect(read({ ...change, url: 'https://vi.github.io/1' }).url).toBeNull()
    expect(read({ ...change, url: 'https://ann.github.io/page' }).url).toBe('https://ann.github.io/page')
  })

  test('dates are kept within reason', () => {
    expect(read({ published: '2999-01-01T00:00:00Z' }).publishedAt).toEqual(received)
    expect(read({ published: '1999-01-01T00:00:00Z' }).publishedAt).toEqual(received)
    expect(read({ published: 'x' }).publishedAt).toBeUndefined()
    expect(read({ updated: '2026-11-20T08:00:00Z' }).updatedAt).toBeUndefined()
    expect(read({ updated: '2026-11-20T08:00:01Z' }).updatedAt).toEqual(new Date('2026-11-20T08:00:01Z'))
    expect(read({ updated: '2999-01-01T00:00:00Z' }).updatedAt).toEqual(received)
  })

  test('only true is sensitive', () => {
    expect(read({ sensitive: true }).sensitive).toBe(true)
    expect(read({ sensitive: 'true' }).sensitive).toBe(false)
    expect(read({ sensitive: null }).sensitive).toBe(false)
  })
})
