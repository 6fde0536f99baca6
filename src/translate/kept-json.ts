import { idOf, isObject, type Json, type JsonObject } from './json.ts'

/** Characters of an activity that are kept of it; of a longer one, only what it says of itself in ids. */
const LONGEST = 65_536

/** An activity as it is kept to be read again: without whom it was blindly for, wherever that stands, and not too long. */
export function keptJson(activity: JsonObject): string {
  const open = withoutBlind(activity) as JsonObject
  const whole = JSON.stringify(open)
  return whole.length <= LONGEST ? whole : JSON.stringify(outlineOf(open))
}

function withoutBlind(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutBlind)
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, item]) =>
      BLIND.has(name) || item === undefined ? [] : [[name, withoutBlind(item)]],
    ),
  )
}

const BLIND = new Set(['bto', 'bcc', 'as:bto', 'as:bcc'])

function outlineOf({ id, type, actor, object, target, published }: JsonObject): JsonObject {
  return {
    '@context': 'https://www.w3.org/ns/activitystreams',
    id,
    type,
    actor: idOf(actor),
    object: idOf(object),
    target: idOf(target),
    published: typeof published === 'string' ? published.slice(0, 64) : undefined,
  }
}
