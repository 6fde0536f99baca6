import type { CollectionId, CollectionItemId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import type { Visibility } from '../../base/visibility.ts'
import { transact } from '../../db/transact.ts'
import { record } from '../../facts/record.ts'
import type { LocalAccount } from '../accounts/account.ts'
import { lockAccount } from '../accounts/store.ts'
import type { World } from '../world.ts'
import { countCollections } from './find.ts'
import { addRecipients, insertCollection, insertItems, type NewItem, type Recipient } from './store.ts'

export const MOST_COLLECTIONS = 200
/** That a collection may begin with; more are added one by one. */
export const MOST_FIRST_MEMBERS = 1000
/** Whoever reads one is told how many there are for them, and every one of those is looked at for that. */
export const MOST_MEMBERS = 10_000

export interface NewCollection {
  readonly ordered: boolean
  /** what its maker says of it, as JSON, without what is in it */
  readonly body: string
  readonly visibility: Visibility
  readonly recipients: readonly Recipient[]
  /** ids of what it begins with, the first one first */
  readonly members: readonly string[]
}

/** Somebody here makes a collection of their own. */
export async function createCollection(
  world: World,
  owner: LocalAccount,
  { ordered, body, visibility, recipients, members }: NewCollection,
): Promise<CollectionId> {
  if (members.length > MOST_FIRST_MEMBERS) refuse('collection.too-large', { most: MOST_FIRST_MEMBERS })
  const id = world.ids.next<CollectionId>()
  const now = world.clock.now()
  return transact(world.db, async (tx) => {
    await lockAccount(tx, owner.id)
    if ((await countCollections(tx, owner.id)) >= MOST_COLLECTIONS)
      refuse('collection.too-many', { most: MOST_COLLECTIONS })
    const dates = { createdAt: now, updatedAt: null, deletedAt: null }
    await insertCollection(tx, { id, accountId: owner.id, ordered, visibility, body, ...dates })
    await addRecipients(tx, id, recipients)
    const items = [...new Set(members)].map((uri) => itemOf(world, uri))
    await insertItems(tx, id, items, now)
    await record(world, tx, { type: 'collection.made', collectionId: id, accountId: owner.id })
    return id
  })
}

/** Ready to be put into a collection. */
export function itemOf({ ids, uris }: Pick<World, 'ids' | 'uris'>, uri: string): NewItem {
  return { id: ids.next<CollectionItemId>(), uri, objectId: uris.objectIdFrom(uri) ?? null }
}
