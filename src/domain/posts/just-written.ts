import type { PostId } from '../../base/ids.ts'
import type { Tx } from '../../db/transact.ts'
import type { NewPost } from './post.ts'

const written = new WeakMap<Tx, NewPost>()

/**
 * Keeps in mind the post that a transaction has written, as long as nothing hangs on it but people and hashtags: neither
 * files nor a quote. Then nothing has to ask the database for what it was just told.
 */
export function noteWritten(tx: Tx, post: NewPost): void {
  written.set(tx, post)
}

/** That post, if it is this one. */
export function justWritten(tx: Tx, id: PostId): NewPost | undefined {
  const post = written.get(tx)
  return post?.id === id ? post : undefined
}
