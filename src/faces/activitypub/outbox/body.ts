import { createHash } from 'node:crypto'
import type { Request } from 'express'
import { refuse } from '../../../base/refusal.ts'
import { cleanText } from '../../../text/clean.ts'
import { isObject, type Json, type JsonObject, listOf, parseJson } from '../../../translate/json.ts'
import { checkShape } from '../../../translate/shape.ts'
import { rawBody } from '../inbox/body.ts'

const LARGEST = 1024 * 1024
const MEDIA_TYPES = /^application\/(?:activity\+json|ld\+json|json)\s*(?:;|$)/i
/** Half of what is taken from other servers: nobody writes more by hand. */
const LIMITS = { depth: 16, nodes: 5000, items: 1000, contexts: 10 }
const BLIND = /^(?:as:|https:\/\/www\.w3\.org\/ns\/activitystreams#)?(?:bto|bcc)$/
const PREFIX = /^(?:as:|https?:\/\/www\.w3\.org\/ns\/activitystreams#)(?=\w+$)/

export interface PostedBody {
  readonly json: JsonObject
  /** of the bytes as they came */
  readonly hash: string
}

/**
 * Reads what an app posts: one JSON object of bearable size and shape, its names in their short form.
 * @throws Refusal 'request.media-type', 'request.too-large' or 'request.invalid'
 */
export async function postedBody(req: Request): Promise<PostedBody> {
  if (!MEDIA_TYPES.test(req.headers['content-type'] ?? '')) refuse('request.media-type')
  const bytes = await rawBody(req, LARGEST)
  return { json: postedObject(bytes), hash: createHash('sha256').update(bytes).digest('base64url') }
}

/** What an app wrote, in whatever it came. @throws Refusal 'request.invalid' */
export function postedObject(bytes: Buffer): JsonObject {
  const json = parseJson(textFrom(bytes))
  if (!isObject(json)) return refuse('request.invalid', { reason: 'one JSON object is expected' })
  checkShape(json, LIMITS)
  checkBlindNames(json)
  return plain(json) as JsonObject
}

function textFrom(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return refuse('request.invalid', { reason: 'not UTF-8' })
  }
}

/** A context that gives blind addresses another name would carry them past us. */
function checkBlindNames(object: JsonObject): void {
  for (const context of listOf(object['@context'])) {
    for (const definition of isObject(context) ? Object.values(context) : []) {
      const id = isObject(definition) ? definition['@id'] : definition
      if (typeof id === 'string' && BLIND.test(id))
        refuse('request.invalid', { reason: 'a context names bcc anew' })
    }
  }
  for (const value of Object.values(object)) {
    for (const item of Array.isArray(value) ? value : [value]) if (isObject(item)) checkBlindNames(item)
  }
}

/** Texts that can be stored, and one spelling of each name: `as:to` is `to`, `@type` is `type`. */
function plain(value: Json): Json {
  if (typeof value === 'string') return cleanText(value)
  if (Array.isArray(value)) return value.map((item: Json) => plain(item))
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      plainName(name),
      member === undefined ? member : name === '@context' ? storable(member) : plain(member),
    ]),
  )
}

/** A context means what its names say, so only what cannot be stored is taken out of it. */
function storable(value: Json): Json {
  if (typeof value === 'string') return cleanText(value)
  if (Array.isArray(value)) return value.map((item: Json) => storable(item))
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      cleanText(name),
      member === undefined ? member : storable(member),
    ]),
  )
}

function plainName(name: string): string {
  if (name === '@id' || name === '@type') return name.slice(1)
  return cleanText(name.replace(PREFIX, ''))
}
