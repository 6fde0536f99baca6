import type { AccountId } from '../../base/ids.ts'
import type { Tx } from '../../db/transact.ts'
import type { ObjectReaction } from './object.ts'
import { deleteReaction, insertReaction } from './store.ts'

/** Lets a like or a share of an object stand in its lists; once for each who likes or shares it. */
export async function reactToObject(tx: Tx, reaction: ObjectReaction): Promise<void> {
  await insertReaction(tx, reaction)
}

/** It was taken back, by whoever did it. */
export async function forgetObjectReaction(tx: Tx, accountId: AccountId, uri: string): Promise<void> {
  await deleteReaction(tx, accountId, uri)
}
