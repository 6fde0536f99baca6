import type { Tx } from '../../db/transact.ts'
import type { NewEvent } from './event.ts'
import { insertEvents } from './store.ts'

/**
 * Tells whoever listens, once the caller's transaction commits. Any number of events, and any number of calls within a
 * transaction, are one notification; where nobody listens nothing is written at all.
 */
export async function tell(tx: Tx, events: readonly NewEvent[]): Promise<void> {
  if (events.length > 0) await insertEvents(tx, events)
}
