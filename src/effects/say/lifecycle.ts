import type { AccountId, ActivityId } from '../../base/ids.ts'
import type { Tx } from '../../db/transact.ts'
import { actorUpdateFrom } from '../../translate/to-activity/activities.ts'
import {
  actorDeleteFrom,
  type FeatureParts,
  featureFrom,
  hashtagObject,
  moveFrom,
} from '../../translate/to-activity/lifecycle.ts'
import { viewAccount } from '../../views/accounts.ts'
import { reachOf } from './accounts.ts'
import type { Sayers, Saying, SayingParts } from './saying.ts'

/** What an account features, that it has moved, and that it is gone. */
export const sayLifecycle: Sayers = {
  'post.pinned': async (parts, _tx, fact) =>
    sayFeatured(parts, fact.authorId, { type: 'Add', object: fact.uri }),
  'post.unpinned': async (parts, _tx, fact) =>
    sayFeatured(parts, fact.authorId, { type: 'Remove', object: fact.uri }),
  'tag.featured': async (parts, _tx, fact) =>
    sayFeatured(parts, fact.accountId, { type: 'Add', object: hashtagObject(fact, parts.uris) }),
  'tag.unfeatured': async (parts, _tx, fact) =>
    sayFeatured(parts, fact.accountId, { type: 'Remove', object: hashtagObject(fact, parts.uris) }),
  'account.moved': (parts, tx, fact) => sayMoved(parts, tx, fact.accountId, fact.targetUri),
  'account.deleted': async (parts, _tx, fact) => sayDeleted(parts, fact.accountId),
}

/** To all who follow, in the order in which it was done. */
function sayFeatured(parts: SayingParts, accountId: AccountId, what: FeatureParts): Saying {
  const id = parts.ids.next<ActivityId>()
  return {
    id,
    accountId,
    json: featureFrom(id, accountId, what, parts.uris),
    public: true,
    subject: accountId,
    recipients: { accountIds: [], followersOf: accountId },
  }
}

/** First the actor that says where it is now, then the Move: whoever reads the actor again finds both to agree. */
async function sayMoved(
  parts: SayingParts,
  tx: Tx,
  accountId: AccountId,
  targetUri: string,
): Promise<readonly Saying[]> {
  const account = await viewAccount(tx, accountId)
  if (!account) return []
  const { ids, uris } = parts
  const [updateId, moveId] = [ids.next<ActivityId>(), ids.next<ActivityId>()]
  const common = {
    accountId,
    public: true,
    subject: accountId,
    recipients: await reachOf(parts, tx, accountId),
  }
  return [
    { ...common, id: updateId, json: actorUpdateFrom(updateId, account, uris) },
    { ...common, id: moveId, json: moveFrom(moveId, accountId, targetUri, uris) },
  ]
}

/** To every server that we know: any of them may have got something once. */
function sayDeleted({ ids, uris }: SayingParts, accountId: AccountId): Saying {
  const id = ids.next<ActivityId>()
  return {
    id,
    accountId,
    json: actorDeleteFrom(id, accountId, uris),
    public: true,
    subject: accountId,
    recipients: { accountIds: [], everywhere: true },
  }
}
