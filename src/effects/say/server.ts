import type { ActivityId } from '../../base/ids.ts'
import { PUBLIC } from '../../base/uris.ts'
import { followFrom, undoFollowFrom } from '../../translate/to-activity/activities.ts'
import { instanceActorFrom } from '../../translate/to-activity/actor.ts'
import { viewAccount } from '../../views/accounts.ts'
import type { Sayers } from './saying.ts'

/** What the server says in its own name: to relays, and to all when it was away. */
export const sayServer: Sayers = {
  async 'relay.asked'({ uris }, _tx, fact) {
    const id = uris.activityIdFrom(fact.followUri)
    if (!id) return undefined
    const follow = { uri: fact.followUri, followerUri: uris.instanceActor, followedUri: fact.objectUri }
    return {
      id,
      accountId: fact.accountId,
      json: followFrom(follow),
      subject: fact.accountId,
      recipients: { accountIds: [], inboxIds: [fact.inboxId] },
    }
  },
  async 'relay.left'({ ids, uris }, _tx, fact) {
    const id = ids.next<ActivityId>()
    const follow = { uri: fact.followUri, followerUri: uris.instanceActor, followedUri: fact.objectUri }
    return {
      id,
      accountId: fact.accountId,
      json: undoFollowFrom(id, follow, uris),
      subject: fact.accountId,
      recipients: { accountIds: [], inboxIds: [fact.inboxId] },
    }
  },
  async 'server.returned'({ ids, uris }, tx, { accountId }) {
    const view = await viewAccount(tx, accountId)
    if (!view) return undefined
    const id = ids.next<ActivityId>()
    const { '@context': context, ...object } = instanceActorFrom(view, uris)
    const said = {
      id: uris.activity(id),
      type: 'Update',
      actor: uris.instanceActor,
      to: [PUBLIC],
      cc: [],
      object,
    }
    return {
      id,
      accountId,
      json: { '@context': context, ...said },
      public: true,
      subject: accountId,
      recipients: { accountIds: [], everywhere: true },
    }
  },
}
