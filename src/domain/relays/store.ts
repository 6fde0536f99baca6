import type { RelayState } from '../../db/tables/lifecycle.ts'
import type { Tx } from '../../db/transact.ts'
import type { Relay } from './find.ts'

/** @returns its number; undefined when that relay is known already */
export async function insertRelay(
  tx: Tx,
  relay: Omit<Relay, 'id' | 'state' | 'createdAt'>,
  now: Date,
): Promise<number | undefined> {
  const row = await tx
    .insertInto('relay')
    .values({
      url: relay.url,
      kind: relay.kind,
      inbox_id: relay.inboxId,
      origin: relay.origin,
      follow_uri: relay.followUri,
      object_uri: relay.objectUri,
      state: 'asked',
      created_at: now,
      answered_at: null,
    })
    .onConflict((conflict) => conflict.column('url').doNothing())
    .returning('id')
    .executeTakeFirst()
  return row?.id
}

export async function setRelayState(tx: Tx, id: number, state: RelayState, now: Date): Promise<void> {
  await tx.updateTable('relay').set({ state, answered_at: now }).where('id', '=', id).execute()
}

export async function deleteRelay(tx: Tx, id: number): Promise<void> {
  await tx.deleteFrom('relay').where('id', '=', id).execute()
}
