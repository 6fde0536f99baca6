import { describe, expect, test } from 'vitest'
import { Refusal } from '../../../src/base/refusal.ts'
import { incomingFrom } from '../../../src/translate/from-activity/note.ts'
import type { JsonObject } from '../../../src/translate/json.ts'
import { attacks } from '../../text/attacks.ts'
import { danger } from '../../text/inert.ts'

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
const read = (change: JsonObject) => incomingFrom({ ...note, ...change }, received)

describe('S-107: over the cap is cut, the post is kept', () => {
  const many = (count: number, item: (index: number) => JsonObject) => [...Array(count).keys()].map(item)

  test('mentions and hashtags at 100 each, recipients at 500', () => {
    const tag = [
      ...many(150, (index) => ({ type: 'Mention', href: `https://x.test/${index}` })),
      ...many(150, (index) => ({ type: 'Hashtag', name: `#t${index}` })),
    ]
    const post = read({
      tag,
      to: [PUBLIC, ...many(800, () => ({})).map((_, index) => `https://y.test/${index}`)],
    })
    expect(post.mentionUris).toHaveLength(100)
    expect(post.hashtags).toHaveLength(100)
    expect(post.recipientUris).toHaveLength(500)
    expect(post.recipientUris.slice(0, 100)).toEqual(post.mentionUris)
  })

  test('title and summary at 2,048, content at 100,000, source at 100,000', () => {
    const post = read({
      name: 'n'.repeat(5000),
      summary: 's'.repeat(5000),
      content: `<p>${'c'.repeat(200_000)}</p>`,
      source: { content: 'o'.repeat(200_000) },
    })
    expect(post.title).toHaveLength(2048)
    expect(post.summary).toHaveLength(2048)
    expect(post.contentHtml.length).toBeLessThan(100_100)
    expect(post.source).toHaveLength(100_000)
  })

  test('an address of more than 2 KB is none', () => {
    const long = `https://far.test/${'x'.repeat(2048)}`
    expect(read({ url: long, inReplyTo: long }).url).toBeNull()
    expect(read({ url: long, inReplyTo: long }).inReplyToUri).toBeNull()
    expect(read({ tag: [{ type: 'Mention', href: long }] }).mentionUris).toEqual([])
    expect(() => read({ id: long })).toThrow(Refusal)
  })
})

test.each(attacks)('S-100: %s is inert in every field of a post', (html) => {
  const post = read({
    content: html,
    name: html,
    summary: html,
    url: html,
    tag: [{ type: 'Hashtag', name: html }],
    source: html,
  })
  expect(danger(post.contentHtml)).toBeUndefined()
  expect(danger(read({ content: null, contentMap: { en: html } }).contentHtml)).toBeUndefined()
  expect(
    danger(
      read({ content: html, mediaType: 'text/markdown' }).contentHtml.replaceAll(
        'rel="nofollow noopener"',
        'rel="nofollow noopener noreferrer"',
      ),
    ),
  ).toBeUndefined()
  expect(
    danger(read({ startTime: '2026-11-22', location: { name: html, address: html } }).contentHtml),
  ).toBeUndefined()
  expect(post.url).toBeNull()
  for (const { name } of post.hashtags) expect(name).not.toMatch(/[<>"'&\s]/)
})

test.each<[string, JsonObject]>([
  [
    'media type',
    {
      attachment: {
        type: 'Document',
        mediaType: `image/png${' '.repeat(90_000)}x`,
        url: 'https://far.test/a',
      },
    },
  ],
  ['hashtag', { tag: { type: 'Hashtag', name: `#a${'·'.repeat(90_000)}x` } }],
])('S-107: a %s of any length costs next to nothing', (_, change) => {
  const began = performance.now()
  read(change)
  expect(performance.now() - began).toBeLessThan(1000)
})
