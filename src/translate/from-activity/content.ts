import { escapeHtml } from '../../text/escape.ts'
import { htmlFrom } from '../../text/html.ts'
import { plainTextFrom } from '../../text/plain.ts'
import { sanitise } from '../../text/sanitise.ts'
import {
  dateOf,
  isObject,
  type JsonObject,
  languageMapOf,
  languageOf,
  objectsOf,
  textOf,
  typeOf,
} from '../json.ts'
import { decodedUri } from './links.ts'

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
  return { html: eventLines(note) + html + linkLines(note, written), language: spokenIn(note, map, written) }
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

/** What a page is about (Lemmy, PieFed, Mbin): its link stands among the attachments, and nowhere in its words. */
function linkLines(note: JsonObject, written: string): string {
  if (typeOf(note) !== 'Page') return ''
  const links = objectsOf(note.attachment).filter((item) => typeOf(item) === 'Link')
  const [href] = links.map((link) => decodedUri(textOf(link.href) ?? '')).filter((uri) => uri !== undefined)
  return href === undefined || written.includes(href) ? '' : sanitise(htmlFrom(href, nobody))
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
