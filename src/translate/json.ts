import sjson from 'secure-json-parse'
import { refuse } from '../base/refusal.ts'
import { cleanText } from '../text/clean.ts'
import { checkText } from './json-text.ts'

/** What `JSON.parse` gives. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject
export interface JsonObject {
  readonly [key: string]: Json | undefined
}

/** Bytes of an address that we keep, so that every index takes it; a longer one is no address (S-107). */
export const LONGEST_URI = 2048

/**
 * A JSON text from elsewhere as a value; keys that could reach a prototype are dropped (S-027). A text that is plainly
 * beyond `shapeLimits` is refused before it is parsed: V8 takes a third of a second over a megabyte of brackets.
 * @throws Refusal 'request.invalid' when it is no JSON, or too much of it
 */
export function parseJson(text: string): Json {
  if (text.length > SURELY_CHEAP) checkText(text)
  try {
    return sjson.parse(text, { protoAction: 'remove', constructorAction: 'remove' }) as Json
  } catch {
    return refuse('request.invalid', { reason: 'not JSON' })
  }
}

const SURELY_CHEAP = 4096

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** One thing or a list of things, as ActivityStreams allows everywhere; null, absent and nested lists are nothing. */
export function listOf(value: Json | undefined): readonly Json[] {
  if (value === undefined || value === null) return []
  return Array.isArray(value) ? value.filter((item) => item !== null && !Array.isArray(item)) : [value]
}

export function objectsOf(value: Json | undefined): readonly JsonObject[] {
  return listOf(value).filter(isObject)
}

/** The first text of one or many, made storable; undefined when there is none. Empty text is text. */
export function textOf(value: Json | undefined): string | undefined {
  if (typeof value === 'string') return cleanText(value)
  const first = Array.isArray(value) ? value.find((item) => typeof item === 'string') : undefined
  return typeof first === 'string' ? cleanText(first) : undefined
}

/** All texts of one or many, as they are. */
export function textsOf(value: Json | undefined): readonly string[] {
  return listOf(value).filter((item) => typeof item === 'string')
}

/** Only true is true: neither 'true' nor 1, as Mastodon reads it. */
export function isTrue(value: Json | undefined): boolean {
  return value === true
}

/** The short name of an object's type: the first text of it, `as:Note` and the full address alike as `Note`. */
export function typeOf(object: JsonObject): string {
  const type = textOf(object.type) ?? ''
  return type.replace(/^(?:as:|https?:\/\/www\.w3\.org\/ns\/activitystreams#)/, '')
}

/** The id of something given as its id or as itself; only http(s) addresses of bearable length are ids. */
export function idOf(value: Json | undefined): string | undefined {
  const id = typeof value === 'string' ? value : isObject(value) ? value.id : undefined
  return typeof id === 'string' && isUri(id) ? id : undefined
}

/** The ids of one or many; what has none is left out. */
export function idsOf(value: Json | undefined): readonly string[] {
  return listOf(value)
    .map(idOf)
    .filter((id) => id !== undefined)
}

/** The one id that something names, be it given alone, as an object or as a list of one; several name nobody. */
export function soleIdOf(value: Json | undefined): string | undefined {
  const items = listOf(value)
  return items.length === 1 ? idOf(items[0]) : undefined
}

/**
 * An absolute http(s) address as it stands, never rewritten: ids are compared letter by letter. One with a user name or
 * password in it is none: it would pass for another host to whoever reads it (S-020).
 */
export function isUri(text: string): boolean {
  const storable = text.length <= LONGEST_URI && Buffer.byteLength(text) <= LONGEST_URI && text.isWellFormed()
  return storable && URI.test(text) && URL.canParse(text)
}

const URI = /^https?:\/\/[^/?#@\\\s\p{Cc}]+(?:[/?#][^\s\p{Cc}]*)?$/u

/** An address whose origin can be read off as it stands: lower-case ASCII, no port, no user, no number for a host. */
const PLAIN_ORIGIN = /^https?:\/\/(?:[a-z0-9-]+\.)*[a-z][a-z0-9-]*(?=\/|$)/

/** `https://example.social`, in canonical form; undefined when the text is no address. */
export function originOf(uri: string): string | undefined {
  if (!isUri(uri)) return undefined
  return PLAIN_ORIGIN.exec(uri)?.[0] ?? new URL(uri).origin
}

/** Host with its port, in lower-case ASCII. */
export function hostOf(uri: string): string | undefined {
  return originOf(uri)?.replace(/^https?:\/\//, '')
}

/** True when both are addresses on one origin (FEP-fe34). */
export function sameOrigin(one: string, other: string): boolean {
  const origin = originOf(one)
  return origin !== undefined && origin === originOf(other)
}

/** A map of language to text, or nothing: `contentMap` and its like. */
export function languageMapOf(
  value: Json | undefined,
): readonly (readonly [language: string, text: string])[] {
  if (!isObject(value)) return []
  return Object.entries(value).flatMap(([language, item]) => {
    const text = textOf(item)
    return text === undefined ? [] : [[language, text] as const]
  })
}

/** A BCP 47 tag in its usual spelling; `und` and what is no tag is null. */
export function languageOf(tag: string | undefined): string | null {
  if (tag === undefined || tag.length > 35 || !/^[a-z]{2,8}(?:[-_][a-z0-9]{1,8})*$/i.test(tag)) return null
  try {
    const [canonical = null] = Intl.getCanonicalLocales(tag.replaceAll('_', '-'))
    return canonical === 'und' ? null : canonical
  } catch {
    return null
  }
}

const DATE = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(:\d{2})?(\.\d{1,9})?\s*(Z|[+-]\d{2}:?\d{2})?)?$/i

/**
 * A date as people send it: with or without time, seconds, fraction, zone (none means UTC). Anything else, and any year
 * that is not of this age, is undefined: an odd date never costs the post it stands in.
 */
export function dateOf(value: Json | undefined): Date | undefined {
  const match = DATE.exec(textOf(value)?.trim() ?? '')
  if (match === null) return undefined
  const [, day, time = '00:00', seconds = ':00', fraction = '', zone = 'Z'] = match
  const offset = zone.length === 5 ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone.toUpperCase()
  const date = new Date(`${day}T${time}${seconds}${fraction.slice(0, 4)}${offset}`)
  const year = date.getUTCFullYear()
  return Number.isNaN(date.getTime()) || year < 1900 || year > 9000 ? undefined : date
}
