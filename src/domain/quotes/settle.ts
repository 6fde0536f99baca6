import type { PostId } from '../../base/ids.ts'
import type { Tx } from '../../db/transact.ts'
import { record } from '../../facts/record.ts'
import { countQuotes } from '../posts/controls-store.ts'
import type { World } from '../world.ts'
import { findQuote, type QuoteState } from './find.ts'
import { lockQuote, markGone, updateQuote } from './store.ts'

/**
 * Lets a quote stand as it has turned out: counts it with what it quotes, and says so. Nothing happens when it stood so
 * before, or when there is no such quote any more.
 */
export async function settleQuote(
  world: World,
  tx: Tx,
  postId: PostId,
  to: { readonly state: QuoteState; readonly stampUri?: string | null; readonly quotedId?: PostId },
): Promise<void> {
  await lockQuote(tx, postId)
  const quote = await findQuote(tx, postId)
  if (!quote) return
  const stampUri = to.stampUri === undefined ? quote.stampUri : to.stampUri
  if (quote.state === to.state && quote.stampUri === stampUri && to.quotedId === undefined) return
  await updateQuote(tx, postId, to, world.clock.now())
  const quotedId = to.quotedId ?? quote.quotedId
  const [before, after] = [quote.state === 'accepted', to.state === 'accepted']
  if (quotedId && before !== after) await countQuotes(tx, quotedId, after ? 1 : -1)
  if (quote.state === to.state && quote.stampUri === stampUri) return
  await record(world, tx, {
    type: 'quote.settled',
    postId,
    authorId: quote.accountId,
    local: quote.local,
    accepted: after,
    quotedId,
  })
}

/** A post is about to be deleted: whoever quotes it shows that it is gone, and it counts no more with what it quotes. */
export async function withdrawQuotes(world: World, tx: Tx, postId: PostId): Promise<void> {
  const own = await findQuote(tx, postId)
  if (own?.quotedId && own.state === 'accepted') await countQuotes(tx, own.quotedId, -1)
  for (const quoting of await markGone(tx, postId, world.clock.now())) {
    const quote = await findQuote(tx, quoting)
    if (!quote) continue
    await record(world, tx, {
      type: 'quote.settled',
      postId: quoting,
      authorId: quote.accountId,
      local: quote.local,
      accepted: false,
      quotedId: null,
    })
  }
}
