import type { PostId } from '../../base/ids.ts'
import { type Tx, transact } from '../../db/transact.ts'
import { plainTextFrom } from '../../text/plain.ts'
import { vectorFrom } from '../../text/search-words.ts'
import type { World } from '../world.ts'
import { findBelow } from './find.ts'
import { lockWords, type PostWords, putVectors } from './store.ts'

/**
 * The job `search`, which writes down the words that posts are found by: of some that are new or changed, or of all below
 * an id, the newest first.
 */
export type SearchJob = { readonly postIds: readonly PostId[] } | { readonly below: PostId }

const CHUNK = 200

/** Writes the words of these posts down. Those that are gone meanwhile are left out. */
export async function writeWords({ db }: Pick<World, 'db'>, ids: readonly PostId[]): Promise<void> {
  await transact(db, (tx) => putWords(tx, ids))
}

/** The same of posts that were just written, by what they say (`wordsIn`). */
export async function putKnownWords(tx: Tx, words: ReadonlyMap<PostId, string>): Promise<void> {
  await putVectors(
    tx,
    [...words].map(([id, text]) => ({ id, vector: vectorFrom(text) })),
  )
}

/** The same within the transaction in which they are said. */
export async function putWords(tx: Tx, ids: readonly PostId[]): Promise<void> {
  const posts = await lockWords(tx, ids)
  await putVectors(
    tx,
    posts.map((post) => ({ id: post.id, vector: vectorFrom(wordsIn(post)) })),
  )
}

/** The same for all posts below an id. @param onward is told how far it is done */
export async function writeAllWords(
  world: Pick<World, 'db'>,
  below: PostId,
  onward: (next: SearchJob) => Promise<void>,
): Promise<void> {
  for (let end = below; ; ) {
    const ids = await findBelow(world.db, end, CHUNK)
    const last = ids.at(-1)
    if (last === undefined) return
    await writeWords(world, ids)
    end = last
    await onward({ below: end })
  }
}

/** All that a post says, as plain text. */
export function wordsIn({ title, summary, html, descriptions, options }: Omit<PostWords, 'id'>): string {
  return [title, summary, plainTextFrom(html), options, descriptions].filter(Boolean).join('\n')
}
