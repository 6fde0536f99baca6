import { createHash } from 'node:crypto'
import { refuse } from '../../base/refusal.ts'
import {
  idOf,
  isObject,
  isUri,
  type Json,
  type JsonObject,
  listOf,
  parseJson,
  soleIdOf,
  typeOf,
} from '../json.ts'
import { checkShape } from '../shape.ts'

/** An activity as it came, its envelope read. What it claims is believed only after its signature and origin are checked. */
export interface ReadActivity {
  /** http(s), or derived from actor and body when it came without one (Akkoma's EmojiReact): then a fragment of the actor */
  readonly id: string
  /** short name: `Create` */
  readonly type: string
  readonly actor: string
  /** an id or a whole object; the first where there are several */
  readonly object: string | JsonObject
  /** all of them: Flag names an actor and posts */
  readonly objects: readonly (string | JsonObject)[]
  readonly target: string | undefined
  /** ids as written; Public in any of its spellings */
  readonly to: readonly string[]
  readonly cc: readonly string[]
  readonly raw: JsonObject
}

/**
 * Reads an inbox body.
 * @throws Refusal 'request.invalid' when it is no JSON object of bearable shape, has no type, no object though its type needs one, an id that is no
 * address, or names no actor or several (S-022)
 */
export function activityFrom(body: string): ReadActivity {
  const raw = parseJson(body)
  if (!isObject(raw)) refuse('request.invalid', { reason: 'not an object' })
  checkShape(raw)
  const type = typeOf(raw)
  if (type === '') refuse('request.invalid', { reason: 'no type' })
  const actor = soleIdOf(raw.actor) ?? refuse('request.invalid', { reason: 'exactly one actor is needed' })
  const objects = listOf(raw.object).filter((item) => typeof item === 'string' || isObject(item))
  const [object = INTRANSITIVE.has(type) ? {} : refuse('request.invalid', { reason: 'no object' })] = objects
  return {
    id: activityId(raw, actor, type, body),
    type,
    actor,
    object,
    objects,
    target: idOf(listOf(raw.target)[0]),
    to: addressesOf(raw.to),
    cc: addressesOf(raw.cc),
    raw,
  }
}

/** What is done to nothing, so that it needs no object. */
const INTRANSITIVE = new Set(['Arrive', 'Travel', 'IntransitiveActivity'])

/** The id that an activity came with, if it did. */
export function ownIdOf({ id, raw }: ReadActivity): string | undefined {
  return typeof raw.id === 'string' ? id : undefined
}

/** The id of what an activity is about, whether it came whole or as its id. */
export function objectIdOf(activity: ReadActivity): string | undefined {
  return idOf(activity.object)
}

/** The object when it came whole. */
export function embeddedObject(activity: ReadActivity): JsonObject | undefined {
  return typeof activity.object === 'string' ? undefined : activity.object
}

/** Whom something is addressed to, as written: ids of embedded objects, and Public in any spelling. */
export function addressesOf(value: Json | undefined): readonly string[] {
  return listOf(value)
    .map((item) => (typeof item === 'string' ? item : idOf(item)))
    .filter((address) => address !== undefined)
}

function activityId(raw: JsonObject, actor: string, type: string, body: string): string {
  if (raw.id === undefined || raw.id === null) {
    return `${actor}#${type}-${createHash('sha256').update(body).digest('base64url')}`
  }
  if (typeof raw.id !== 'string' || !isUri(raw.id))
    refuse('request.invalid', { reason: 'the id is no address' })
  return raw.id
}
