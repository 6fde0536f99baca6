import type { CollectionId, CollectionItemId } from '../../../base/ids.ts'
import { PUBLIC, type Uris } from '../../../base/uris.ts'
import { isOpen } from '../../../base/visibility.ts'
import type { Collection } from '../../../domain/collections/find.ts'
import { isObject, type JsonObject, parseJson } from '../../../translate/json.ts'
import { listType } from '../../../translate/to-activity/collections.ts'
import { noteListContext } from '../../../translate/to-activity/context.ts'
import {
  countCollectionItems,
  findCollectionItem,
  listCollectionItems,
  listCollections,
  viewCollection,
} from '../../../views/collections.ts'
import type { Reading } from '../../http/reading.ts'
import type { List } from './list.ts'
import { type ActorList, type ListParts, readerOf, shortList, textOf } from './source.ts'

const PER_PAGE = 40
/** Ours to say, whatever its maker wrote. */
const OURS = new Set([
  '@context',
  'id',
  'type',
  'attributedTo',
  'totalItems',
  'first',
  'last',
  'next',
  'prev',
  'partOf',
  'items',
  'orderedItems',
  'seekItem',
])

function saidOf({ body }: Collection): {
  readonly context: JsonObject[string]
  readonly type: JsonObject[string]
  readonly about: JsonObject
} {
  const json = parseJson(body)
  const said = isObject(json) ? json : {}
  return {
    context: said['@context'],
    type: said.type,
    about: Object.fromEntries(Object.entries(said).filter(([name]) => !OURS.has(name))),
  }
}

/** By name it is for nobody but those who are told. */
function addressed({ visibility, accountId }: Collection, uris: Uris): JsonObject {
  const followers = uris.followers(accountId)
  if (visibility === 'public') return { to: [PUBLIC] }
  if (visibility === 'unlisted') return { to: [followers], cc: [PUBLIC] }
  return visibility === 'followers' ? { to: [followers] } : {}
}

/** A collection that somebody here keeps; gone when it was deleted. */
export async function openCollection(
  { db, uris }: ListParts,
  id: CollectionId | undefined,
  reading: Reading,
): Promise<List | undefined> {
  const collection = id && (await viewCollection(db, id, reading.viewer))
  if (!collection) return undefined
  const { accountId } = collection
  reading.ownerId = accountId
  reading.paths.push(`/restricted/${accountId}`)
  reading.public = isOpen(collection.visibility)
  reading.gone = collection.deletedAt !== null
  reading.modified = collection.updatedAt ?? collection.createdAt
  if (reading.gone) return undefined
  const { context, type, about } = saidOf(collection)
  return {
    id: uris.collection(collection.id),
    ordered: collection.ordered,
    ...(type === undefined ? {} : { type }),
    first: 'newest',
    perPage: PER_PAGE,
    context: context ?? noteListContext,
    worded: context !== undefined,
    about: {
      ...about,
      attributedTo: uris.actor(accountId),
      ...addressed(collection, uris),
      published: collection.createdAt.toISOString(),
      ...(collection.updatedAt === null ? {} : { updated: collection.updatedAt.toISOString() }),
    },
    count: () => countCollectionItems(db, collection.id, reading.viewer),
    async read({ past, back, limit }) {
      const items = await listCollectionItems(db, collection.id, reading.viewer, {
        limit,
        ...(past && { before: past as CollectionItemId }),
        ...(back && { after: back as CollectionItemId }),
      })
      return items.map(({ id: key, uri }) => ({ key, text: textOf(uri) }))
    },
    seek: async (uri) => (await findCollectionItem(db, collection.id, reading.viewer, uri))?.id,
  }
}

/** The collections that somebody keeps, those that this reader may see. */
export const collectionsOf: ActorList = ({ db, uris }, account, reading) =>
  shortList(
    { id: uris.collections(account.id), ordered: true, about: { attributedTo: account.uri } },
    async () =>
      (await listCollections(db, account.id, readerOf(reading))).map((collection) => {
        const { type, about } = saidOf(collection)
        return {
          ...about,
          id: uris.collection(collection.id),
          type: listType(collection.ordered, type),
          attributedTo: account.uri,
          published: collection.createdAt.toISOString(),
        }
      }),
  )
