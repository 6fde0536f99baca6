import type { Extension } from '../../domain/posts/written.ts'
import { isObject, type Json, type JsonObject, listOf, textOf, typeOf } from '../json.ts'
import { ACTIVITY_STREAMS } from '../to-activity/context.ts'
import { cleanedFrom } from './cleaned.ts'

/** What of a post stands in columns of its own, or is nobody's to say but ours. */
const OURS = new Set(
  (
    '@context id type attributedTo inReplyTo published updated to cc bto bcc audience name summary sensitive content ' +
    'contentMap source mediaType context conversation interactionPolicy quote quoteUri quoteUrl quoteAuthorization ' +
    'replyAuthorization approvedBy tag attachment url replies likes shares totalItems proof signature actor'
  ).split(' '),
)
const OF_POLLS = new Set(['oneOf', 'anyOf', 'endTime', 'closed', 'votersCount'])
/** Their `url` is what they are, and no page. */
const SELF = new Set(['image', 'video', 'audio', 'document'])

export interface Parts {
  readonly kind: string
  readonly isPoll: boolean
  /** of all tags, those that we say in our own way */
  readonly isOwnTag: (tag: Json) => boolean
  /** what hangs on it and is no file of its author's here */
  readonly attachments: readonly Json[]
}

/** All that an app says of a post in other words than ours; null when there is nothing. */
export function extensionOf(note: JsonObject, parts: Parts): Extension | null {
  const more = Object.entries(note).filter(
    ([name]) => !OURS.has(name) && !(parts.isPoll && OF_POLLS.has(name)),
  )
  const tags = listOf(note.tag).filter((tag) => !parts.isOwnTag(tag))
  const contexts = contextsOf(note)
  const isSelf = SELF.has(parts.kind) && note.url !== undefined
  const extension = cleanedFrom({
    ...(contexts.length === 0 ? {} : { '@context': contexts }),
    ...(isPlainType(note, parts.kind) ? {} : { type: note.type }),
    ...Object.fromEntries(more),
    ...(tags.length === 0 ? {} : { tag: tags }),
    ...(parts.attachments.length === 0 ? {} : { attachment: parts.attachments }),
    ...(isSelf ? { url: note.url } : {}),
  })
  return Object.keys(extension).length === 0 ? null : extension
}

/** The contexts that it brings beside the one that everybody knows. */
export function contextsOf(object: JsonObject): readonly Json[] {
  const bare = ACTIVITY_STREAMS.replace(/^https/, 'http')
  return listOf(object['@context']).filter((context) => context !== ACTIVITY_STREAMS && context !== bare)
}

function isPlainType(note: JsonObject, kind: string): boolean {
  return listOf(note.type).length === 1 && typeOf(note).toLowerCase() === kind
}

/** A tag as `Mention` of one of these people, or any with such a name. */
export function hrefOf(tag: Json): string | undefined {
  return isObject(tag) && typeOf(tag) === 'Mention' ? textOf(tag.href) : undefined
}
