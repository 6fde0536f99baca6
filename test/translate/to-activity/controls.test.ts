import { describe, expect, test } from 'vitest'
import { PUBLIC } from '../../../src/base/uris.ts'
import { incomingFrom } from '../../../src/translate/from-activity/note.ts'
import type { JsonObject } from '../../../src/translate/json.ts'
import { noteFrom } from '../../../src/translate/to-activity/note.ts'
import type { QuoteView } from '../../../src/views/view.ts'
import { ann, postView, uris } from '../views.ts'

const quote: QuoteView = {
  state: 'accepted',
  uri: 'https://far.test/notes/1',
  url: 'https://far.test/@ann/1',
  author: ann,
  post: null,
  stampUri: 'https://far.test/stamps/1',
}
const received = new Date('2026-11-22T08:00:00Z')

describe('a quote', () => {
  test('a quote is said in every form that somebody reads', () => {
    const note = noteFrom(postView({ quote }), uris)
    for (const key of ['quote', 'quoteUri', 'quoteUrl', '_misskey_quote']) expect(note[key]).toBe(quote.uri)
    expect(note.quoteAuthorization).toBe(quote.stampUri)
    expect(note.tag).toEqual([
      expect.objectContaining({
        type: 'Link',
        href: quote.uri,
        mediaType: 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"',
      }),
    ])
  })

  test('has a line before the words, in each language, that readers of quotes take out again', () => {
    const said = postView({ quote, contentMap: { en: '<p>Hello</p>', de: '<p>Hallo</p>' } })
    const note = noteFrom(said, uris)
    expect(note.content).toMatch(
      /^<p class="quote-inline">RE: <a href="https:\/\/far\.test\/@ann\/1".*<\/p><p>Hello<\/p>$/,
    )
    const map = note.contentMap as JsonObject
    expect(map.en).toBe(note.content)
    expect(map.de).toMatch(/quote-inline.*<p>Hallo<\/p>$/)
    const read = incomingFrom(note, received)
    expect(read.contentHtml).toBe('<p>Hello</p>')
    expect(read.quote).toEqual({ uri: quote.uri, legacy: false, stampUri: quote.stampUri })
  })

  test('without a stamp says nothing of one; of what is gone only that it is', () => {
    expect(
      noteFrom(postView({ quote: { ...quote, state: 'pending', stampUri: null } }), uris),
    ).not.toHaveProperty('quoteAuthorization')
    const gone = noteFrom(postView({ quote: { ...quote, state: 'gone', stampUri: null } }), uris)
    expect(gone.quote).toEqual({ type: 'Tombstone', id: quote.uri })
    expect(gone).toMatchObject({ content: '<p>Hello</p>', tag: [] })
    expect(gone).not.toHaveProperty('quoteUri')
    expect(incomingFrom(gone, received).quote).toBe('gone')
  })
})

describe('a policy', () => {
  const { author } = postView()

  test('is read again as it was meant', () => {
    const policy = {
      like: { automatic: [PUBLIC], manual: [] },
      reply: { automatic: [author.uri, uris.followers(author.id)], manual: [PUBLIC] },
      announce: { automatic: [author.uri], manual: [] },
      quote: { automatic: [author.uri], manual: [] },
    }
    const note = noteFrom(postView({ policy }), uris)
    expect(incomingFrom(note, received).policy).toEqual(policy)
    expect(note.interactionPolicy).toMatchObject({
      canReply: {
        automaticApproval: policy.reply.automatic,
        always: policy.reply.automatic,
        manualApproval: [PUBLIC],
        approvalRequired: [PUBLIC],
      },
    })
  })

  test('is stated whole even where nothing was chosen, and never as an empty list', () => {
    for (const visibility of ['public', 'followers'] as const) {
      const { interactionPolicy } = noteFrom(postView({ visibility }), uris) as {
        interactionPolicy: JsonObject
      }
      expect(Object.keys(interactionPolicy).sort()).toEqual([
        'canAnnounce',
        'canLike',
        'canQuote',
        'canReply',
      ])
      expect(JSON.stringify(interactionPolicy)).not.toContain('[]')
      expect(JSON.stringify(interactionPolicy)).not.toContain('as:Public')
    }
  })
})

test('who may read a post without being named is addressed, and not mentioned', () => {
  const note = noteFrom(postView({ visibility: 'followers', mentions: [{ ...ann, silent: true }] }), uris)
  expect(note.tag).toEqual([])
  expect(note.to).toContain(ann.uri)
})

test('a reply that was approved carries the leave it has', () => {
  const note = noteFrom(postView({ approvedBy: 'https://far.test/stamps/2' }), uris)
  expect(note).toMatchObject({
    replyAuthorization: 'https://far.test/stamps/2',
    approvedBy: 'https://far.test/stamps/2',
  })
})
