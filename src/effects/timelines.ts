import type { Tx } from '../db/transact.ts'
import { hold, letGo } from '../domain/conversations/keep.ts'
import { fanOut, forget, readmit, shun, welcome } from '../domain/timelines/fan-out.ts'
import type { World } from '../domain/world.ts'
import type { Fact, FactOf } from '../facts/facts.ts'
import type { Effect } from '../facts/record.ts'

/** Writes and withdraws home rows, tells followers who asked for it of new posts, fills a home after a new follow, and keeps the conversations of direct posts. */
export function timelines(world: Pick<World, 'clock' | 'limits' | 'ids'>): Effect {
  return async (tx, facts) => {
    const entries = facts.flatMap((fact) => {
      if (fact.type === 'post.published') return { postId: fact.postId, authorId: fact.authorId, local: true }
      // What was said long ago would land far below where people read.
      if (fact.type === 'post.received' && fact.fresh && !fact.found) {
        return { postId: fact.postId, authorId: fact.authorId, local: false }
      }
      if (fact.type === 'boost.added' && fact.fresh) {
        return { postId: fact.boostId, authorId: fact.accountId, local: fact.accountLocal, boost: true }
      }
      return []
    })
    await fanOut(world, tx, entries)
    await hold(
      tx,
      facts.flatMap((fact) => (isNewPost(fact) && mayBeDirect(fact) ? [fact.postId] : [])),
    )
    if (facts.some((fact) => fact.type === 'post.removed' && fact.visibility === 'direct')) await letGo(tx)
    for (const fact of facts) {
      if (fact.type === 'follow.accepted' && fact.followerLocal) {
        await welcome(tx, fact.followerId, fact.followedId)
      }
      if (isEndOfFollow(fact) && fact.followerLocal) await forget(tx, fact.followerId, fact.followedId)
      await keepApart(tx, fact)
    }
  }
}

function isNewPost(fact: Fact): fact is FactOf<'post.published' | 'post.received'> {
  return fact.type === 'post.published' || fact.type === 'post.received'
}

function mayBeDirect(fact: FactOf<'post.published' | 'post.received'>): boolean {
  return fact.type === 'post.received' || fact.direct !== false
}

function isEndOfFollow(fact: Fact): fact is FactOf<'follow.undone' | 'follow.rejected' | 'follow.severed'> {
  return fact.type === 'follow.undone' || fact.type === 'follow.rejected' || fact.type === 'follow.severed'
}

async function keepApart(tx: Tx, fact: Fact): Promise<void> {
  switch (fact.type) {
    case 'block.made':
      if (fact.accountLocal) await shun(tx, fact.accountId, fact.targetId)
      if (fact.targetLocal) await shun(tx, fact.targetId, fact.accountId)
      return
    case 'mute.made':
      return shun(tx, fact.accountId, fact.targetId)
    case 'mute.lifted':
      return readmit(tx, fact.accountId, fact.targetId)
  }
}
