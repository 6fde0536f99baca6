import { type AccountId, type InboxItemId, idAt } from '../../base/ids.ts'
import { type Tx, transact } from '../../db/transact.ts'
import { markInboxFilled, openLoginInbox } from '../accounts/inbox-store.ts'
import type { World } from '../world.ts'
import { fillInbox } from './fill-store.ts'
import { findOpening } from './find.ts'

/** How long something stays in an inbox, and how much of it. */
export const INBOX_DAYS = 365
export const INBOX_LENGTH = 100_000

/**
 * From now on, what comes to somebody here is kept in their inbox, which begins with what had come before: an app may
 * read it. Once it is so, nothing more is done.
 */
export async function openInbox(
  world: Pick<World, 'clock' | 'uris'>,
  tx: Tx,
  ownerId: AccountId,
): Promise<void> {
  const now = world.clock.now()
  if (await openLoginInbox(tx, ownerId, now)) await fill(world, tx, ownerId)
}

/**
 * The inbox is about to be read. The first time, what came while it was being opened is entered as well: whoever had
 * begun before could not know of it.
 */
export async function ensureInbox(
  world: Pick<World, 'db' | 'clock' | 'uris'>,
  ownerId: AccountId,
): Promise<void> {
  const opening = await findOpening(world.db, ownerId)
  if (!opening || opening.filledAt !== null) return
  await transact(world.db, async (tx) => {
    await openLoginInbox(tx, ownerId, world.clock.now())
    await fill(world, tx, ownerId)
    await markInboxFilled(tx, ownerId, world.clock.now())
  })
}

async function fill(world: Pick<World, 'clock' | 'uris'>, tx: Tx, ownerId: AccountId): Promise<void> {
  const now = world.clock.now()
  await fillInbox(tx, world.uris, { ownerId, now, since: keptSince(now) })
}

/** Whatever came before is not kept. */
export function keptSince(now: Date): InboxItemId {
  return idAt(new Date(now.getTime() - INBOX_DAYS * 86_400_000)) as InboxItemId
}
