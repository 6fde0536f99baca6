import { LRUCache } from 'lru-cache'
import type { AccountId, PostId } from '../../base/ids.ts'
import type { Db } from '../../db/connect.ts'
import { type Tx, transact } from '../../db/transact.ts'
import { engagedInboxes, findInboxOf } from './reach-find.ts'
import { addReach, deleteReach } from './reach-store.ts'

/**
 * Remembers where a post of ours has been sent, before it is: so that its Delete goes to everyone who ever got it, also
 * to followers who have left since and to people whom an edit no longer names.
 */
export async function rememberReach(db: Db, postId: string, inboxIds: readonly number[]): Promise<void> {
  await transact(db, (tx) => addReach(tx, postId, inboxIds))
}

/** Its Delete is on its way to all of them. */
export async function forgetReach(db: Db, postId: string): Promise<void> {
  await deleteReach(db, postId)
}

/** A post is about to go, and with it all that would tell who made something of it. */
export async function gatherReach(tx: Tx, postId: PostId): Promise<void> {
  await addReach(tx, postId, await engagedInboxes(tx, postId))
}

const READERS = 20_000
const lately = new WeakMap<Db, LRUCache<string, true>>()

/** Somebody elsewhere has fetched a private post of ours, and so their server has it. Costs nothing the second time. */
export async function noteReader(db: Db, postId: PostId, readerId: AccountId): Promise<void> {
  let known = lately.get(db)
  if (!known) {
    known = new LRUCache({ max: READERS })
    lately.set(db, known)
  }
  const key = `${postId} ${readerId}`
  if (known.has(key)) return
  const inbox = await findInboxOf(db, readerId)
  if (inbox !== undefined) await rememberReach(db, postId, [inbox])
  known.set(key, true)
}
