import type { ActivityId } from '../../base/ids.ts'
import type { Uris } from '../../base/uris.ts'
import type { Tx } from '../../db/transact.ts'
import type { FollowFact } from '../../facts/facts.ts'
import { acceptFrom, followFrom, rejectFrom, undoFollowFrom } from '../../translate/to-activity/activities.ts'
import { mentionsOfAccounts } from '../../views/accounts.ts'
import type { Sayers, Saying, SayingParts } from './saying.ts'

type AnyFollowFact = FollowFact<string>

/** Follow, its answer and its Undo, where one side is here and the other elsewhere. */
export const sayFollows: Sayers = {
  'follow.requested': async ({ uris }, tx, fact) =>
    fact.followerLocal && !fact.followedLocal ? sayFollow(uris, tx, fact) : undefined,
  'follow.accepted': async (parts, tx, fact) =>
    fact.followedLocal && !fact.followerLocal ? sayAnswer(parts, tx, fact, acceptFrom) : undefined,
  'follow.rejected': async (parts, tx, fact) =>
    fact.followedLocal && !fact.followerLocal ? sayAnswer(parts, tx, fact, rejectFrom) : undefined,
  'follow.undone': async (parts, tx, fact) =>
    fact.followerLocal && !fact.followedLocal ? sayAnswer(parts, tx, fact, undoFollowFrom) : undefined,
}

async function sayFollow(uris: Uris, tx: Tx, fact: AnyFollowFact): Promise<Saying | undefined> {
  const parts = await partsOf(tx, fact)
  const id = uris.activityIdFrom(fact.followUri)
  if (!parts || !id) return undefined
  return {
    id,
    accountId: fact.followerId,
    json: followFrom(parts),
    subject: fact.followedId,
    recipients: { accountIds: [fact.followedId] },
  }
}

async function sayAnswer(
  { ids, uris }: SayingParts,
  tx: Tx,
  fact: AnyFollowFact,
  write: typeof acceptFrom,
): Promise<Saying | undefined> {
  const parts = await partsOf(tx, fact)
  if (!parts) return undefined
  const id = ids.next<ActivityId>()
  const [ours, theirs] = fact.followerLocal
    ? [fact.followerId, fact.followedId]
    : [fact.followedId, fact.followerId]
  // Everything between the two has one subject, so that an Undo never overtakes its Follow.
  return {
    id,
    accountId: ours,
    json: write(id, parts, uris),
    subject: theirs,
    recipients: { accountIds: [theirs] },
  }
}

async function partsOf(tx: Tx, fact: AnyFollowFact) {
  const accounts = await mentionsOfAccounts(tx, [fact.followerId, fact.followedId])
  const [follower, followed] = [accounts.get(fact.followerId), accounts.get(fact.followedId)]
  if (!follower || !followed) return undefined
  return { uri: fact.followUri, followerUri: follower.uri, followedUri: followed.uri }
}
