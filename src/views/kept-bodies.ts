import type { LRUCache } from 'lru-cache'
import type { AccountId, PostId } from '../base/ids.ts'
import type { Db } from '../db/connect.ts'
import { shortcodesIn } from '../text/emojis.ts'
import { viewAccounts, wordsOf } from './accounts.ts'
import { type PostBody, readBodies, wordsIn } from './bodies.ts'
import { emojisIn, type OpenPoll, pollsIn, type Said } from './held.ts'
import { type QuoteRow, quotesIn } from './quotes.ts'
import { type Kept, type Shelf, shelfOf } from './shelf.ts'
import type { Stamped } from './standing.ts'
import type { AccountView, EmojiView } from './view.ts'

/** A post and who wrote it, as everybody sees them. */
export interface Whole {
  readonly body: PostBody
  readonly author: AccountView
  readonly poll: OpenPoll | null
  readonly quoteRow: QuoteRow | null
}

type KeptPost = Kept<PostBody> & { readonly leads: readonly PostId[] }
interface Found {
  readonly posts: Map<PostId, KeptPost>
  readonly accounts: Map<AccountId, Kept<AccountView>>
}

/**
 * What these posts are to everybody. What is kept and has the same stamp still is not read; polls, quotes and custom emoji
 * are, where there are any. A fixed number of statements however many posts, and often none.
 */
export async function loadBodies(db: Db, stamped: Iterable<Stamped>): Promise<ReadonlyMap<PostId, Whole>> {
  const all = [...stamped]
  const shelf = shelfOf(db)
  const [posts, accounts] = await Promise.all([findPosts(db, shelf, all), findAuthors(db, shelf, all)])
  const [polls, quotes] = await Promise.all([
    pollsIn(
      db,
      idsOf(posts, ({ kind }) => kind === 'question'),
    ),
    quotesIn(
      db,
      idsOf(posts, ({ quotes }) => quotes),
    ),
    withEmojis(db, shelf, all, { posts, accounts }),
  ])
  const wholes = new Map<PostId, Whole>()
  for (const { id, authorId } of all) {
    const [body, author] = [posts.get(id)?.view, accounts.get(authorId)?.view]
    if (body && author)
      wholes.set(id, { body, author, poll: polls.get(id) ?? null, quoteRow: quotes.get(id) ?? null })
  }
  return wholes
}

function idsOf(posts: Found['posts'], fits: (body: PostBody) => boolean): PostId[] {
  return [...posts.values()].flatMap(({ view }) => (fits(view) ? [view.id] : []))
}

async function findPosts(db: Db, { posts }: Shelf, all: readonly Stamped[]): Promise<Found['posts']> {
  const found: Found['posts'] = new Map()
  const missing = new Map<PostId, Stamped>()
  for (const each of all) {
    const known = posts.get(each.id)
    if (known?.stamp === each.stamp) found.set(each.id, known)
    else missing.set(each.id, each)
  }
  for (const { body, titles } of await readBodies(db, [...missing.keys()])) {
    const { stamp = '', boostOfId = null, quotedId = null } = missing.get(body.id) ?? {}
    const leads = [boostOfId, quotedId].filter((id) => id !== null)
    // It was read after its stamp: should it be newer, its next reader finds another stamp, and reads it once more.
    const fresh = { stamp, view: body, words: emojiWords([...wordsIn(body), ...titles]), leads }
    found.set(body.id, fresh)
    posts.set(body.id, fresh)
  }
  return found
}

/** What an account is to everybody. */
export async function loadAccounts(
  db: Db,
  stamped: readonly StampedAccount[],
): Promise<Map<AccountId, AccountView>> {
  const shelf = shelfOf(db)
  const accounts = await findAuthors(db, shelf, stamped)
  await withEmojis(db, shelf, [], { posts: new Map(), accounts })
  return new Map([...accounts].map(([id, { view }]) => [id, view]))
}

type StampedAccount = Pick<Stamped, 'authorId' | 'authorStamp'>

async function findAuthors(
  db: Db,
  { accounts }: Shelf,
  all: readonly StampedAccount[],
): Promise<Found['accounts']> {
  const found: Found['accounts'] = new Map()
  const missing = new Map<AccountId, string>()
  for (const { authorId, authorStamp } of all) {
    const known = accounts.get(authorId)
    if (known?.stamp === authorStamp) found.set(authorId, known)
    else missing.set(authorId, authorStamp)
  }
  for (const view of (await viewAccounts(db, [...missing.keys()])).values()) {
    const fresh = { stamp: missing.get(view.id) ?? '', view, words: emojiWords(wordsOf(view)) }
    found.set(view.id, fresh)
    // Where somebody has moved is another account, of which their stamp does not tell.
    if (view.movedToUri === null) accounts.set(view.id, fresh)
  }
  return found
}

function emojiWords(words: Said['texts']): Said['texts'] | undefined {
  return words.some((text) => text !== null && shortcodesIn(text).length > 0) ? words : undefined
}

/** Puts the custom emoji of just now into what names some. */
async function withEmojis(
  db: Db,
  shelf: Shelf,
  all: readonly Stamped[],
  { posts, accounts }: Found,
): Promise<void> {
  const said = new Map<PostId, Said>()
  for (const { id, authorId } of all) {
    const texts = posts.get(id)?.words
    if (texts) said.set(id, { host: accounts.get(authorId)?.view.host ?? null, texts })
  }
  const speakers = new Map<AccountId, Said>()
  for (const [id, { view, words }] of accounts) if (words) speakers.set(id, { host: view.host, texts: words })
  if (said.size + speakers.size === 0) return
  const find = await emojisIn(db, [...said.values(), ...speakers.values()])
  for (const [id, words] of said) renew(shelf.posts, posts, id, find(words))
  for (const [id, words] of speakers) renew(shelf.accounts, accounts, id, find(words))
}

/** A view stays the same object as long as nothing in it changes. */
function renew<Id extends string, One extends Kept<{ readonly emojis: readonly EmojiView[] }>>(
  kept: LRUCache<Id, One>,
  found: Map<Id, One>,
  id: Id,
  emojis: readonly EmojiView[],
): void {
  const known = found.get(id)
  if (!known || JSON.stringify(known.view.emojis) === JSON.stringify(emojis)) return
  const fresh: One = { ...known, view: { ...known.view, emojis } }
  found.set(id, fresh)
  if (kept.get(id) === known) kept.set(id, fresh)
}
