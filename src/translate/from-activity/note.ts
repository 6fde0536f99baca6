import { clampPublished } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import type { Incoming } from '../../domain/posts/post.ts'
import { cleanLine, cutText } from '../../text/clean.ts'
import { plainTextFromEither } from '../../text/plain.ts'
import { hashtagFrom } from '../../text/tokens.ts'
import {
  dateOf,
  idOf,
  idsOf,
  isObject,
  isTrue,
  isUri,
  type Json,
  type JsonObject,
  languageMapOf,
  listOf,
  objectsOf,
  sameOrigin,
  textOf,
  typeOf,
} from '../json.ts'
import { addressesOf } from './activity.ts'
import { type Addressed, isPublic, peopleAmong, visibilityOf } from './addressing.ts'
import { contentOf } from './content.ts'
import { controlsFrom } from './controls.ts'
import { heldBy } from './held.ts'
import { decodedUri, pageUrlOf } from './links.ts'
import { contextOf, countsOf } from './origin.ts'
import { withoutQuoteFallback } from './quotes.ts'

/** What the note alone does not say. */
export interface Known {
  /** the author's followers collection, from their actor; without it, it is guessed by its look */
  readonly followersUrl?: string | null
  /** the addresses of the activity around it, for notes that carry none */
  readonly to?: readonly string[]
  readonly cc?: readonly string[]
  /** false where quotes are not shown: the line that stands in for one (`RE: …`) then stays */
  readonly showsQuotes?: boolean
}

const MOST_MENTIONS = 100
const MOST_HASHTAGS = 100
const MOST_RECIPIENTS = 500
const LONGEST_LINE = 2048
const LONGEST_SOURCE = 100_000

const TEXT_KINDS = new Set(['note', 'question'])
/** Objects with a name of their own that are nobody's saying. */
const NOT_POSTS = new Set(
  (
    'person service application group organization tombstone collection orderedcollection collectionpage ' +
    'orderedcollectionpage link mention hashtag emoji place profile relationship key multikey propertyvalue ' +
    'quoteauthorization likeauthorization replyauthorization announceauthorization'
  ).split(' '),
)
const PEOPLE = new Set(['Person', 'Service', 'Application', 'Organization'])

/**
 * A post from elsewhere, whatever kind of object it came as: complete, sanitised, cut to our limits. Odd dates, unknown
 * properties, single values for lists and the like never cost the post.
 * @param received when it reached us: no date of a post is later
 * @throws Refusal 'request.invalid' when it is no post (an actor, an activity, a vote), has no id, or names no author or
 * several, or one on another origin than its own (FEP-fe34)
 */
export function incomingFrom(note: JsonObject, received: Date, known: Known = {}): Incoming {
  const uri = idOf(note) ?? refuse('request.invalid', { reason: 'the post has no id' })
  const kind = postKind(note)
  const { authorUri, audienceUri } = authorOf(note, uri)
  const addressed = addressedOf(note, authorUri, known)
  const mentionUris = mentionsOf(note.tag)
  const { html, language } = contentOf(note)
  const publishedAt = clamped(dateOf(note.published), received)
  const held = heldBy(note, kind, received)
  const controls = controlsFrom(note, authorUri)
  return {
    ...held,
    ...controls,
    uri,
    url: pageUrlOf(note.url, uri),
    authorUri,
    kind: held.poll === null ? kind : 'question',
    visibility: visibilityOf(addressed),
    inReplyToUri: parentOf(note.inReplyTo),
    title: lineOf(note.name, note.nameMap) || null,
    summary: summaryOf(note, kind),
    sensitive: isTrue(note.sensitive) || isTrue(note['as:sensitive']),
    contentHtml: known.showsQuotes !== false && controls.quote !== null ? withoutQuoteFallback(html) : html,
    source: sourceOf(note.source),
    language,
    publishedAt,
    updatedAt: editedAt(clamped(dateOf(note.updated), received), publishedAt),
    contextUri: contextOf(note, uri),
    remoteCounts: countsOf(note) ?? null,
    recipientUris: recipients([...mentionUris, ...peopleAmong(addressed), ...audienceUri], authorUri),
    mentionUris,
    hashtags: hashtagsOf(note.tag),
    audience: audienceOf(note, audienceUri),
  }
}

/** A vote in a poll: a Note with a name, an answer to the question, and nothing said. */
export function isVote(note: JsonObject): boolean {
  return (
    typeOf(note) === 'Note' &&
    typeof note.name === 'string' &&
    (textOf(note.content) ?? '') === '' &&
    !isObject(note.contentMap) &&
    listOf(note.attachment).length === 0 &&
    parentOf(note.inReplyTo) !== null
  )
}

function postKind(note: JsonObject): string {
  const type = typeOf(note)
  // Of a type with a vocabulary of its own, the name alone.
  const kind = type.toLowerCase().replace(/^.*[:/#]/, '')
  const says = note.content !== undefined || note.contentMap !== undefined || note.name !== undefined
  const isActivity = note.actor !== undefined && note.object !== undefined
  const readable = /^[a-z][a-z0-9_-]{0,63}$/.test(kind) && !NOT_POSTS.has(kind) && !isActivity
  if (!readable || !(says || TEXT_KINDS.has(kind))) refuse('request.invalid', { reason: 'not a post' })
  if (isVote(note)) refuse('request.invalid', { reason: 'a vote, not a post' })
  return kind
}

/** PeerTube names [Person, Group]: the one who speaks and the channel it is for. Several speakers name nobody (S-041). */
function authorOf(note: JsonObject, uri: string): { authorUri: string; audienceUri: readonly string[] } {
  const named = listOf(note.attributedTo)
  const people = named.filter((item) => isObject(item) && PEOPLE.has(typeOf(item)))
  const groups = named.filter((item) => isObject(item) && typeOf(item) === 'Group')
  const ungrouped = named.length === 1 ? named : named.filter((item) => !groups.includes(item))
  const speakers = people.length > 0 ? people : ungrouped
  const authorUri = speakers.length === 1 ? idOf(speakers[0]) : undefined
  if (authorUri === undefined) return refuse('request.invalid', { reason: 'exactly one author is needed' })
  if (!sameOrigin(authorUri, uri))
    refuse('request.invalid', { reason: 'author and post are of different origins' })
  return { authorUri, audienceUri: idsOf(groups) }
}

/** The group that it was said in: what it says, or the one among its authors (PeerTube's channel). */
function audienceOf(note: JsonObject, groups: readonly string[]): string | null {
  return idsOf(note.audience).find((uri) => !isPublic(uri)) ?? groups[0] ?? null
}

/** Mastodon reads the activity's addresses when the object has none; so do we. */
function addressedOf(note: JsonObject, authorUri: string, known: Known): Addressed {
  const [to, cc] = [addressesOf(note.to), addressesOf(note.cc)]
  const none = to.length === 0 && cc.length === 0
  return {
    authorUri,
    followersUrl: known.followersUrl ?? undefined,
    to: none ? (known.to ?? []) : to,
    cc: none ? (known.cc ?? []) : cc,
  }
}

/** What a post answers: Misskey embeds it, others send a list. */
export function parentOf(value: Json | undefined): string | null {
  for (const item of listOf(value)) {
    const id = idOf(typeof item === 'string' ? (decodedUri(item) ?? item) : item)
    if (id !== undefined) return id
  }
  return null
}

/** A warning before a note; before anything with a title, what it is about (Ghost and WordPress put it in `preview`). */
function summaryOf(note: JsonObject, kind: string): string {
  const written = textOf(note.summary) || languageMapOf(note.summaryMap)[0]?.[1] || ''
  const preview = TEXT_KINDS.has(kind) ? undefined : objectsOf(note.preview)[0]
  const html = written === '' && preview !== undefined ? (textOf(preview.content) ?? '') : written
  return cutText(plainTextFromEither(html), LONGEST_LINE)
}

function lineOf(value: Json | undefined, map: Json | undefined): string {
  const written = textOf(value) ?? languageMapOf(map)[0]?.[1] ?? ''
  return cutText(cleanLine(plainTextFromEither(written)), LONGEST_LINE)
}

function sourceOf(value: Json | undefined): string | null {
  const text = textOf(isObject(value) ? value.content : value)
  return text === undefined ? null : cutText(text, LONGEST_SOURCE)
}

function clamped(date: Date | undefined, received: Date): Date | undefined {
  return date === undefined ? undefined : clampPublished(date, received)
}

/** WordPress and Friendica always send `updated`; an edit is later than the post. */
function editedAt(updated: Date | undefined, published: Date | undefined): Date | undefined {
  return updated !== undefined && published !== undefined && updated <= published ? undefined : updated
}

export function mentionsOf(value: Json | undefined): readonly string[] {
  const found = new Set<string>()
  for (const tag of objectsOf(value)) {
    const href = typeOf(tag) === 'Mention' ? textOf(tag.href) : undefined
    if (href !== undefined && isUri(href)) found.add(href)
    if (found.size === MOST_MENTIONS) break
  }
  return [...found]
}

function recipients(uris: readonly string[], authorUri: string): readonly string[] {
  return [...new Set(uris)].filter((uri) => uri !== authorUri).slice(0, MOST_RECIPIENTS)
}

export function hashtagsOf(value: Json | undefined): Incoming['hashtags'] {
  const found = new Map<string, Incoming['hashtags'][number]>()
  for (const tag of objectsOf(value)) {
    const hashtag = typeOf(tag) === 'Hashtag' ? hashtagFrom(textOf(tag.name) ?? '') : undefined
    if (hashtag !== undefined && !found.has(hashtag.name)) found.set(hashtag.name, hashtag)
    if (found.size === MOST_HASHTAGS) break
  }
  return [...found.values()]
}
