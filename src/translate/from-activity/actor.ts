import { handleFrom, hostFrom } from '../../base/handles.ts'
import { refuse } from '../../base/refusal.ts'
import type { AccountKind, ProfileField, RemoteActor } from '../../domain/accounts/account.ts'
import { cleanLine, cutText } from '../../text/clean.ts'
import { escapeHtml } from '../../text/escape.ts'
import { plainTextFrom } from '../../text/plain.ts'
import { sanitise } from '../../text/sanitise.ts'
import {
  dateOf,
  hostOf,
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
import { emojisOf } from './emojis.ts'
import { keysOf } from './keys.ts'
import { imageUrlOf, pageUrlOf } from './links.ts'

/** At least what Mastodon keeps. */
const limits = {
  name: 2048,
  bio: 20_000,
  fields: 50,
  fieldName: 2047,
  fieldValue: 2047,
  aliases: 256,
  domains: 256,
  alt: 10_000,
}

const KINDS: Readonly<Record<string, AccountKind>> = {
  Person: 'person',
  Service: 'service',
  Application: 'application',
  Group: 'group',
  Organization: 'organization',
}

/** Who the account is said to be, and whether WebFinger led back to this very actor. */
export interface Handling {
  readonly handleVerified: boolean
  readonly name: string
  readonly host: string
}

/**
 * Another server's actor document as a complete account, sanitised and cut to our limits. Collections and the shared
 * inbox count only on the actor's own origin; keys only if they name the actor as their owner.
 * @throws Refusal 'request.invalid' when it is no actor, or has no id, or no inbox on its own origin
 */
export function remoteActorFrom(document: JsonObject, handling: Handling): RemoteActor {
  const uri = idOf(document) ?? refuse('request.invalid', { reason: 'the actor has no id' })
  const own = (value: Json | undefined) => onOrigin(value, uri)
  const endpoints = isObject(document.endpoints) ? document.endpoints : {}
  return {
    uri,
    kind: kindOf(document) ?? refuse('request.invalid', { reason: 'not an actor' }),
    ...handling,
    url: pageUrlOf(document.url, uri),
    displayName: lineOf(document.name, document.nameMap),
    bioHtml: bioOf(document),
    fields: fieldsOf(document.attachment),
    avatarUrl: imageUrlOf(document.icon),
    headerUrl: imageUrlOf(document.image),
    alsoKnownAs: aliasesOf(document.alsoKnownAs),
    movedToUri: idOf(listOf(document.movedTo)[0]) ?? null,
    manuallyApprovesFollowers: isTrue(document.manuallyApprovesFollowers),
    discoverable: isTrue(document.discoverable),
    indexable: isTrue(document.indexable),
    inboxUrl: own(document.inbox) ?? refuse('request.invalid', { reason: 'no inbox on its own origin' }),
    sharedInboxUrl: own(endpoints.sharedInbox) ?? own(document.sharedInbox),
    outboxUrl: own(document.outbox),
    followersUrl: own(document.followers),
    followingUrl: own(document.following),
    featuredUrl: own(document.featured),
    publishedAt: dateOf(document.published) ?? null,
    emojis: emojisOf(document.tag),
    featuredTagsUrl: own(document.featuredTags),
    attributionDomains: domainsOf(document.attributionDomains),
    memorial: isTrue(document.memorial),
    suspended: isTrue(document.suspended),
    copiedToUris: aliasesOf(document.copiedTo),
    showsMedia: document.showMedia !== false,
    showsMediaReplies: document.showRepliesInMedia !== false,
    showsFeatured: document.showFeatured !== false,
    avatarAlt: altOf(document.icon),
    headerAlt: altOf(document.image),
    keys: keysOf(document, uri),
  }
}

/** Whether a document is somebody, by its type. */
export function isActor(document: JsonObject): boolean {
  return kindOf(document) !== undefined
}

/**
 * The handle that an actor claims: `webfinger` (FEP-2c59) first, then `preferredUsername` at the host of its id. Only a
 * claim, until WebFinger agrees. Without either, the last part of the id stands in (some bridges have no names).
 */
export function claimedHandle(document: JsonObject): { readonly name: string; readonly host: string } {
  const host = hostOf(idOf(document) ?? '') ?? refuse('request.invalid', { reason: 'the actor has no id' })
  const stated = handleFrom(textOf(document.webfinger) ?? '')
  if (stated?.host != null) return { name: stated.name, host: stated.host }
  const preferred = handleFrom(cleanLine(textOf(document.preferredUsername) ?? ''))
  if (preferred !== undefined && preferred.host === null) return { name: preferred.name, host }
  const last = new URL(idOf(document) ?? '').pathname.split('/').findLast((part) => part !== '') ?? host
  return { name: cutText(last.replace(/[^\p{L}\p{N}_.-]/gu, ''), 128) || 'actor', host }
}

function kindOf(document: JsonObject): AccountKind | undefined {
  for (const type of listOf(document.type)) {
    const kind = KINDS[typeOf({ type })]
    if (kind !== undefined) return kind
  }
  return undefined
}

function onOrigin(value: Json | undefined, uri: string): string | null {
  const [first] = idsOf(value)
  return first !== undefined && sameOrigin(first, uri) ? first : null
}

function lineOf(value: Json | undefined, map?: Json): string {
  return cutText(cleanLine(textOf(value) ?? languageMapOf(map)[0]?.[1] ?? ''), limits.name)
}

function bioOf(document: JsonObject): string {
  const written = textOf(document.summary) ?? languageMapOf(document.summaryMap)[0]?.[1] ?? ''
  return sanitise(cutText(written, limits.bio))
}

function aliasesOf(value: Json | undefined): readonly string[] {
  return [...new Set(idsOf(value))].slice(0, limits.aliases)
}

/** Hosts, in lower-case ASCII. */
function domainsOf(value: Json | undefined): readonly string[] {
  const hosts = listOf(value).map((item) => (typeof item === 'string' ? hostFrom(item) : undefined))
  return [...new Set(hosts.filter((host) => host !== undefined))].slice(0, limits.domains)
}

/** What a picture shows: Mastodon says it in `summary`, others in `name`. */
function altOf(value: Json | undefined): string {
  const [image] = objectsOf(value)
  return cutText(plainTextFrom(textOf(image?.summary) ?? textOf(image?.name) ?? ''), limits.alt)
}

/** PropertyValue, as most send them, or FEP-fb2a: a Note with a name, or a Link with its address. */
function fieldsOf(value: Json | undefined): readonly ProfileField[] {
  return objectsOf(value)
    .map(fieldFrom)
    .filter((field) => field !== undefined)
    .slice(0, limits.fields)
}

function fieldFrom(attachment: JsonObject): ProfileField | undefined {
  const name = cutText(cleanLine(plainTextFrom(textOf(attachment.name) ?? '')), limits.fieldName)
  const value = fieldValue(attachment)
  return name === '' || value === undefined ? undefined : { name, value }
}

function fieldValue(attachment: JsonObject): string | undefined {
  switch (typeOf(attachment)) {
    case 'PropertyValue':
    case 'schema:PropertyValue':
      return sanitise(cutText(textOf(attachment.value) ?? '', limits.fieldValue))
    case 'Note':
      return sanitise(cutText(textOf(attachment.content) ?? '', limits.fieldValue))
    case 'Link':
      return linkValue(textOf(attachment.href) ?? '')
    default:
      return undefined
  }
}

function linkValue(href: string): string | undefined {
  if (!isUri(href) || href.length > limits.fieldValue) return undefined
  return sanitise(`<a href="${escapeHtml(href)}">${escapeHtml(href)}</a>`)
}
