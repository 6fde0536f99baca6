import { LRUCache } from 'lru-cache'
import type { AccountId, PostId } from '../base/ids.ts'
import type { Db } from '../db/connect.ts'
import type { PostBody } from './bodies.ts'
import type { Said } from './held.ts'
import type { AccountView } from './view.ts'

/** As large as what is kept may be, by a rough measure. */
const MOST_BYTES = 64 * 1024 * 1024
/** What is beside the words of a post or an account, in memory and as it is told. */
const POST_BYTES = 1500
const ACCOUNT_BYTES = 2500
/** Stamps say what has changed. Should one ever fail to, it holds for no longer than this. */
const LONGEST_MS = 10 * 60_000

export interface Kept<View> {
  /** under which it was read */
  readonly stamp: string
  readonly view: View
  /** where custom emoji may stand in it; undefined when nothing in it looks like one */
  readonly words: Said['texts'] | undefined
}

/** What posts and accounts are to everybody, as this process has read it: see stamps.ts. */
export interface Shelf {
  readonly posts: LRUCache<PostId, Kept<PostBody> & { readonly leads: readonly PostId[] }>
  readonly accounts: LRUCache<AccountId, Kept<AccountView>>
}

const shelves = new WeakMap<Db, Shelf>()

/** Within a transaction nothing is kept: all that it writes has one and the same stamp, and may never come to be. */
export function shelfOf(db: Db): Shelf {
  const known = db.isTransaction ? undefined : shelves.get(db)
  if (known) return known
  const shelf = createShelf()
  if (!db.isTransaction) shelves.set(db, shelf)
  return shelf
}

/** Forgets all of it: after the database was away, which may have come back as it was earlier. */
export function clearShelf(db: Db): void {
  shelves.delete(db)
}

/** These posts, and what is known to belong to them: what they boost, and what either quotes. */
export function leadsOf(db: Db, ids: readonly PostId[]): Set<PostId> {
  const { posts } = shelfOf(db)
  const all = new Set(ids)
  // Whatever is added on the way is looked at as well.
  for (const id of all) for (const lead of posts.peek(id)?.leads ?? NONE) all.add(lead)
  return all
}
const NONE: readonly PostId[] = []

function createShelf(): Shelf {
  const lasting = { ttl: LONGEST_MS, ttlResolution: 1000 }
  return {
    posts: new LRUCache({
      ...lasting,
      maxSize: (MOST_BYTES * 3) / 4,
      sizeCalculation: ({ view }) =>
        POST_BYTES + 3 * (view.contentHtml.length + view.summary.length) + 800 * view.attachments.length,
    }),
    accounts: new LRUCache({
      ...lasting,
      maxSize: MOST_BYTES / 4,
      sizeCalculation: ({ view }) => ACCOUNT_BYTES + 3 * view.bioHtml.length,
    }),
  }
}
