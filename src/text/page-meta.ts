import { Parser } from 'htmlparser2'
import { cleanLine, cutText } from './clean.ts'

/** What a page says of itself in its head, as plain text; addresses as they stand there. */
export interface PageMeta {
  readonly title: string
  readonly description: string
  readonly siteName: string
  readonly kind: string
  readonly imageUrl: string
  readonly imageAlt: string
  readonly imageWidth: number | null
  readonly imageHeight: number | null
  readonly authorName: string
  /** as `fediverse:creator` gives it: `@name@host` */
  readonly creator: string
  readonly language: string
  readonly publishedAt: string
  /** address of an oEmbed description in JSON */
  readonly oembed: string
}

const MOST_NAMES = 200
const LONGEST_TITLE = 500
const LONGEST_TEXT = 1000
const LONGEST_ADDRESS = 2048

/**
 * Reads the head of an HTML page: OpenGraph, Twitter's names, the usual ones. Reads no further than its body begins, and
 * bears anything.
 */
export function pageMetaIn(html: string): PageMeta {
  const names = new Map<string, string>()
  const seen = { title: '', language: '', oembed: '', inTitle: false, over: false }
  const parser = new Parser({
    onopentag(tag, attributes) {
      if (seen.over) return
      if (tag === 'html') seen.language = attributes.lang ?? ''
      if (tag === 'body') seen.over = true
      if (tag === 'title' && seen.title === '') seen.inTitle = true
      if (tag === 'meta') note(names, attributes)
      if (tag === 'link' && isOembed(attributes)) seen.oembed ||= attributes.href ?? ''
    },
    ontext(text) {
      if (seen.inTitle && seen.title.length < LONGEST_TITLE) seen.title += text
    },
    onclosetag(tag) {
      if (tag === 'title') seen.inTitle = false
    },
  })
  for (let at = 0; at < html.length && !seen.over; at += CHUNK) parser.write(html.slice(at, at + CHUNK))
  const first = (...wanted: string[]) =>
    wanted.map((name) => names.get(name) ?? '').find((text) => text !== '') ?? ''
  const author = first('article:author', 'author')
  return {
    title: line(first('og:title', 'twitter:title') || seen.title, LONGEST_TITLE),
    description: line(first('og:description', 'twitter:description', 'description'), LONGEST_TEXT),
    siteName: line(first('og:site_name', 'application-name'), LONGEST_TITLE),
    kind: line(first('og:type'), 100),
    imageUrl: address(first('og:image:secure_url', 'og:image', 'twitter:image', 'twitter:image:src')),
    imageAlt: line(first('og:image:alt', 'twitter:image:alt'), LONGEST_TEXT),
    imageWidth: size(first('og:image:width')),
    imageHeight: size(first('og:image:height')),
    authorName: /^https?:/i.test(author) ? '' : line(author, LONGEST_TITLE),
    creator: line(first('fediverse:creator'), 400),
    language: line(first('og:locale') || seen.language, 35),
    publishedAt: line(first('article:published_time'), 40),
    oembed: address(seen.oembed),
  }
}

const CHUNK = 16_384

/** The first of each name counts, as browsers and other readers have it. */
function note(names: Map<string, string>, attributes: Readonly<Record<string, string>>): void {
  const name = (attributes.property ?? attributes.name ?? '').trim().toLowerCase()
  const { content } = attributes
  if (name === '' || content === undefined || names.has(name) || names.size >= MOST_NAMES) return
  names.set(name, content.slice(0, LONGEST_ADDRESS * 2))
}

function isOembed({ rel = '', type = '' }: Readonly<Record<string, string>>): boolean {
  return (
    rel.toLowerCase().split(/\s+/).includes('alternate') &&
    type.toLowerCase().trim() === 'application/json+oembed'
  )
}

function line(text: string, limit: number): string {
  return cutText(cleanLine(text), limit)
}

function address(text: string): string {
  const trimmed = text.trim()
  return trimmed.length <= LONGEST_ADDRESS ? trimmed : ''
}

function size(text: string): number | null {
  const number = Number(text)
  return Number.isInteger(number) && number > 0 && number <= 100_000 ? number : null
}
