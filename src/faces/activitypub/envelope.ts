import { isObject, type Json, type JsonObject, listOf } from '../../translate/json.ts'
import { noteContext, plainContext } from '../../translate/to-activity/context.ts'

/**
 * Fedify's envelope of a list in the words we use elsewhere: with our context instead of ones that a reader would have to
 * fetch, and with its items, be there none or one, always as a list.
 */
export function ownEnvelope(collection: JsonObject, attributedTo?: string): JsonObject {
  const { '@context': _context, id, type, ...rest } = collection
  const list = String(type).startsWith('Ordered') ? 'orderedItems' : 'items'
  const items: readonly Json[] = listOf(rest[list])
  return {
    '@context': items.some(isObject) ? noteContext : plainContext,
    id,
    type,
    ...(attributedTo === undefined ? {} : { attributedTo }),
    ...rest,
    ...('first' in rest ? {} : { [list]: items }),
  }
}
