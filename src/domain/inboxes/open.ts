import { LRUCache } from 'lru-cache'
import { type AccountId, type InboxItemId, idAt } from '../../base/ids.ts'
import type { Db } from '../../db/connect.ts'
import { transact } from '../../db/transact.ts'
import { markInboxFilled, openLoginInbox } from '../accounts/inbox-store.ts'
import type { World } from '../world.ts'
import { fillInbox } from './fill-store.ts'
import { findOpening } from './find.ts'

/** How long something stays in an inbox, and how much of it. */
export const INBOX_DAYS = 365
export const INBOX_LENGTH = 100_000

/**
 * The inbox is about to be read. The first time, what had come before is entered; what has come since an app was first
 * allowed to read it is there already.
 */
export async function ensureInbox(
  world: Pick<World, 'db' | 'clock' | 'uris'>,
  ownerId: AccountId,
): Promise<void> {
  let known = filled.get(world.db)
  if (!known) {
    known = new LRUCache({ max: OWNERS })
    filled.set(world.db, known)
  }
  if (known.has(ownerId)) return
  const opening = await findOpening(world.db, ownerId)
  if (!opening) return
  if (opening.filledAt === null) await fill(world, ownerId)
  known.set(ownerId, true)
}

/** Of whom it need not be asked again. */
const filled = new WeakMap<Db, LRUCache<AccountId, true>>()
const OWNERS = 10_000

async function fill(world: Pick<World, 'db' | 'clock' | 'uris'>, ownerId: AccountId): Promise<void> {
  await transact(world.db, async (tx) => {
    const now = world.clock.now()
    await openLoginInbox(tx, ownerId, now)
    await fillInbox(tx, world.uris, { ownerId, now, since: keptSince(now) })
    await markInboxFilled(tx, ownerId, now)
  })
}

/** Whatever came before is not kept. */
export function keptSince(now: Date): InboxItemId {
  return idAt(new Date(now.getTime() - INBOX_DAYS * 86_400_000)) as InboxItemId
}
