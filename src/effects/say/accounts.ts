import type { ActivityId } from '../../base/ids.ts'
import { actorUpdateFrom } from '../../translate/to-activity/activities.ts'
import { viewAccount } from '../../views/accounts.ts'
import type { Sayers } from './saying.ts'

/** Update of our accounts. */
export const sayAccounts: Sayers = {
  async 'account.updated'({ ids, uris }, tx, { accountId }) {
    const account = await viewAccount(tx, accountId)
    if (!account?.local) return undefined
    const id = ids.next<ActivityId>()
    return {
      id,
      accountId,
      json: actorUpdateFrom(id, account, uris),
      public: true,
      subject: accountId,
      recipients: { accountIds: [], followersOf: accountId },
    }
  },
}
