import sanitizeHtml from 'sanitize-html'
import { cleanText, cutText } from './clean.ts'
import { escapeHtml } from './escape.ts'

/** UTF-16 units of HTML that are read at all; parsing costs more than linearly in malformed depth. */
const LONGEST_HTML = 100_000
const DEEPEST_NESTING = 50
const LONGEST_HREF = 2048

/** Classes that readers of Mastodon's HTML know; none of them may mean anything to our own style sheet but the last six. */
const CLASS = /^(?:(?:h|p|u|dt|e)-[a-z0-9-]{1,40}|mention|hashtag|ellipsis|invisible|quote-inline)$/
const SCHEMES = ['http', 'https', 'mailto', 'xmpp', 'gemini', 'gopher', 'magnet', 'ipfs', 'ipns']
const HREF = new RegExp(`^(?:https?://[^/\\\\?#]|(?:${SCHEMES.slice(2).join('|')}):)`, 'i')

const BLOCKS = [
  'address',
  'article',
  'aside',
  'center',
  'dd',
  'details',
  'dl',
  'dt',
  'figcaption',
  'figure',
  'footer',
  'header',
  'main',
  'nav',
  'section',
  'summary',
  'table',
  'td',
  'th',
  'tr',
]

const rules: sanitizeHtml.IOptions = {
  allowedTags: [
    'p',
    'br',
    'span',
    'a',
    'del',
    's',
    'pre',
    'blockquote',
    'code',
    'b',
    'strong',
    'u',
    'i',
    'em',
    'ul',
    'ol',
    'li',
    'ruby',
    'rt',
    'rp',
    'div',
    'h1',
    'h2',
    'h3',
    'h4',
    'h5',
    'h6',
  ],
  nonTextTags: [
    'script',
    'style',
    'textarea',
    'option',
    'select',
    'xmp',
    'noscript',
    'template',
    'iframe',
    'noembed',
    'noframes',
    'plaintext',
    'title',
    'svg',
    'math',
    'object',
    'embed',
    'audio',
    'video',
    'canvas',
  ],
  allowedAttributes: {
    a: ['href', 'rel', 'target', 'translate'],
    span: ['translate'],
    ol: [{ name: 'reversed', values: [''] }, 'start'],
    li: ['value'],
  },
  allowedClasses: { a: [CLASS], span: [CLASS], p: [CLASS] },
  allowedSchemes: SCHEMES,
  allowProtocolRelative: false,
  nestingLimit: DEEPEST_NESTING,
  parseStyleAttributes: false,
  transformTags: {
    a: (_, attribs) => link(attribs),
    span: (tagName, attribs) => ({ tagName, attribs: only(attribs, ['class', 'translate']) }),
    ol: (tagName, attribs) => ({ tagName, attribs: only(attribs, ['start', 'reversed']) }),
    li: (tagName, attribs) => ({ tagName, attribs: only(attribs, ['value']) }),
    img: (_, attribs) => ({ tagName: 'span', attribs: {}, text: attribs.alt ?? '' }),
    hr: () => ({ tagName: 'br', attribs: {} }),
    ...Object.fromEntries(BLOCKS.map((name) => [name, 'div'])),
  },
}

/**
 * Any HTML as the little of it that posts and profiles may show: text, paragraphs, links, lists, quotes, emphasis.
 * Never throws and never grows without bound: only the first 100,000 units are read, at most 50 elements deep, and what
 * cannot be parsed at all is shown as its text. Every link leads to an allowed scheme and carries
 * `rel="nofollow noopener noreferrer"`. The markup that it gives is in one fixed form: see `plainTextFrom`.
 */
export function sanitise(html: string): string {
  const read = cutText(cleanText(html), LONGEST_HTML)
  if (!/[<&>]/.test(read)) return read
  try {
    return withoutHeadings(sanitizeHtml(read, rules))
  } catch {
    return escapeHtml(read.replace(/<[^>]*>?/g, ''))
  }
}

/** A heading would shout in a timeline, and Mastodon's clients know none: it becomes a paragraph in bold. */
function withoutHeadings(clean: string): string {
  return clean.replace(/<h[1-6]>/g, '<p><strong>').replace(/<\/h[1-6]>/g, '</strong></p>')
}

function link(attribs: sanitizeHtml.Attributes): sanitizeHtml.Tag {
  const href = safeHref(attribs.href)
  if (href === undefined) return { tagName: 'span', attribs: only(attribs, ['class', 'translate']) }
  const tag = /(?:^|\s)tag(?:\s|$)/i.test(attribs.rel ?? '') ? 'tag ' : ''
  return {
    tagName: 'a',
    attribs: {
      href,
      ...only(attribs, ['class', 'translate']),
      rel: `${tag}nofollow noopener noreferrer`,
      target: '_blank',
    },
  }
}

/** The address as a browser would read it, if it leads somewhere that it may; relative ones would lead to us. */
export function safeHref(written: string | undefined): string | undefined {
  if (written === undefined || written.length > LONGEST_HREF) return undefined
  const href = written.replace(/\p{Cc}/gu, '').trim()
  return HREF.test(href) && URL.canParse(href) ? href : undefined
}

const WELL_FORMED: Readonly<Record<string, RegExp>> = {
  class: /./,
  translate: /^(?:no|yes)$/,
  start: /^-?\d{1,9}$/,
  value: /^-?\d{1,9}$/,
  reversed: /^/,
}

function only(attribs: sanitizeHtml.Attributes, names: readonly string[]): sanitizeHtml.Attributes {
  const kept: sanitizeHtml.Attributes = {}
  for (const name of names) {
    const value = attribs[name]
    if (value !== undefined && WELL_FORMED[name]?.test(value)) kept[name] = name === 'reversed' ? '' : value
  }
  return kept
}
