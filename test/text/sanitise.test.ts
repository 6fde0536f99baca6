import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cleanCommonHtml } from '../../src/text/common-html.ts'
import { plainTextFrom } from '../../src/text/plain.ts'
import { safeHref, sanitise, sanitiseAtLength } from '../../src/text/sanitise.ts'
import { attacks } from './attacks.ts'
import { cpuMilliseconds } from './cpu.ts'
import { danger } from './inert.ts'

describe('what posts are written in survives', () => {
  test.each([
    ['<p>Hello<br>world</p>', '<p>Hello<br />world</p>'],
    ['<p>a &amp; b &lt; c &quot;d&quot; &#39;e&#39;&nbsp;f</p>', '<p>a &amp; b &lt; c "d" \'e\'\u00a0f</p>'],
    ['<b>b</b><em>e</em><del>d</del><code>c</code>', '<b>b</b><em>e</em><del>d</del><code>c</code>'],
    ['<blockquote><p>q</p></blockquote><pre>p</pre>', '<blockquote><p>q</p></blockquote><pre>p</pre>'],
    ['<ol start="3" reversed><li value="7">x</li></ol>', '<ol start="3" reversed><li value="7">x</li></ol>'],
    ['<ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby>', '<ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby>'],
    ['<p class="quote-inline">RE: x</p>', '<p class="quote-inline">RE: x</p>'],
    [
      '<span class="h-card" translate="no"><a href="https://a.test/@b" class="u-url mention">@<span>b</span></a></span>',
      '<span class="h-card" translate="no"><a href="https://a.test/@b" class="u-url mention" rel="nofollow noopener noreferrer" target="_blank">@<span>b</span></a></span>',
    ],
    [
      '<a href="https://a.test/tags/x" class="mention hashtag" rel="tag">#<span>x</span></a>',
      '<a href="https://a.test/tags/x" class="mention hashtag" rel="tag nofollow noopener noreferrer" target="_blank">#<span>x</span></a>',
    ],
    [
      '<a href="https://a.test/?x=1&amp;y=2">l</a>',
      '<a href="https://a.test/?x=1&amp;y=2" rel="nofollow noopener noreferrer" target="_blank">l</a>',
    ],
    ['plain text, no markup', 'plain text, no markup'],
    ['1 < 2 > 0', '1 &lt; 2 &gt; 0'],
    ['', ''],
  ])('%s', (html, clean) => {
    expect(sanitise(html)).toBe(clean)
  })

  test('a heading becomes a bold paragraph, other blocks become plain ones, pictures their description', () => {
    expect(sanitise('<h2 id="x">T</h2><section>s</section><figure><img alt="A cat" src="x"></figure>')).toBe(
      '<p><strong>T</strong></p><div>s</div><div><span>A cat</span></div>',
    )
  })

  test('a link that leads nowhere allowed stays as text', () => {
    expect(sanitise('<a href="javascript:x" class="mention">text</a>')).toBe(
      '<span class="mention">text</span>',
    )
  })
})

describe('S-100 and S-102: hostile markup is inert', () => {
  test.each(attacks)('%s', (html) => {
    expect(danger(sanitise(html))).toBeUndefined()
    expect(danger(sanitise(`<p>${html}`))).toBeUndefined()
    expect(danger(sanitise(sanitise(html)))).toBeUndefined()
  })

  test('and stays so when put together in any way', () => {
    const fragment = fc.oneof(
      fc.constantFrom(...attacks),
      fc.constantFrom(
        '<',
        '>',
        '"',
        "'",
        '<p',
        '</',
        '<!--',
        '-->',
        '<![CDATA[',
        ']]>',
        '&',
        '&#',
        '=',
        '/',
        ' ',
        '\0',
        '`',
        '<svg>',
        '<math>',
        '</p>',
        '<a href="',
        '<style>',
        '</style>',
        '<noscript>',
        '</noscript>',
        '<br/>',
      ),
      fc.string({ maxLength: 4 }),
    )
    fc.assert(
      fc.property(fc.array(fragment, { maxLength: 8 }), (fragments) => {
        const clean = sanitise(fragments.join(''))
        expect(danger(clean)).toBeUndefined()
        // What is clean stays as it is: another pass, here or in a client, cannot make it into something else.
        expect(sanitise(clean)).toBe(clean)
      }),
      { numRuns: 2000 },
    )
  })

  test('the check itself sees what is not inert', () => {
    for (const html of [
      '<p onclick="x">',
      '<a href="javascript:x" rel="nofollow noopener noreferrer">',
      '<script>',
      '<a href="https://a.test">',
      '<p class="modal">',
      '<',
      '<img src="x">',
      'a>b',
    ]) {
      expect(danger(html)).toBeDefined()
    }
  })
})

describe('S-101: malformed and huge markup costs little and breaks nothing', () => {
  test.each([
    ['100,000 open elements', '<div>'.repeat(100_000)],
    ['100,000 open links', '<a href="https://a.test">'.repeat(100_000)],
    ['nested quotes', `${'<blockquote>'.repeat(30_000)}x`],
    ['a megabyte of <', '<'.repeat(1_000_000)],
    ['a megabyte of &', '&'.repeat(1_000_000)],
    ['endless attributes', `<a ${'x="y" '.repeat(100_000)}>`],
    ['an endless attribute', `<a href="${'x'.repeat(1_000_000)}`],
    ['endless classes', `<p class="${'h-a '.repeat(100_000)}">x</p>`],
    ['comments', '<!--'.repeat(200_000)],
    ['noscripts', '<noscript>'.repeat(20_000)],
    ['iframes', '<iframe>'.repeat(20_000)],
    ['entities', '&#x1F600;'.repeat(50_000)],
    ['common markup without end', '<p>x</p>'.repeat(50_000)],
  ])('%s', (_, html) => {
    let clean = ''
    expect(cpuMilliseconds(() => (clean = sanitise(html)))).toBeLessThan(2000)
    expect(danger(clean)).toBeUndefined()
    expect(clean.length).toBeLessThan(1_000_000)
  })

  test('text below the deepest level is kept, its elements are not', () => {
    const clean = sanitise(`${'<blockquote>'.repeat(60)}deep${'</blockquote>'.repeat(60)}`)
    expect(clean).toContain('deep')
    expect(clean.match(/<blockquote>/g)).toHaveLength(50)
  })

  test('only the first 100,000 units are read, and the cut leaves no half tag', () => {
    const clean = sanitise(`${'x'.repeat(99_990)}<a href="https://a.test">link</a>`)
    expect(clean).toBe('x'.repeat(99_990))
  })
})

describe('the short way says what the long way says', () => {
  const word = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom('rain', ' and ', 'it&#39;s', '日本', '1 &lt; 2', '👍') },
    fc.string({ maxLength: 6 }),
    fc.constantFrom(
      '&amp;',
      '&lt;',
      '&gt;',
      '&quot;',
      '&#39;',
      '&apos;',
      '&nbsp;',
      '&',
      '&am',
      '&#x27;',
      '\r\n',
      '\u00a0',
      '日本',
      '👍',
    ),
  )
  const value = fc.constantFrom(
    'https://a.test/',
    'https://a.test/?a=1&amp;b=2',
    'mailto:a@b.test',
    'javascript:x',
    '/x',
    '',
    'mention',
    'u-url mention',
    'h-card  x',
    ' mention ',
    'no',
    'tag',
    'me tag',
    '_blank',
    'https://a.test/\u00a0x',
    'xmpp:a@b',
    'https:// a',
    'HTTPS://A.test/x',
  )
  const attribute = fc.tuple(
    fc.constantFrom('href', 'class', 'rel', 'target', 'translate', 'href', 'class', 'style', 'title'),
    value,
  )
  const attributes = fc
    .array(attribute, { maxLength: 4 })
    .map((list) => list.map(([name, text]) => ` ${name}="${text}"`).join(''))
  const { html } = fc.letrec<{ html: string; node: string }>((tie) => ({
    html: fc.array(tie('node'), { maxLength: 4 }).map((nodes) => nodes.join('')),
    node: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      word,
      fc.constantFrom('<br>', '<br/>', '<br />', '<p>', '</p>', '</a>'),
      fc
        .tuple(
          fc.constantFrom('p', 'b', 'i', 'em', 'strong', 'code', 'del', 'span', 'u', 's', 'div', 'li'),
          tie('html'),
        )
        .map(([name, inner]) => `<${name}>${inner}</${name}>`),
      fc
        .tuple(fc.constantFrom('a', 'span', 'p'), attributes, tie('html'))
        .map(([name, attrs, inner]) => `<${name}${attrs}>${inner}</${name}>`),
    ),
  }))

  test('for every markup that it takes', () => {
    let taken = 0
    let runs = 0
    const rules = { link: (read: object) => ({ ...read }), span: (read: object) => ({ ...read }) }
    fc.assert(
      fc.property(html, (written) => {
        runs += 1
        if (written.includes('<') && cleanCommonHtml(written, rules) !== undefined) taken += 1
        if (/[<&>]/.test(written)) expect(sanitise(written)).toBe(sanitiseAtLength(written))
      }),
      { numRuns: 2000 },
    )
    expect(taken / runs).toBeGreaterThan(0.05)
  })

  test.each([
    '<a href="https://a.test">x<a href="https://b.test">y</a>z</a>',
    '<a href="https://a.test"><span><a href="https://b.test">y</a></span></a>',
    '<p>a<p>b</p></p>',
    '<span><p>a</p></span>',
    '<p><b>a</p></b>',
    '<b>a',
    'a</b>',
    '<a href="https://a.test" href="javascript:x">y</a>',
    '<a class="mention">y</a>',
    `${'<span>'.repeat(60)}x${'</span>'.repeat(60)}`,
  ])('for %s, which parsers mend', (written) => {
    expect(sanitise(written)).toBe(sanitiseAtLength(written))
  })

  test("and it takes Mastodon's own markup", () => {
    const rules = { link: () => ({ href: 'x' }), span: () => ({}) }
    expect(
      cleanCommonHtml(
        '<p><span class="h-card" translate="no"><a href="https://a.test/@b" class="u-url mention">@<span>b</span></a></span> it&#39;s <a href="https://c.test/x" target="_blank" rel="nofollow noopener" translate="no"><span class="invisible">https://</span><span class="">c.test/x</span><span class="invisible"></span></a></p>',
        rules,
      ),
    ).toBeDefined()
  })
})

test('a link address is read as a browser would', () => {
  expect(safeHref(' https://a.test/x ')).toBe('https://a.test/x')
  expect(safeHref('htt\nps://a.test/x')).toBe('https://a.test/x')
  expect(safeHref('MAILTO:a@b.test')).toBe('MAILTO:a@b.test')
  for (const bad of [
    undefined,
    '',
    'x',
    '/x',
    '//x',
    'https:',
    'https:///',
    'https:\\\\a',
    'data:x',
    'https://[bad',
    'https://a.test:99999/',
    `https://a.test/${'x'.repeat(2048)}`,
  ]) {
    expect(safeHref(bad)).toBeUndefined()
  }
})

test.each([
  ['<p>a<br>b</p><p>c</p>', 'a\nb\n\nc'],
  ['<p>1 &lt; 2 &amp;amp; "x" &#39;</p>', '1 < 2 &amp; "x" \''],
  ['<ul><li>a</li><li>b</li></ul>c', 'a\nb\n\nc'],
  ['<a href="https://a.test"><span class="invisible">https://</span>a.test</a>', 'https://a.test'],
  ['<div>a</div><div>b</div>', 'a\n\nb'],
  ['no markup', 'no markup'],
  ['<script>x</script>', ''],
  ['&lt;b&gt;', '<b>'],
])('the words of %s', (html, text) => {
  expect(plainTextFrom(html)).toBe(text)
})
