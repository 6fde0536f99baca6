import { refuse } from '../../../base/refusal.ts'
import { PUBLIC } from '../../../base/uris.ts'
import { isPublic } from '../../../translate/from-activity/addressing.ts'
import { isObject, type Json, type JsonObject, listOf } from '../../../translate/json.ts'

/** The addresses of an activity as its author wrote them, each once, Public in its full form. */
export interface Addresses {
  readonly to: readonly string[]
  readonly cc: readonly string[]
  readonly bto: readonly string[]
  readonly bcc: readonly string[]
}

/** As many as one activity may name one by one. */
const MOST = 100

/**
 * Whom an activity and what stands in it are for, together: either may say it. What is both open and blind is open, and
 * whoever stands in `audience` is told as those in `cc`.
 * @throws Refusal 'address.too-many', 'request.invalid' for what is no address
 */
export function addressesIn(...objects: readonly JsonObject[]): Addresses {
  const of = (...fields: readonly string[]) =>
    objects.flatMap((object) => fields.flatMap((field) => listOf(object[field]).map(addressFrom)))
  const to = new Set(of('to'))
  const cc = new Set(of('cc', 'audience').filter((address) => !to.has(address)))
  const isOpen = (address: string) => to.has(address) || cc.has(address)
  const bto = new Set(of('bto').filter((address) => !isOpen(address)))
  const bcc = new Set(of('bcc').filter((address) => !isOpen(address) && !bto.has(address)))
  if (to.size + cc.size + bto.size + bcc.size > MOST) refuse('address.too-many', { most: MOST })
  return { to: [...to], cc: [...cc], bto: [...bto], bcc: [...bcc] }
}

/** The same object without addresses; with `deep`, no object within it has blind ones either. */
export function withoutAddresses(object: JsonObject): JsonObject {
  const { to: _to, cc: _cc, audience: _audience, ...rest } = object
  return withoutBlind(rest) as JsonObject
}

/** Whoever is addressed blindly, anywhere in a document, is named nowhere in what is kept of it. */
export function withoutBlind(value: Json): Json {
  if (Array.isArray(value)) return value.map((item: Json) => withoutBlind(item))
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => name !== 'bto' && name !== 'bcc')
      .map(([name, member]) => [
        name,
        name === '@context' || member === undefined ? member : withoutBlind(member),
      ]),
  )
}

function addressFrom(item: Json): string {
  const id = isObject(item) ? (item.id ?? item.href) : item
  if (typeof id !== 'string' || id === '') return refuse('request.invalid', { reason: 'an address is no id' })
  return isPublic(id) ? PUBLIC : id
}
