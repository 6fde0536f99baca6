import type { ReportId } from '../base/ids.ts'
import type { Tx } from '../db/transact.ts'
import { findModerators, findReport } from '../domain/moderation/find.ts'
import { notifyReport, notifySignUp, notifyWarned, silenceBetween } from '../domain/notifications/apart.ts'
import { notifyApprovals } from '../domain/notifications/approvals.ts'
import {
  notifyFollow,
  notifyMentioned,
  notifyPollClosed,
  withdrawFollow,
} from '../domain/notifications/notify.ts'
import { notifyReactions, type ReactionNews } from '../domain/notifications/reactions.ts'
import type { World } from '../domain/world.ts'
import type { Fact } from '../facts/facts.ts'
import type { Effect } from '../facts/record.ts'

/** Writes and withdraws notifications of people here. */
export function notify(world: Pick<World, 'ids' | 'uris'>): Effect {
  return async (tx, facts) => {
    await notifyMentioned(
      world,
      tx,
      facts
        .filter(
          (fact) =>
            fact.type === 'post.published' || fact.type === 'post.received' || fact.type === 'post.edited',
        )
        // What was found long after it was said is no news.
        .filter((fact) => fact.type !== 'post.received' || fact.fresh || !fact.found)
        .filter((fact) => fact.type !== 'post.published' || fact.names !== false),
    )
    await notifyReactions(world, tx, facts.flatMap(reactionIn))
    await notifyApprovals(world, tx, facts)
    for (const fact of facts) {
      if (fact.type === 'poll.closed') await notifyPollClosed(world, tx, fact)
      if (fact.type === 'follow.requested' && fact.followedLocal) {
        await notifyFollow(world, tx, 'follow_request', fact)
      }
      if (fact.type === 'follow.accepted' && fact.followedLocal) await notifyFollow(world, tx, 'follow', fact)
      if (
        fact.type === 'follow.rejected' ||
        fact.type === 'follow.undone' ||
        fact.type === 'follow.severed'
      ) {
        await withdrawFollow(tx, fact)
      }
      if (fact.type === 'block.made') await silenceBetween(tx, fact.accountId, fact.targetId)
      if (fact.type === 'account.warned') await notifyWarned(world, tx, fact.accountId, fact.strikeId)
      if (fact.type === 'report.made') await tellModerators(world, tx, fact.reportId)
      if (fact.type === 'account.waits' || (fact.type === 'account.registered' && fact.bySelf)) {
        await notifySignUp(world, tx, await findModerators(tx), fact.accountId)
      }
    }
  }
}

async function tellModerators(world: Pick<World, 'ids'>, tx: Tx, reportId: ReportId): Promise<void> {
  const report = await findReport(tx, reportId)
  if (report) await notifyReport(world, tx, await findModerators(tx), report.targetId)
}

function reactionIn(fact: Fact): ReactionNews[] {
  switch (fact.type) {
    case 'reaction.added':
    case 'reaction.removed':
      return [
        { ...fact, done: fact.type === 'reaction.added', kind: fact.emoji === null ? 'like' : 'reaction' },
      ]
    case 'boost.added':
    case 'boost.removed':
      return [{ ...fact, done: fact.type === 'boost.added', kind: 'boost' }]
    default:
      return []
  }
}
