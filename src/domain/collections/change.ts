import type { CollectionId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import type { Visibility } from '../../base/visibility.ts'
import { type Tx, transact } from '../../db/transact.ts'
import type { MemberFact } from '../../facts/collections.ts'
import { record } from '../../facts/record.ts'
import type { LocalAccount } from '../accounts/account.ts'
import { findPostByUri } from '../posts/find.ts'
import type { World } from '../world.ts'
import { itemOf, MOST_MEMBERS } from './create.ts'
import { type Collection, hasMoreThan } from './find.ts'
import {
  addRecipients,
  deleteItem,
  emptyOut,
  insertItems,
  lockCollection,
  type Recipient,
  updateBody,
} from './store.ts'

export interface CollectionChange {
  readonly body: string
  readonly visibility: Visibility
  /** in addition to those that it is for already */
  readonly recipients: readonly Recipient[]
}

/** Its maker says something else of it. What is in it stays. */
export async function changeCollection(
  world: World,
  owner: LocalAccount,
  id: CollectionId,
  { recipients, ...change }: CollectionChange,
): Promise<void> {
  await transact(world.db, async (tx) => {
    await requireOwn(tx, owner, id)
    await updateBody(tx, id, change, world.clock.now())
    await addRecipients(tx, id, recipients)
    await record(world, tx, { type: 'collection.changed', collectionId: id, accountId: owner.id })
  })
}

/** It is gone, but what was in it is not. */
export async function removeCollection(world: World, owner: LocalAccount, id: CollectionId): Promise<void> {
  await transact(world.db, async (tx) => {
    await requireOwn(tx, owner, id)
    await emptyOut(tx, id, world.clock.now())
    await record(world, tx, { type: 'collection.removed', collectionId: id, accountId: owner.id })
  })
}

/**
 * Puts something into a collection of one's own: anything that has an id, people included.
 * @returns false when it is in it already
 * @throws Refusal 'collection.full'
 */
export async function addMember(
  world: World,
  owner: LocalAccount,
  id: CollectionId,
  uri: string,
): Promise<boolean> {
  return transact(world.db, async (tx) => {
    await requireOwn(tx, owner, id)
    const added = (await insertItems(tx, id, [itemOf(world, uri)], world.clock.now())).has(uri)
    if (added && (await hasMoreThan(tx, id, MOST_MEMBERS))) refuse('collection.full', { most: MOST_MEMBERS })
    if (added) await record(world, tx, await factOf(world, tx, 'member.added', { owner, id, uri }))
    return added
  })
}

/** @returns false when it was not in it */
export async function removeMember(
  world: World,
  owner: LocalAccount,
  id: CollectionId,
  uri: string,
): Promise<boolean> {
  return transact(world.db, async (tx) => {
    await requireOwn(tx, owner, id)
    const removed = await deleteItem(tx, id, uri)
    if (removed) await record(world, tx, await factOf(world, tx, 'member.removed', { owner, id, uri }))
    return removed
  })
}

async function factOf<Type extends string>(
  { uris }: World,
  tx: Tx,
  type: Type,
  { owner, id, uri }: { readonly owner: LocalAccount; readonly id: CollectionId; readonly uri: string },
): Promise<MemberFact<Type>> {
  return {
    type,
    collectionId: id,
    accountId: owner.id,
    uri,
    postId: (await findPostByUri(tx, uri))?.id ?? null,
    objectId: uris.objectIdFrom(uri) ?? null,
  }
}

async function requireOwn(tx: Tx, owner: LocalAccount, id: CollectionId): Promise<Collection> {
  const collection = await lockCollection(tx, id)
  if (!collection) return refuse('collection.not-found')
  if (collection.accountId !== owner.id) refuse('collection.not-yours')
  return collection
}
