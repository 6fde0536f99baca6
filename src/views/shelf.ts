import { LRUCache } from 'lru-cache'
import type { AccountId, PostId } from '../base/ids.ts'
import { type Changes, createChanges, type Kept } from '../db/changes.ts'
import type { Db } from '../db/connect.ts'
import type { Preferences } from '../domain/preferences/find.ts'
import type { Whole } from './bodies.ts'
import type { FilterRow, StatusView } from './status.ts'
import type { AccountView, AppView, Bond, Viewer } from './view.ts'

/** As large as what is kept may be, by a rough measure. */
const MOST_BYTES = 96 * 1024 * 1024
const LEAST_BYTES = 300
/** A post for one reader, without its words, and each of its keys. */
const TOLD_BYTES = 1000
const KEY_BYTES = 60
/** Readers whose wishes are kept. */
const MOST_READERS = 1000
const MOST_APPS = 100
/** Of accounts to readers: about 300 bytes each. */
const MOST_BONDS = 20_000
/** What has changed is known. Should that ever fail, it holds for no longer than this. */
const LONGEST_MS = 10 * 60_000

/** What this process has read, for as long as nothing of it has changed. */
export interface Shelf {
  readonly changes: Changes
  /** what posts and accounts are to everybody */
  readonly posts: LRUCache<PostId, Kept<Whole>>
  readonly accounts: LRUCache<AccountId, Kept<AccountView>>
  /** what posts are to one reader, by `placeOf` */
  readonly told: LRUCache<string, Kept<StatusView>>
  /** by their reader */
  readonly filters: LRUCache<AccountId, Kept<readonly FilterRow[]>>
  readonly preferences: LRUCache<AccountId, Kept<Preferences>>
  readonly apps: LRUCache<string, Kept<AppView>>
  /** of a reader and another account */
  readonly bonds: LRUCache<string, Kept<Bond>>
}

const shelves = new WeakMap<Db, Shelf>()

/** @returns undefined within a transaction, of which nothing is kept: what it reads may never come to be */
export function shelfOf(db: Db): Shelf | undefined {
  if (db.isTransaction) return undefined
  const known = shelves.get(db)
  if (known) return known
  const shelf = createShelf(db)
  shelves.set(db, shelf)
  return shelf
}

/** Hears of all that has changed before this call: to be asked before anything kept is used. */
export async function catchUp(db: Db): Promise<void> {
  await shelfOf(db)?.changes.catchUp()
}

/** Forgets all of it: after the database was away, which may have come back as it was earlier. */
export function clearShelf(db: Db): void {
  shelves.get(db)?.changes.forget()
}

export function placeOf(id: PostId, viewer: Viewer): string {
  return `${id} ${viewer?.accountId ?? ''}`
}

/** What is kept of some things and still so, and which are not. */
export function look<Id extends Key, Key extends string, View>(
  kept: LRUCache<Key, Kept<View>> | undefined,
  changes: Changes | undefined,
  ids: Iterable<Id>,
  keyOf: (id: Id) => Key,
): { readonly found: Map<Id, Kept<View>>; readonly missing: Id[] } {
  const found = new Map<Id, Kept<View>>()
  const missing: Id[] = []
  for (const id of ids) {
    const known = kept?.get(keyOf(id))
    if (known && changes?.isFresh(known)) found.set(id, known)
    else missing.push(id)
  }
  return { found, missing }
}

function createShelf(db: Db): Shelf {
  const lasting = { ttl: LONGEST_MS, ttlResolution: 1000 }
  return {
    changes: createChanges(db),
    posts: new LRUCache({ ...lasting, maxSize: MOST_BYTES / 3, sizeCalculation: (kept) => bytesOf(kept) }),
    accounts: new LRUCache({ ...lasting, maxSize: MOST_BYTES / 6, sizeCalculation: (kept) => bytesOf(kept) }),
    filters: new LRUCache({ ...lasting, maxSize: MOST_BYTES / 12, sizeCalculation: (kept) => bytesOf(kept) }),
    preferences: new LRUCache({ ...lasting, max: MOST_READERS }),
    apps: new LRUCache({ ...lasting, max: MOST_APPS }),
    bonds: new LRUCache({ ...lasting, max: MOST_BONDS }),
    told: new LRUCache({
      ...lasting,
      maxSize: MOST_BYTES / 2,
      // The words are those of the post.
      sizeCalculation: ({ keys, view: { post, quoted } }) =>
        TOLD_BYTES * (1 + (post.boostOf ? 1 : 0) + (quoted ? 1 : 0)) + KEY_BYTES * keys.length,
    }),
  }
}

/** As it is kept, and once more as it is told. */
function bytesOf(kept: Kept<unknown>): number {
  return LEAST_BYTES + 2 * JSON.stringify(kept).length
}
