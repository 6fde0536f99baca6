import { idAt } from '../../base/ids.ts'
import type { Tx } from '../../db/transact.ts'
import { saidIn } from '../activities/said.ts'
import type { World } from '../world.ts'
import type { NewEvent } from './event.ts'
import { insertEvents } from './store.ts'

/**
 * Tells whoever listens, once the caller's transaction commits. Any number of events, and any number of calls within a
 * transaction, are one notification; where nobody listens nothing is written at all.
 */
export async function tell(tx: Tx, events: readonly NewEvent[]): Promise<void> {
  if (events.length > 0) await insertEvents(tx, events)
}

/** How much a transaction had said when it was last told of. */
const told = new WeakMap<Tx, number>()

/** The same of what was said, unless that was told already. */
export async function tellSaid(world: Pick<World, 'clock'>, tx: Tx): Promise<void> {
  if (told.get(tx) !== saidIn(tx).length) await tellEntered(world, tx, [], [])
}

/** Longer than any transaction takes from making an id to using it. */
const ENTERED_WITHIN_MS = 10 * 60 * 1000

/**
 * The same, and of what the caller's transaction has entered into homes, inboxes, outboxes and lists of notifications;
 * each is told once, however often this is called.
 * @param postIds posts that may have come into homes
 */
export async function tellEntered(
  { clock }: Pick<World, 'clock'>,
  tx: Tx,
  events: readonly NewEvent[],
  postIds: readonly string[],
): Promise<void> {
  told.set(tx, saidIn(tx).length)
  const since = idAt(new Date(clock.now().getTime() - ENTERED_WITHIN_MS))
  await insertEvents(tx, events, { since, postIds })
}
