import type { Tx } from '../../db/transact.ts'
import type { World } from '../world.ts'
import { insertUndone, type Undone } from './undone-store.ts'

/**
 * Remembers that somebody here has taken an activity back, and with which Undo.
 * @returns false when they had done so before
 */
export async function rememberUndone(world: Pick<World, 'clock'>, tx: Tx, undone: Undone): Promise<boolean> {
  return insertUndone(tx, undone, world.clock.now())
}
