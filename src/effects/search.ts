import type { PostId } from '../base/ids.ts'
import { justWritten } from '../domain/posts/just-written.ts'
import type { NewPost } from '../domain/posts/post.ts'
import {
  putKnownWords,
  putWords,
  type SearchJob,
  wordsIn,
  writeAllWords,
  writeWords,
} from '../domain/search/fill.ts'
import type { World } from '../domain/world.ts'
import type { Effect } from '../facts/record.ts'
import { enqueue } from '../jobs/enqueue.ts'
import type { JobHandler } from '../jobs/outcomes.ts'

/** What comes from elsewhere can wait until whoever wants to read it has it. */
const DELAY_MS = 3000

/** Lets posts be found by their words: ours at once, all others a little later. Those that are removed take theirs along. */
export function search({ clock }: Pick<World, 'clock'>): Effect {
  return async (tx, facts) => {
    const ours = new Set<PostId>()
    const known = new Map<PostId, string>()
    const others = new Set<PostId>()
    for (const fact of facts) {
      const written = fact.type === 'post.published' ? justWritten(tx, fact.postId) : undefined
      if (written && !written.poll) known.set(written.id, wordsOf(written))
      else if (fact.type === 'post.published' || fact.type === 'post.withheld') ours.add(fact.postId)
      else if (fact.type === 'post.received') others.add(fact.postId)
      else if (fact.type === 'post.edited') (fact.local ? ours : others).add(fact.postId)
    }
    // Few at a time and short, ours are written down at once: a job would cost several times as much.
    if (known.size > 0) await putKnownWords(tx, known)
    if (ours.size > 0) await putWords(tx, [...ours])
    const payload: SearchJob = { postIds: [...others] }
    const dueAt = new Date(clock.now().getTime() + DELAY_MS)
    if (others.size > 0) await enqueue(tx, [{ kind: 'search', payload, dueAt }])
  }
}

function wordsOf({ title, summary, contentHtml: html }: NewPost): string {
  return wordsIn({ title, summary, html, descriptions: null, options: null })
}

/** The job `search`. */
export function searchJob(world: World): JobHandler {
  return async (payload, signal, save) => {
    const job = payload as SearchJob
    if ('postIds' in job) return writeWords(world, job.postIds)
    await writeAllWords(world, job.below, async (next) => {
      await save(next)
      signal.throwIfAborted()
    })
  }
}
