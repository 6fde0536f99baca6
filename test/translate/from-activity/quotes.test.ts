import { describe, expect, test } from 'vitest'
import { incomingFrom, type Known } from '../../../src/translate/from-activity/note.ts'
import { quoteUriOf, withoutQuoteFallback } from '../../../src/translate/from-activity/quotes.ts'
import type { JsonObject } from '../../../src/translate/json.ts'

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

describe('quotes', () => {
  const url = 'https://other.test/1'
  test.each<[string, JsonObject]>([
    ['FEP-044f', { quote: url }],
    ['Fedibird', { quoteUri: url }],
    ['older Misskey', { quoteUrl: url }],
    ['Misskey', { _misskey_quote: url }],
    ['FEP-e232', { tag: [{ type: 'Link', href: url, mediaType: 'application/activity+json' }] }],
  ])('as %s says it', (_, change) => {
    expect(quoteUriOf({ ...note, ...change })).toBe(url)
  })

  test('nothing else is a quote', () => {
    expect(
      quoteUriOf({
        ...note,
        quote: { type: 'Tombstone' },
        tag: [{ type: 'Link', href: url, mediaType: 'text/html' }],
      }),
    ).toBeNull()
  })

  test.each([
    ['<p class="quote-inline">RE: <a href="x">y</a></p><p>rest</p>', '<p>rest</p>'],
    [
      '<p>rest<span class="quote-inline"><br /><br />RE: <span>a</span><span>b</span></span></p>',
      '<p>rest</p>',
    ],
    ['<p><span class="h-x quote-inline">RE: x</span></p><p>rest</p>', '<p>rest</p>'],
    ['<p>rest</p>', '<p>rest</p>'],
    ['<p class="quote-inline">never closed', ''],
  ])('the line that stands in for one is taken out of %s', (html, rest) => {
    expect(withoutQuoteFallback(html)).toBe(rest)
  })

  test('it is left out only where quotes are shown, and there is one', () => {
    const content = '<p class="quote-inline">RE: x</p><p>rest</p>'
    expect(read({ content, quote: url }).contentHtml).toBe('<p>rest</p>')
    expect(read({ content, quote: url }, { showsQuotes: false }).contentHtml).toBe(content)
    expect(read({ content }).contentHtml).toBe(content)
  })
})

test.each([
  ['after the line that stands in for a quote', 'RE: <a href="https://b.test/1">x</a>', ' '],
  [
    'behind a quote that is shown',
    '<p class="quote-inline">RE: <a href="https://b.test/1">x</a></p><p>',
    ' ',
  ],
  ['of another kind', 'RE: <a href="https://b.test/1">x</a>', '\u00a0'],
])('S-107: any amount of space %s costs next to nothing', (_, start, space) => {
  const content = `<p>${start}${space.repeat(90_000)}x</p>`
  const began = performance.now()
  quoteUriOf({ content })
  withoutQuoteFallback(content)
  expect(performance.now() - began).toBeLessThan(1000)
})
