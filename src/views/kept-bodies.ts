import type { PostId } from '../base/ids.ts'
import type { Kept } from '../db/changes.ts'
import type { Db } from '../db/connect.ts'
import { shortcodesIn } from '../text/emojis.ts'
import { readBodies, type Whole } from './bodies.ts'
import { emojisIn, pollsIn, type Said } from './held.ts'
import { type QuoteRow, quotesIn } from './quotes.ts'
import { look, shelfOf } from './shelf.ts'

/**
 * What these posts are to everybody. What is kept and has not changed, as far as the caller has caught up, is not read: a
 * fixed number of statements however many posts, and often none.
 */
export async function loadBodies(db: Db, ids: Iterable<PostId>): Promise<ReadonlyMap<PostId, Kept<Whole>>> {
  const shelf = shelfOf(db)
  const { found, missing } = look(shelf?.posts, shelf?.changes, ids, (id) => id)
  if (missing.length === 0) return found
  for (const whole of await readWholes(db, missing, shelf?.changes.now() ?? 0)) {
    found.set(whole.view.body.id, whole)
    shelf?.posts.set(whole.view.body.id, whole)
  }
  return found
}

async function readWholes(db: Db, ids: readonly PostId[], since: number): Promise<Kept<Whole>[]> {
  const read = await readBodies(db, ids)
  const [polls, quotes, emojis] = await Promise.all([
    pollsIn(
      db,
      read.flatMap(({ body }) => (body.kind === 'question' ? body.id : [])),
    ),
    quotesIn(
      db,
      read.flatMap(({ body }) => (body.quotes ? body.id : [])),
    ),
    emojisIn(
      db,
      read.map(({ said }) => said),
    ),
  ])
  return read.map(({ body, said, keys }) => {
    const quoteRow = quotes.get(body.id) ?? null
    return {
      view: { body: { ...body, emojis: emojis(said) }, poll: polls.get(body.id) ?? null, quoteRow },
      keys: [...keys, ...emojiKeys(said), ...quoteKeys(quoteRow)],
      since,
    }
  })
}

/** Of the custom emoji in what is said, for `Kept`. */
export function emojiKeys({ host, texts }: Said): string[] {
  return texts.some((text) => text !== null && shortcodesIn(text).length > 0) ? [`e${host ?? ''}`] : []
}

function quoteKeys(row: QuoteRow | null): string[] {
  return [...(row?.quotedId ? [`p${row.quotedId}`] : []), ...(row?.accountId ? [`a${row.accountId}`] : [])]
}
