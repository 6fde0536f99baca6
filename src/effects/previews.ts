import type { PostId } from '../base/ids.ts'
import { findLinking } from '../domain/previews/find.ts'
import type { PreviewErrand } from '../domain/previews/show.ts'
import type { World } from '../domain/world.ts'
import type { Effect } from '../facts/record.ts'
import { enqueue } from '../jobs/enqueue.ts'

/** A post reaches hundreds of servers within seconds, and all of them want the same page. */
const DELAY_MS = { least: 5000, most: 60_000 }

/** Lets pages that posts link to be asked what they are: at once for posts of ours, some time later for all others. */
export function previews({ clock }: Pick<World, 'clock'>): Effect {
  return async (tx, facts) => {
    const ids = facts.flatMap((fact): PostId[] => {
      if (fact.type === 'post.published') return fact.links === false ? [] : [fact.postId]
      if (fact.type === 'post.edited') return [fact.postId]
      return fact.type === 'post.received' && fact.fresh && !fact.found ? [fact.postId] : []
    })
    if (ids.length === 0) return
    const linking = await findLinking(tx, ids)
    const dueAt = new Date(clock.now().getTime() + delay())
    const job = (local: boolean) => {
      const postIds = linking.filter((post) => post.local === local).map((post) => post.id)
      const payload: PreviewErrand = { postIds }
      return postIds.length === 0 ? [] : [{ kind: 'preview' as const, payload, ...(local ? {} : { dueAt }) }]
    }
    await enqueue(tx, [...job(true), ...job(false)])
  }
}

function delay(): number {
  return DELAY_MS.least + Math.random() * (DELAY_MS.most - DELAY_MS.least)
}
