import type { ActivityId } from '../../base/ids.ts'
import type { Uris } from '../../base/uris.ts'
import type { Tx } from '../../db/transact.ts'
import { findActivity } from '../../domain/activities/find.ts'
import type { FollowFact } from '../../facts/facts.ts'
import { acceptFrom, followFrom, rejectFrom, undoFollowFrom } from '../../translate/to-activity/activities.ts'
import { mentionsOfAccounts } from '../../views/accounts.ts'
import type { Sayers, Saying, SayingParts } from './saying.ts'

type AnyFollowFact = FollowFact<string>

/** Follow, its answer and its Undo, where whoever does it is from here; between two from here they go nowhere. */
export const sayFollows: Sayers = {
  'follow.requested': async ({ uris }, tx, fact) =>
    fact.followerLocal ? sayFollow(uris, tx, fact) : undefined,
  'follow.accepted': async (parts, tx, fact) =>
    fact.followedLocal ? sayAccepted(parts, tx, fact) : undefined,
  'follow.rejected': async (parts, tx, fact) =>
    fact.followedLocal ? sayAnswer(parts, tx, fact, rejectFrom) : undefined,
  'follow.undone': async (parts, tx, fact) =>
    fact.followerLocal ? sayAnswer(parts, tx, fact, undoFollowFrom) : undefined,
}

/** One that somebody here did not have to wait for is said together with its answer. */
async function sayAccepted(
  parts: SayingParts,
  tx: Tx,
  fact: AnyFollowFact,
): Promise<readonly Saying[] | undefined> {
  const id = fact.followerLocal ? parts.uris.activityIdFrom(fact.followUri) : undefined
  const follow = id && !(await findActivity(tx, id)) ? await sayFollow(parts.uris, tx, fact) : undefined
  const accept = await sayAnswer(parts, tx, fact, acceptFrom)
  return accept && [...(follow ? [follow] : []), accept]
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
    stays: fact.followedLocal,
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
  const [ours, theirs] =
    write === undoFollowFrom ? [fact.followerId, fact.followedId] : [fact.followedId, fact.followerId]
  // Everything between the two has one subject, so that an Undo never overtakes its Follow.
  return {
    id,
    accountId: ours,
    json: write(id, parts, uris),
    subject: theirs,
    recipients: { accountIds: [theirs] },
    stays: fact.followerLocal && fact.followedLocal,
  }
}

async function partsOf(tx: Tx, fact: AnyFollowFact) {
  const accounts = await mentionsOfAccounts(tx, [fact.followerId, fact.followedId])
  const [follower, followed] = [accounts.get(fact.followerId), accounts.get(fact.followedId)]
  if (!follower || !followed) return undefined
  return { uri: fact.followUri, followerUri: follower.uri, followedUri: followed.uri }
}
