import { expect, test } from 'vitest'
import { cardPart } from '../../../src/faces/pages/card-parts.ts'
import { pageMetaIn } from '../../../src/text/page-meta.ts'
import { cardOf } from '../../../src/translate/from-activity/card.ts'
import type { CardView } from '../../../src/views/view.ts'
import { attacks } from '../../text/attacks.ts'

const card: CardView = {
  url: 'https://news.test/1',
  title: 'Rain',
  description: '',
  kind: 'link',
  provider: '',
  authorName: '',
  authorUrl: null,
  author: null,
  imageUrl: null,
  imageAlt: '',
  imageWidth: null,
  imageHeight: null,
  language: null,
  publishedAt: null,
}
const shown = (change: Partial<CardView>) => String(cardPart({ ...card, ...change }, 'weft.test'))
/** Everything but tags and the closing of tags that we write ourselves. */
const OURS = /<\/?(?:aside|p|a|bdi)(?: (?:class|aria-label|href|rel|lang|dir)="[^"<>]*")*>/g

test('the host of a page stands before whatever it calls itself', () => {
  const text = shown({ url: 'https://evil.test/x', title: 'bank.example', provider: 'Your bank' })
  expect(text.indexOf('evil.test')).toBeLessThan(text.indexOf('bank.example'))
  expect(text).not.toContain('Your bank')
})

test.each(['javascript:alert(1)', 'data:text/html,x', 'not an address'])(
  '%s is no page to link to',
  (url) => {
    expect(cardPart({ ...card, url }, 'weft.test')).toBe(false)
  },
)

test.each(attacks)('S-100, S-104: %s is text in every field of a card', (attack) => {
  const page = pageMetaIn(
    `<head><title>x</title><meta property="og:title" content="${attack.replaceAll('"', '&quot;')}"><meta name="description" content="${attack.replaceAll('"', '&quot;')}"><meta name="author" content="${attack.replaceAll('"', '&quot;')}"></head>`,
  )
  const preview = { name: attack, summary: attack, attributedTo: { name: attack, url: attack } }
  const carried = cardOf({ type: 'Note', attachment: [{ type: 'Link', href: card.url, preview }] })
  for (const text of [
    shown({ title: page.title, description: page.description, authorName: page.authorName }),
    shown({
      title: carried?.title ?? '',
      description: carried?.description ?? '',
      authorName: carried?.authorName ?? '',
    }),
    shown({ title: attack, description: attack, authorName: attack, language: attack }),
  ]) {
    expect(text.replace(OURS, '')).not.toMatch(/[<>]/)
    expect(text).not.toMatch(/href="(?!https:)/)
  }
})
