import { createRequire } from 'node:module'
import type sanitizeHtml from 'sanitize-html'
import { cleanText, cutText } from './clean.ts'
import { cleanCommonHtml } from './common-html.ts'
import { escapeHtml } from './escape.ts'

const require = createRequire(import.meta.url)

/** UTF-16 units of HTML that are read at all; parsing costs more than linearly in malformed depth. */
const LONGEST_HTML = 100_000
const DEEPEST_NESTING = 50
const LONGEST_HREF = 2048

/** Classes that readers of Mastodon's HTML know; none of them may mean anything to our own style sheet but the last six. */
const CLASS = /^(?:(?:h|p|u|dt|e)-[a-z0-9-]{1,40}|mention|hashtag|ellipsis|invisible|quote-inline)$/
const SCHEMES = ['http', 'https', 'mailto', 'xmpp', 'gemini', 'gopher', 'magnet', 'ipfs', 'ipns']
const NUMBER = /^-?\d{1,9}$/
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
    a: ['href', 'class', 'translate', 'rel', 'target'],
    span: ['class', 'translate'],
    ol: [{ name: 'reversed', values: [''] }, 'start'],
    li: ['value'],
  },
  allowedClasses: { p: [CLASS] },
  allowedSchemes: SCHEMES,
  allowProtocolRelative: false,
  nestingLimit: DEEPEST_NESTING,
  parseStyleAttributes: false,
  transformTags: {
    a: (_, attribs) => {
      const kept = linkAttributes(attribs)
      return kept ? { tagName: 'a', attribs: kept } : { tagName: 'span', attribs: spanAttributes(attribs) }
    },
    span: (tagName, attribs) => ({ tagName, attribs: spanAttributes(attribs) }),
    ol: (tagName, attribs) => ({ tagName, attribs: listAttributes(attribs) }),
    li: (tagName, attribs) => ({ tagName, attribs: itemAttributes(attribs) }),
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
  return cleanCommonHtml(read, commonRules) ?? sanitiseAtLength(read)
}

/** The long way, which takes any input; exported to prove that the short way says the same. */
export function sanitiseAtLength(read: string): string {
  try {
    return withoutHeadings(library()(read, rules))
  } catch {
    return escapeHtml(read.replace(/<[^>]*>?/g, ''))
  }
}

/** Loaded when somebody's markup needs it, for few do, and it takes a twentieth of a start. */
function library(): typeof sanitizeHtml {
  return require('sanitize-html')
}

const commonRules = { link: linkAttributes, span: spanAttributes }

/** A heading would shout in a timeline, and Mastodon's clients know none: it becomes a paragraph in bold. */
function withoutHeadings(clean: string): string {
  return clean.replace(/<h[1-6]>/g, '<p><strong>').replace(/<\/h[1-6]>/g, '</strong></p>')
}

type Attributes = Readonly<Record<string, string | undefined>>

/** What a link keeps, in the order in which it is written; undefined when it leads nowhere that it may. */
function linkAttributes(attributes: Attributes): Record<string, string> | undefined {
  const href = safeHref(attributes.href)
  if (href === undefined) return undefined
  const tag = /(?:^|\s)tag(?:\s|$)/i.test(attributes.rel ?? '') ? 'tag ' : ''
  return { href, ...spanAttributes(attributes), rel: `${tag}nofollow noopener noreferrer`, target: '_blank' }
}

function spanAttributes({ class: written = '', translate }: Attributes): Record<string, string> {
  const kept: Record<string, string> = {}
  const classes = written === '' ? '' : classesOf(written)
  if (classes !== '') kept.class = classes
  if (translate === 'no' || translate === 'yes') kept.translate = translate
  return kept
}

function classesOf(written: string): string {
  return CLASS.test(written)
    ? written
    : written
        .split(/\s+/)
        .filter((name) => CLASS.test(name))
        .join(' ')
}

function listAttributes({ start = '', reversed }: Attributes): Record<string, string> {
  return { ...(NUMBER.test(start) ? { start } : {}), ...(reversed === undefined ? {} : { reversed: '' }) }
}

function itemAttributes({ value = '' }: Attributes): Record<string, string> {
  return NUMBER.test(value) ? { value } : {}
}

/** The address as a browser would read it, if it leads somewhere that it may; relative ones would lead to us. */
export function safeHref(written: string | undefined): string | undefined {
  if (written === undefined || written.length > LONGEST_HREF) return undefined
  const href = written.replace(/\p{Cc}/gu, '').trim()
  return HREF.test(href) && URL.canParse(href) ? href : undefined
}
