import { type Attached, type AttachmentKind, MOST_ATTACHMENTS } from '../../domain/media/attachment.ts'
import { cleanText, cutText } from '../../text/clean.ts'
import { isObject, type Json, type JsonObject, languageMapOf, listOf, textOf, typeOf } from '../json.ts'
import { imageUrlOf } from './links.ts'
import { chooseLink, largestPicture, mediaLinksOf } from './media-links.ts'

const LONGEST_DESCRIPTION = 10_000
const LONGEST_SIDE = 100_000
const LONGEST_SECONDS = 7 * 86_400
/** base83, as its makers define it; anything else is no hash */
const BLURHASH = /^[0-9A-Za-z#$%*+,\-.:;=?@[\]^_{|}~]{6,120}$/

const KINDS: Readonly<Record<string, AttachmentKind>> = { Image: 'image', Video: 'video', Audio: 'audio' }
/** What stands among attachments and is nothing to see or hear. */
const OTHERS = new Set(
  ['PropertyValue', 'schema:PropertyValue', 'Note', 'Article', 'Page', 'Question', 'Event', 'Place'].concat([
    'Hashtag',
    'Mention',
    'Emoji',
    'Person',
    'Group',
    'Service',
    'IdentityProof',
  ]),
)
/** Objects that are a picture, film or sound themselves. */
const SELF = new Set(['video', 'audio', 'image'])
/** They have no picture beside what is attached. */
const PLAIN = new Set(['note', 'question'])

/**
 * Everything to see or hear that belongs to a post, the first twenty: `attachment` in any of its forms, what a Video,
 * Audio or Image is itself, and the title picture of what has one. No odd value costs more than itself.
 * @param kind the post's own, lower-case
 */
export function attachmentsOf(note: JsonObject, kind: string): readonly Attached[] {
  const found = new Map<string, Attached>()
  for (const each of candidates(note, kind)) {
    if (!found.has(each.url)) found.set(each.url, each)
    if (found.size === MOST_ATTACHMENTS) break
  }
  return [...found.values()]
}

function* candidates(note: JsonObject, kind: string): Generator<Attached> {
  if (SELF.has(kind)) yield* selfOf(note, kind as 'video' | 'audio' | 'image')
  for (const item of listOf(note.attachment)) yield* attachedFrom(item)
  if (!PLAIN.has(kind) && !SELF.has(kind)) {
    for (const item of listOf(note.image)) yield* attachedFrom(pictureFrom(item))
  }
}

function* attachedFrom(item: Json): Generator<Attached> {
  const object = typeof item === 'string' ? { url: item } : item
  if (!isObject(object)) return
  const type = typeOf(object)
  if (OTHERS.has(type)) return
  const links = mediaLinksOf(object.url ?? object.href, textOf(object.mediaType))
  const link = chooseLink(links, KINDS[type])
  if (link === undefined) return
  const kind = kindOf(link.mediaType, type)
  // A link to a page is for a preview, not for a gallery; a document of unknown kind is still a document.
  if (kind === 'unknown' && type !== 'Document' && KINDS[type] === undefined) return
  yield {
    ...link.size,
    kind,
    url: link.href,
    mediaType: link.mediaType || null,
    description: descriptionOf(object),
    blurhash: blurhashOf(object),
    focus: focusOf(object.focalPoint ?? object['toot:focalPoint']),
    width: sideOf(object.width) ?? link.size.width,
    height: sideOf(object.height) ?? link.size.height,
    duration: secondsOf(object.duration),
    previewUrl: kind === 'image' ? null : largestPicture(object.icon ?? object.preview ?? object.image),
  }
}

/** PeerTube, Funkwhale and their like: the object's own addresses hold the media. */
function* selfOf(note: JsonObject, kind: 'video' | 'audio' | 'image'): Generator<Attached> {
  const media = mediaLinksOf(note.url, textOf(note.mediaType)).filter(
    (link) => kindOf(link.mediaType, '') === kind,
  )
  const link = chooseLink(media, kind)
  if (link === undefined) return
  yield {
    kind,
    url: link.href,
    mediaType: link.mediaType,
    description: '',
    blurhash: blurhashOf(note),
    focus: focusOf(note.focalPoint),
    width: sideOf(note.width) ?? link.size.width,
    height: sideOf(note.height) ?? link.size.height,
    duration: secondsOf(note.duration),
    previewUrl: kind === 'image' ? null : largestPicture(note.icon ?? note.image),
  }
}

/** The title picture of an article, page or event: an Image whatever it calls itself. */
function pictureFrom(item: Json): Json {
  if (!isObject(item)) return imageUrlOf(item) === null ? null : { type: 'Image', url: item }
  return typeOf(item) === 'Link' ? { type: 'Image', url: item } : { ...item, type: 'Image' }
}

function kindOf(mediaType: string, type: string): AttachmentKind {
  const [family] = mediaType.split('/')
  if (family === 'image' || family === 'video' || family === 'audio') return family
  if (PLAYLIST.test(mediaType)) return 'video'
  return KINDS[type] ?? 'unknown'
}

const PLAYLIST = /mpegurl$/i

/** GoToSocial has it in `summary`, everybody else in `name`. */
function descriptionOf(object: JsonObject): string {
  const written =
    textOf(object.summary) ||
    textOf(object.name) ||
    languageMapOf(object.summaryMap)[0]?.[1] ||
    languageMapOf(object.nameMap)[0]?.[1] ||
    ''
  return cutText(cleanText(written).trim(), LONGEST_DESCRIPTION)
}

function blurhashOf(object: JsonObject): string | null {
  const hash = textOf(object.blurhash ?? object['toot:blurhash'])
  return hash !== undefined && BLURHASH.test(hash) ? hash : null
}

export function focusOf(value: Json | undefined): Attached['focus'] {
  const pair = isObject(value) ? value['@list'] : value
  const [x, y] = Array.isArray(pair) ? (pair as readonly Json[]) : []
  if (typeof x !== 'number' || typeof y !== 'number') return null
  const clamp = (n: number) => Math.max(-1, Math.min(1, n))
  return { x: clamp(x), y: clamp(y) }
}

/** Pixels; 0 is what some send for "not known". */
export function sideOf(value: Json | undefined): number | null {
  const side = typeof value === 'string' && /^\d{1,6}$/.test(value) ? Number(value) : value
  return typeof side === 'number' && side >= 1 && side <= LONGEST_SIDE ? Math.round(side) : null
}

const DURATION = /^P(?:(\d{1,4})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,6})M)?(?:(\d{1,7}(?:\.\d{1,9})?)S)?)?$/

/** Seconds from an xsd:duration, or from the number that some send instead. */
export function secondsOf(value: Json | undefined): number | null {
  if (typeof value === 'number') return bearable(value)
  const match = DURATION.exec(textOf(value)?.trim() ?? '')
  if (match === null) return null
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = match.slice(1).map((part) => Number(part ?? 0))
  return bearable(days * 86_400 + hours * 3600 + minutes * 60 + seconds)
}

function bearable(seconds: number): number | null {
  return seconds > 0 && seconds <= LONGEST_SECONDS ? seconds : null
}
