import { createHash } from 'node:crypto'
import type { Request } from 'express'
import { refuse } from '../../../base/refusal.ts'
import { cleanText } from '../../../text/clean.ts'
import { isObject, type Json, type JsonObject, parseJson } from '../../../translate/json.ts'
import { checkShape } from '../../../translate/shape.ts'
import { rawBody } from '../inbox/body.ts'
import { checkBearable } from './bearable.ts'
import { checkContexts } from './contexts.ts'

const LARGEST = 1024 * 1024
const MEDIA_TYPES = /^application\/(?:activity\+json|ld\+json|json)\s*(?:;|$)/i
/** Half of what is taken from other servers: nobody writes more by hand. */
const LIMITS = { depth: 16, nodes: 5000, items: 1000, contexts: 10 }
/** By whatever prefix: which of them leads where is not followed. */
const BLIND = /^(?:.*[:#])?(?:bto|bcc)$/s
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
  checkBearable(json)
  checkContexts(json)
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

/** A name for blind addresses other than their own would carry them past us. */
function checkBlindNames(value: Json): void {
  if (Array.isArray(value)) for (const item of value) checkBlindNames(item)
  if (!isObject(value)) return
  for (const [name, member] of Object.entries(value)) {
    const own = plainName(name)
    if (BLIND.test(own) && own !== 'bto' && own !== 'bcc')
      refuse('request.invalid', { reason: 'bcc has a name that is not its own' })
    if (member !== undefined) checkBlindNames(member)
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
