import { notifyFollow, notifyMentioned, withdrawFollow } from '../domain/notifications/notify.ts'
import type { World } from '../domain/world.ts'
import type { Effect } from '../facts/record.ts'

/** Writes and withdraws notifications of people here. */
export function notify(world: Pick<World, 'ids'>): Effect {
  return async (tx, facts) => {
    await notifyMentioned(
      world,
      tx,
      facts.filter(
        (fact) =>
          fact.type === 'post.published' || fact.type === 'post.received' || fact.type === 'post.edited',
      ),
    )
    for (const fact of facts) {
      if (fact.type === 'follow.requested' && fact.followedLocal) {
        await notifyFollow(world, tx, 'follow_request', fact)
      }
      if (fact.type === 'follow.accepted' && fact.followedLocal) await notifyFollow(world, tx, 'follow', fact)
      if (fact.type === 'follow.rejected' || fact.type === 'follow.undone') await withdrawFollow(tx, fact)
    }
  }
}
