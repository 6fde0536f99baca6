import type { DraftPoll } from '../../domain/polls/poll.ts'
import type { Written } from '../../domain/posts/written.ts'
import { cleanLine, cleanText, cutText } from '../../text/clean.ts'
import { htmlFrom } from '../../text/html.ts'
import { plainTextFrom } from '../../text/plain.ts'
import { sanitise } from '../../text/sanitise.ts'
import {
  dateOf,
  idOf,
  isObject,
  isTrue,
  type Json,
  type JsonObject,
  languageMapOf,
  languageOf,
  listOf,
  textOf,
  typeOf,
} from '../json.ts'
import { mediaLinksOf } from './media-links.ts'
import { hashtagsOf, mentionsOf, parentOf } from './note.ts'
import { optionTitle, pollOf } from './polls.ts'
import { quoteUriOf } from './quotes.ts'

/** The objects that are something said, in the order in which a type that names several is understood. */
const SAID = ['Question', 'Article', 'Page', 'Event', 'Video', 'Audio', 'Image', 'Note', 'Document']
/** Where an app does not say when its poll ends. */
const POLL_SECONDS = 7 * 86_400
const LONGEST_SOURCE = 100_000
const LONGEST_LINE = 2048

/** A post as an app of somebody here posts it. */
export interface PostedNote {
  /** `note`, `question`, `article` … */
  readonly kind: string
  readonly title: string | null
  /** plain text */
  readonly summary: string
  readonly sensitive: boolean | undefined
  readonly language: string | null
  /** undefined when it only says what was typed */
  readonly written: Written | undefined
  /** what was typed, and that is all there is */
  readonly text: string
  readonly poll: DraftPoll | undefined
  readonly publishedAt: Date | undefined
  readonly inReplyToUri: string | null
  readonly quoteUri: string | null
  /** whom its tags name, be they addressed or not */
  readonly taggedUris: readonly string[]
  readonly hashtags: readonly { readonly name: string; readonly displayName: string }[]
  /** what hangs on it, each with the addresses by which it may be a file of ours */
  readonly attachments: readonly PostedFile[]
}

export interface PostedFile {
  readonly uris: readonly string[]
  /** for those who cannot see or hear it; undefined leaves what was said before */
  readonly description: string | undefined
  readonly json: Json
  /** it is what the post itself is, and hangs on nothing */
  readonly itself: boolean
}

/** Which of the types of things said something has; undefined for all else. */
export function saidKindOf(types: readonly string[]): string | undefined {
  return SAID.find((type) => types.includes(type))?.toLowerCase()
}

/** Whether there is anything to read, see or choose; what says nothing is only kept. */
export function saysSomething(note: PostedNote): boolean {
  const html = note.written?.html ?? note.text
  return (
    html.trim() !== '' ||
    (note.title ?? '') !== '' ||
    note.summary !== '' ||
    note.poll !== undefined ||
    note.attachments.length > 0
  )
}

/** Reads a post that an app wrote: whatever it holds is cleaned as if it came from another server. */
export function postedNoteFrom(note: JsonObject, kind: string, now: Date): PostedNote {
  const { written, text, language } = wordsOf(note)
  return {
    kind,
    title: lineOf(note.name, note.nameMap) || null,
    summary: lineOf(note.summary, note.summaryMap),
    sensitive: note.sensitive === undefined ? undefined : isTrue(note.sensitive),
    language,
    written,
    text,
    poll: draftPollOf(note, now),
    publishedAt: dateOf(note.published),
    inReplyToUri: parentOf(note.inReplyTo),
    quoteUri: quoteUriOf(note),
    taggedUris: mentionsOf(note.tag),
    hashtags: hashtagsOf(note.tag),
    attachments: filesOf(note, kind),
  }
}

/** What it says: content as it is written, or made of what was typed where that alone is given. */
function wordsOf(note: JsonObject): Pick<PostedNote, 'written' | 'text' | 'language'> {
  const map = languageMapOf(note.contentMap)
  const content = textOf(note.content) ?? map[0]?.[1]
  const source = sourceOf(note.source)
  const tag = (content === undefined ? map[0] : map.find(([, text]) => text === content)) ?? onlyOf(map)
  const language = languageOf(tag?.[0])
  if (content === undefined) {
    if (source === null || isMarkup(source.type))
      return { written: written(source?.text ?? '', source, null), text: '', language }
    return { written: undefined, text: source.text, language }
  }
  return { written: written(htmlOf(note, content), source, mapFrom(note, map)), text: '', language }
}

const isMarkup = (type: string) => /html/i.test(type)

function onlyOf<Item>(list: readonly Item[]): Item | undefined {
  return list.length === 1 ? list[0] : undefined
}

interface Source {
  readonly text: string
  readonly type: string
}

function written(html: string, source: Source | null, contentMap: Written['contentMap']): Written {
  return {
    html: sanitise(html),
    source: source?.text ?? null,
    sourceType: source?.type ?? null,
    contentMap,
  }
}

const nobody = { mention: () => undefined, tagUrl: () => undefined }

function htmlOf(note: JsonObject, text: string): string {
  return /^text\/(?:plain|markdown)/i.test(textOf(note.mediaType) ?? '') ? htmlFrom(text, nobody) : text
}

function mapFrom(note: JsonObject, map: readonly (readonly [string, string])[]): Written['contentMap'] {
  const spoken = map.flatMap(([tag, text]) => {
    const language = languageOf(tag)
    return language === null ? [] : [[language, sanitise(htmlOf(note, text))] as const]
  })
  return spoken.length < 2 ? null : Object.fromEntries(spoken)
}

/** A title or warning as plain text: markup that an app puts there would be taken for text, or for markup elsewhere. */
function lineOf(value: Json | undefined, map: Json | undefined): string {
  const written = textOf(value) ?? languageMapOf(map)[0]?.[1] ?? ''
  return cutText(cleanLine(plainTextFrom(written)), LONGEST_LINE)
}

function sourceOf(value: Json | undefined): Source | null {
  const text = textOf(isObject(value) ? value.content : value)
  if (text === undefined) return null
  const type = (isObject(value) ? textOf(value.mediaType) : undefined) ?? 'text/plain'
  return { text: cutText(text, LONGEST_SOURCE), type: cutText(type, 100) }
}

function draftPollOf(note: JsonObject, now: Date): DraftPoll | undefined {
  const poll = typeOf(note) === 'Question' ? pollOf(note, now) : null
  if (poll === null) return undefined
  const seconds = poll.endsAt === null ? POLL_SECONDS : (poll.endsAt.getTime() - now.getTime()) / 1000
  return {
    options: poll.options.map(({ title }) => title),
    multiple: poll.multiple,
    expiresInSeconds: seconds,
  }
}

function filesOf(note: JsonObject, kind: string): readonly PostedFile[] {
  const hanging = listOf(note.attachment).map((item) => fileFrom(item, false))
  const isFile = ['image', 'video', 'audio', 'document'].includes(kind)
  return isFile && note.url !== undefined ? [fileFrom(note, true), ...hanging] : hanging
}

function fileFrom(item: Json, itself: boolean): PostedFile {
  if (!isObject(item))
    return {
      uris: idOf(item) === undefined ? [] : [String(item)],
      description: undefined,
      json: item,
      itself,
    }
  const links = mediaLinksOf(item.url ?? item.href, undefined).map(({ href }) => href)
  const id = idOf(item)
  const name = textOf(item.name) ?? languageMapOf(item.nameMap)[0]?.[1]
  return {
    uris: [...(id === undefined || itself ? [] : [id]), ...links],
    description: name === undefined ? undefined : cleanText(name).trim(),
    json: item,
    itself,
  }
}

/** What a vote chooses, in the words of the poll. */
export function choiceOf(note: JsonObject): string {
  return optionTitle(note)
}
