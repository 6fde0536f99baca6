import { idAt } from '../../base/ids.ts'
import type { Tx } from '../../db/transact.ts'
import { insertNew, putActive } from './store.ts'

/** What somebody said may reach us a little later than it was said. */
const LATE_MS = 3_600_000

/** Enters in the directory who came or said something since. */
export async function noteActive(tx: Tx, since: Date): Promise<void> {
  const from = idAt(new Date(since.getTime() - LATE_MS))
  await insertNew(tx, from)
  await putActive(tx, from)
}
