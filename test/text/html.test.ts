import { expect, test } from 'vitest'
import { htmlFrom } from '../../src/text/html.ts'
import { plainTextFrom } from '../../src/text/plain.ts'

const targets = {
  mention: ({ name, host }: { name: string; host: string | null }) =>
    name === 'nobody' ? undefined : { url: `https://${host ?? 'here.test'}/@${name}`, name },
  tagUrl: (name: string) => `https://here.test/tags/${encodeURIComponent(name)}`,
}
const html = (text: string) => htmlFrom(text, targets)

test('one line is exactly one paragraph around the text', () => {
  expect(html('Good morning')).toBe('<p>Good morning</p>')
})

test('line breaks stay, empty lines part paragraphs, however lines end', () => {
  expect(html('a\nb\n\nc\r\n \r\n\r\nd\re')).toBe('<p>a<br />b</p><p>c</p><p>d<br />e</p>')
})

test('nothing and white space are nothing', () => {
  expect(html('')).toBe('')
  expect(html(' \n\n ')).toBe('')
})

test('markup is shown as it was typed', () => {
  expect(html('<b onclick="x">&amp; \'q\'')).toBe(
    '<p>&lt;b onclick=&quot;x&quot;&gt;&amp;amp; &#39;q&#39;</p>',
  )
})

test('a mention leads to the profile and shows the local name', () => {
  expect(html('hi @bob@far.test')).toBe(
    '<p>hi <span class="h-card" translate="no"><a href="https://far.test/@bob" class="u-url mention">@<span>bob</span></a></span></p>',
  )
})

test('a handle that nobody answers to stays text', () => {
  expect(html('hi @nobody@far.test')).toBe('<p>hi @nobody@far.test</p>')
})

test('a hashtag leads to its page here, shown as written', () => {
  expect(html('#東京 #Tag')).toBe(
    '<p><a href="https://here.test/tags/%E6%9D%B1%E4%BA%AC" class="mention hashtag" rel="tag">#<span>東京</span></a> <a href="https://here.test/tags/tag" class="mention hashtag" rel="tag">#<span>Tag</span></a></p>',
  )
})

test('a short link hides its scheme only', () => {
  expect(html('https://www.example.test/a')).toBe(
    '<p><a href="https://www.example.test/a" target="_blank" rel="nofollow noopener" translate="no"><span class="invisible">https://www.</span><span>example.test/a</span><span class="invisible"></span></a></p>',
  )
})

test('a long link shows thirty characters and says that there is more', () => {
  expect(html('https://example.test/2026/11/22/a-rather-long-title?x=1&y=2')).toBe(
    '<p><a href="https://example.test/2026/11/22/a-rather-long-title?x=1&amp;y=2" target="_blank" rel="nofollow noopener" translate="no"><span class="invisible">https://</span><span class="ellipsis">example.test/2026/11/22/a-rath</span><span class="invisible">er-long-title?x=1&amp;y=2</span></a></p>',
  )
})

test('quotes in a link cannot leave its attribute', () => {
  expect(html(`https://example.test/"onmouseover="x`)).toContain(
    '<a href="https://example.test/&quot;onmouseover=&quot;x" target="_blank"',
  )
  expect(
    htmlFrom('@bob', { ...targets, mention: () => ({ url: 'https://x.test/"><script>', name: '<i>' }) }),
  ).toBe(
    '<p><span class="h-card" translate="no"><a href="https://x.test/&quot;&gt;&lt;script&gt;" class="u-url mention">@<span>&lt;i&gt;</span></a></span></p>',
  )
})

test('the text can be read back', () => {
  const text =
    'First & <second>\nline @bob https://example.test/2026/11/22/a-rather-long-title\n\n#Tag "q" \'s\''
  expect(plainTextFrom(html(text))).toBe(text)
})
