import type { Tx } from '../../db/transact.ts'

/** Notes that the server runs, and says when that was noted last; held until the transaction ends. */
export async function noteAlive(tx: Tx, now: Date): Promise<Date | undefined> {
  const row = await tx.selectFrom('alive').select('at').forUpdate().executeTakeFirst()
  await tx
    .insertInto('alive')
    .values({ at: now })
    .onConflict((conflict) => conflict.column('one').doUpdateSet({ at: now }))
    .execute()
  return row?.at
}
