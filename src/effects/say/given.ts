import { plainContext } from '../../translate/to-activity/context.ts'
import type { Sayers } from './saying.ts'

/** What people here do through an app that means nothing more to us: all but its maker and its id is the app's to say. */
export const sayGiven: Sayers = {
  'activity.given': async ({ uris }, _tx, { activityId, accountId, kind, about }) => ({
    id: activityId,
    accountId,
    json: {
      '@context': plainContext,
      id: uris.activity(activityId),
      type: kind,
      actor: uris.actor(accountId),
    },
    // What is said of a thing that is gone outlives it.
    ...(about && !about.gone && { objectId: about.objectId }),
    subject: about?.objectId ?? accountId,
    recipients: { accountIds: [], ...(about?.reaching && { reachOf: about.objectId }) },
    stays: !about?.reaching,
  }),
}
