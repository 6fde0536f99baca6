import type { FormerVersion, Held } from '../../domain/posts/held.ts'
import { cleanLine, cutText } from '../../text/clean.ts'
import { plainTextFrom } from '../../text/plain.ts'
import { sanitise } from '../../text/sanitise.ts'
import {
  dateOf,
  isObject,
  isTrue,
  type JsonObject,
  languageMapOf,
  languageOf,
  objectsOf,
  textOf,
  typeOf,
} from '../json.ts'
import { attachmentsOf } from './attachments.ts'
import { cardOf } from './card.ts'
import { emojisOf } from './emojis.ts'
import { pollOf } from './polls.ts'

const MOST_LANGUAGES = 20
const MOST_VERSIONS = 50
const LONGEST_LINE = 2048
const LONGEST_SOURCE = 100_000

/** All that a post holds beside its words. Odd parts are left out; none of them costs the post. */
export function heldBy(note: JsonObject, kind: string, received: Date): Held {
  return {
    attachments: attachmentsOf(note, kind),
    poll: pollOf(note, received),
    emojis: emojisOf(note.tag),
    contentMap: languagesOf(note),
    sourceType: sourceTypeOf(note),
    former: formerOf(note, kind, received),
    card: cardOf(note),
  }
}

/** One language is told by the post's own; only several are worth a map. */
function languagesOf(note: JsonObject): Held['contentMap'] {
  const entries = languageMapOf(note.contentMap)
  if (entries.length < 2) return null
  const map = new Map<string, string>()
  for (const [tag, text] of entries) {
    const language = languageOf(tag)
    if (language !== null && !map.has(language)) map.set(language, text)
    if (map.size === MOST_LANGUAGES) break
  }
  if (map.size < 2) return null
  return Object.fromEntries([...map].map(([language, text]) => [language, sanitise(text)]))
}

function sourceTypeOf({ source }: JsonObject): string | null {
  const type = isObject(source) ? textOf(source.mediaType)?.trim().toLowerCase() : undefined
  return type !== undefined && /^[a-z]+\/[a-z0-9.+-]{1,60}/.test(type) ? cutText(type, 100) : null
}

/** Pleroma and Akkoma send what a post said before (`formerRepresentations`). */
function formerOf(note: JsonObject, kind: string, received: Date): readonly FormerVersion[] {
  const { formerRepresentations } = note
  if (formerRepresentations === undefined || formerRepresentations === null) return []
  const items =
    isObject(formerRepresentations) && !typeOf(formerRepresentations).startsWith('Note')
      ? [...objectsOf(formerRepresentations.orderedItems), ...objectsOf(formerRepresentations.items)]
      : objectsOf(formerRepresentations)
  return items
    .slice(0, MOST_VERSIONS)
    .flatMap((item) => versionFrom(item, kind, received))
    .toSorted((one, other) => one.at.getTime() - other.at.getTime())
}

function versionFrom(item: JsonObject, kind: string, received: Date): FormerVersion[] {
  const at = dateOf(item.updated) ?? dateOf(item.published)
  if (at === undefined || at > received) return []
  const poll = pollOf(item, received)
  const source = textOf(isObject(item.source) ? item.source.content : item.source)
  return [
    {
      at,
      title: cutText(cleanLine(plainTextFrom(textOf(item.name) ?? '')), LONGEST_LINE) || null,
      summary: cutText(plainTextFrom(textOf(item.summary) ?? ''), LONGEST_LINE),
      sensitive: isTrue(item.sensitive),
      contentHtml: sanitise(textOf(item.content) ?? languageMapOf(item.contentMap)[0]?.[1] ?? ''),
      source: source === undefined ? null : cutText(source, LONGEST_SOURCE),
      attachments: attachmentsOf(item, kind),
      pollOptions: poll?.options.map(({ title }) => title) ?? null,
    },
  ]
}
