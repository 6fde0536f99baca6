import { type AccountId, type ActivityId, idAt } from '../../base/ids.ts'
import type { Tx } from '../../db/transact.ts'
import type { Recipients } from '../../domain/activities/recipients.ts'
import { findHolders } from '../../domain/follows/find.ts'
import { actorUpdateFrom } from '../../translate/to-activity/activities.ts'
import { viewAccount } from '../../views/accounts.ts'
import type { Sayers, SayingParts } from './saying.ts'

const HELD_DAYS = 30

/** Whom a change of an account is told: its followers, and those who hold it for another reason. */
export async function reachOf({ clock }: SayingParts, tx: Tx, accountId: AccountId): Promise<Recipients> {
  const since = idAt(new Date(clock.now().getTime() - HELD_DAYS * 86_400_000))
  return { accountIds: await findHolders(tx, accountId, since), followersOf: accountId }
}

/** Update of our accounts. */
export const sayAccounts: Sayers = {
  async 'account.updated'(parts, tx, { accountId }) {
    const { ids, uris } = parts
    const account = await viewAccount(tx, accountId)
    if (!account?.local) return undefined
    const id = ids.next<ActivityId>()
    return {
      id,
      accountId,
      json: actorUpdateFrom(id, account, uris),
      public: true,
      subject: accountId,
      recipients: await reachOf(parts, tx, accountId),
    }
  },
}
