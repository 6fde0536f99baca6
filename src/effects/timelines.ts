import { fanOut, forget, welcome } from '../domain/timelines/fan-out.ts'
import type { World } from '../domain/world.ts'
import type { Effect } from '../facts/record.ts'

/** Writes and withdraws home rows, and fills a home after a new follow. */
export function timelines(world: Pick<World, 'clock' | 'limits'>): Effect {
  return async (tx, facts) => {
    const entries = facts.flatMap((fact) => {
      if (fact.type === 'post.published') return { postId: fact.postId, authorId: fact.authorId, local: true }
      // What was said long ago would land far below where people read.
      if (fact.type === 'post.received' && fact.fresh) {
        return { postId: fact.postId, authorId: fact.authorId, local: false }
      }
      return []
    })
    await fanOut(world, tx, entries)
    for (const fact of facts) {
      if (fact.type === 'follow.accepted' && fact.followerLocal) {
        await welcome(tx, fact.followerId, fact.followedId)
      }
      if ((fact.type === 'follow.undone' || fact.type === 'follow.rejected') && fact.followerLocal) {
        await forget(tx, fact.followerId, fact.followedId)
      }
    }
  }
}
