import type { ObjectId } from '../../base/ids.ts'
import type { Uris } from '../../base/uris.ts'
import type { ObjectCounts } from '../../views/objects.ts'
import { cleanedFrom } from '../from-activity/cleaned.ts'
import { contextsOf } from '../from-activity/extension.ts'
import type { Json, JsonObject } from '../json.ts'
import { ACTIVITY_STREAMS } from './context.ts'

/** What of an object that is no post only we say. */
const OURS = new Set(
  (
    '@context id attributedTo published updated to cc bto bcc audience likes shares replies totalItems proof ' +
    'signature'
  ).split(' '),
)

export interface ObjectParts {
  readonly uri: string
  readonly authorUri: string
  readonly publishedAt: Date
  readonly editedAt?: Date
  readonly to: readonly string[]
  readonly cc: readonly string[]
}

/** The lists around what is no post, each with how many are in it. */
export function listsAround(id: ObjectId, uris: Uris, counts: ObjectCounts): JsonObject {
  const at = (list: keyof ObjectCounts, type: string) => {
    const uri = uris.ofObject(id, list)
    return { id: uri, type, totalItems: counts[list], first: `${uri}?cursor=first` }
  }
  return {
    likes: at('likes', 'OrderedCollection'),
    shares: at('shares', 'OrderedCollection'),
    replies: at('replies', 'Collection'),
  }
}

/** What an app made, whole and in its own words, with what only we can say of it: as it is kept, and served at its id. */
export function objectFrom(written: JsonObject, parts: ObjectParts): JsonObject {
  const words = Object.entries(written).filter(([name]) => !OURS.has(name) && !name.startsWith('_'))
  const contexts = contextsOf(written)
  const { type, ...rest } = cleanedFrom(Object.fromEntries(words))
  return {
    '@context': contexts.length === 0 ? ACTIVITY_STREAMS : [ACTIVITY_STREAMS, ...contexts],
    id: parts.uri,
    type: type as Json,
    attributedTo: parts.authorUri,
    ...rest,
    published: parts.publishedAt.toISOString(),
    ...(parts.editedAt === undefined ? {} : { updated: parts.editedAt.toISOString() }),
    to: parts.to,
    cc: parts.cc,
  }
}
