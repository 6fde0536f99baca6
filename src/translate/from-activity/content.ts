import { escapeHtml } from '../../text/escape.ts'
import { htmlFrom } from '../../text/html.ts'
import { plainTextFrom } from '../../text/plain.ts'
import { sanitise } from '../../text/sanitise.ts'
import {
  dateOf,
  isObject,
  isUri,
  type JsonObject,
  languageMapOf,
  languageOf,
  listOf,
  objectsOf,
  textOf,
} from '../json.ts'
import { isObjectLink } from './links.ts'

export interface Content {
  /** sanitised */
  readonly html: string
  /** BCP 47 */
  readonly language: string | null
}

const nobody = { mention: () => undefined, tagUrl: () => undefined }

/**
 * What a post says and in which language: `content`, else the first of `contentMap`. Markdown (PeerTube) and plain text
 * are shown as the text they are; an event's time and place come first.
 */
export function contentOf(note: JsonObject): Content {
  const map = languageMapOf(note.contentMap)
  const written = textOf(note.content) ?? map[0]?.[1] ?? ''
  const mediaType = textOf(note.mediaType) ?? 'text/html'
  const html = /^text\/(?:markdown|plain)/i.test(mediaType) ? htmlFrom(written, nobody) : sanitise(written)
  return { html: eventLines(note) + html, language: spokenIn(note, map, written) }
}

function spokenIn(
  note: JsonObject,
  map: readonly (readonly [string, string])[],
  written: string,
): string | null {
  const tag = map.length === 1 ? map[0]?.[0] : map.find(([, text]) => text === written)?.[0]
  // Lemmy and PeerTube give { identifier: 'en', name: 'English' }.
  const named = isObject(note.language) ? textOf(note.language.identifier) : undefined
  return languageOf(tag ?? named)
}

/** When and where, for events (Mobilizon, Gancio), which have no other place for it. */
function eventLines(note: JsonObject): string {
  const [start, end] = [dateOf(note.startTime), dateOf(note.endTime)]
  if (start === undefined) return ''
  const when = [start, end].filter((date) => date !== undefined).map(shownTime)
  const lines = [when.join(' – '), ...objectsOf(note.location).slice(0, 1).map(shownPlace)]
  const shown = lines.filter((line) => line !== '').map((line) => escapeHtml(line))
  return `<p>${shown.join('<br />')}</p>`
}

function shownTime(date: Date): string {
  return `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

function shownPlace(place: JsonObject): string {
  const address = isObject(place.address)
    ? ['streetAddress', 'postalCode', 'addressLocality', 'addressCountry'].map((part) =>
        textOf((place.address as JsonObject)[part]),
      )
    : [textOf(place.address)]
  const parts = [textOf(place.name), ...address].filter((part) => part !== undefined && part !== '')
  return plainTextFrom(parts.join(', ')).slice(0, 500)
}

/** The post that this one quotes, in any of the ways in which peers say so (FEP-044f, FEP-e232, Misskey, Fedibird). */
export function quoteUriOf(note: JsonObject): string | null {
  for (const key of ['quote', 'quoteUri', 'quoteUrl', '_misskey_quote']) {
    const uri = listOf(note[key]).find((item) => typeof item === 'string' && isUri(item))
    if (typeof uri === 'string') return uri
  }
  const link = objectsOf(note.tag).find(isObjectLink)
  const href = link === undefined ? undefined : textOf(link.href)
  return href !== undefined && isUri(href) ? href : null
}

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
  return rest.replace(/<p>(?:<br \/>|\s)*<\/p>/g, '')
}

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
