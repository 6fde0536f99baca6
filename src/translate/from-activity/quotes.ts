import { idOf, isUri, type JsonObject, languageMapOf, listOf, objectsOf, textOf } from '../json.ts'
import { decodedUri, isObjectLink } from './links.ts'

/**
 * The post that this one quotes, in any of the ways in which peers say so: FEP-044f, Fedibird and Akkoma (`quoteUri`),
 * older Misskey and Pleroma (`quoteUrl`), Misskey, a link to an object (FEP-e232), and last the line that stands in for
 * a quote in the text itself.
 */
export function quoteUriOf(note: JsonObject): string | null {
  for (const key of ['quote', 'quoteUri', 'quoteUrl', '_misskey_quote']) {
    const named = listOf(note[key])
      .map(idOf)
      .find((id) => id !== undefined)
    if (named !== undefined) return named
  }
  const link = objectsOf(note.tag).find(isObjectLink)
  const href = link === undefined ? undefined : textOf(link.href)
  if (href !== undefined && isUri(href)) return href
  return quotedInText(textOf(note.content) ?? languageMapOf(note.contentMap)[0]?.[1] ?? '')
}

/** `RE: <link>` in an element that says what it is, or as all that a last paragraph holds (Threads, older bridges). */
function quotedInText(content: string): string | null {
  const html = content.slice(0, LONGEST_HTML).trimEnd()
  const line = html.endsWith('</p>') ? html.slice(0, -'</p>'.length).trimEnd() : html
  const href = (MARKED.exec(html) ?? LAST_LINE.exec(line))?.[1]
  return (href === undefined ? undefined : decodedUri(href)) ?? null
}

/** As much as is shown of a post; nobody may let us look through more. */
const LONGEST_HTML = 100_000
const MARKED =
  /<(?:p|span)[^>]{0,200}\bquote-inline\b[^>]{0,200}>(?:[^<]|<(?!a\b)[^>]{0,200}>){0,40}<a\b[^>]{0,300}?\bhref="([^"]{1,2048})"/
const LAST_LINE =
  /(?:<p>|<br ?\/?>)\s*RE:\s*(?:<span[^>]{0,100}>)?<a\b[^>]{0,300}?\bhref="([^"]{1,2048})"[^>]{0,300}>[^<]{0,500}<\/a>(?:<\/span>)?$/

/**
 * Sanitised HTML without the line that quoting posts carry for those who cannot show a quote (`RE: …` in an element of
 * class quote-inline). For readers who do show it.
 */
export function withoutQuoteFallback(html: string): string {
  let rest = html
  for (let found = FALLBACK.exec(rest); found !== null; found = FALLBACK.exec(rest)) {
    const name = found[1] === 'p' ? 'p' : 'span'
    const end = endOfElement(rest, found.index, name)
    rest = rest.slice(0, found.index) + rest.slice(end)
  }
  if (rest === html) return html
  const parts = rest.split('</p>')
  const last = parts.pop() ?? ''
  return [...parts.map(withoutBreaksAtEnd), last].join('</p>').replaceAll('<p></p>', '')
}

/** By hand: a regular expression that begins with any amount of space takes the square of it. */
function withoutBreaksAtEnd(html: string): string {
  let rest = html.trimEnd()
  while (rest.endsWith(BREAK)) rest = rest.slice(0, -BREAK.length).trimEnd()
  return rest
}

const BREAK = '<br />'

const FALLBACK = /<(p|span) class="(?:[^" ]* )*quote-inline(?: [^"]*)?"[^>]*>/

function endOfElement(html: string, start: number, name: 'p' | 'span'): number {
  const tags = new RegExp(`</?${name}[ >]`, 'g')
  tags.lastIndex = start
  let depth = 0
  for (let tag = tags.exec(html); tag !== null; tag = tags.exec(html)) {
    depth += tag[0].startsWith('</') ? -1 : 1
    if (depth === 0) return html.indexOf('>', tag.index) + 1
  }
  return html.length
}
