import type { AccountId } from '../../base/ids.ts'
import type { Tx } from '../../db/transact.ts'

/** Who may do what with all that an account says from now on. */
export async function updateDefaultPolicy(
  tx: Tx,
  id: AccountId,
  choices: Readonly<Record<string, string>>,
): Promise<void> {
  await tx
    .updateTable('account')
    .set({ default_policy: JSON.stringify(choices) })
    .where('id', '=', id)
    .execute()
}
