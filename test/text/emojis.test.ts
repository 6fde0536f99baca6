import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { shortcodesIn, withPictures } from '../../src/text/emojis.ts'
import { cpuMilliseconds } from './cpu.ts'

const picture = (shortcode: string) => (shortcode === 'cat' ? '<img>' : undefined)

describe('shortcodes', () => {
  test.each<[string, string[]]>([
    ['nothing', []],
    [':cat:', ['cat']],
    [':cat::dog:', ['cat', 'dog']],
    [':cat:dog:', ['cat', 'dog']],
    ['at 10:30:45', ['30']],
    [':blob-cat+1.x_2:', ['blob-cat+1.x_2']],
    ['https://x.test:8080/', []],
    [`:${'x'.repeat(65)}:`, []],
    [': cat :', []],
    ['::', []],
  ])('%s', (text, found) => {
    expect(shortcodesIn(text)).toEqual(found)
  })

  test.each<[string, string]>([
    ['<p>a :cat: b</p>', '<p>a <img> b</p>'],
    ['<p>:cat::cat:</p>', '<p><img><img></p>'],
    ['<p>:dog:cat:</p>', '<p>:dog<img></p>'],
    ['<a href="https://x.test/:cat:">:cat:</a> :cat:', '<a href="https://x.test/:cat:">:cat:</a> <img>'],
    ['<pre><code>:cat:</code> :cat:</pre>:cat:', '<pre><code>:cat:</code> :cat:</pre><img>'],
    ['<span title=":cat:">:</span>cat:', '<span title=":cat:">:</span>cat:'],
  ])('%s is shown as %s', (html, shown) => {
    expect(withPictures(html, picture)).toBe(shown)
  })

  test('whatever the text, only pictures are added', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(':', 'cat', 'x', '<', '>', 'a', '/', ' '), maxLength: 30 }),
        (html) => {
          expect(withPictures(html, picture).replaceAll('<img>', ':cat:')).toBe(html)
          expect(withPictures(html, () => undefined)).toBe(html)
        },
      ),
      { numRuns: 2000 },
    )
  })

  test('take no time to speak of, however many colons there are', () => {
    for (const text of [':'.repeat(100_000), ':a'.repeat(50_000), `:${'a'.repeat(99_999)}`]) {
      expect(cpuMilliseconds(() => shortcodesIn(text))).toBeLessThan(200)
      expect(cpuMilliseconds(() => withPictures(text, picture))).toBeLessThan(200)
    }
  })
})
