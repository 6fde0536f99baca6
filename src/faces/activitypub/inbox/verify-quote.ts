import { transact } from '../../../db/transact.ts'
import { findAccount } from '../../../domain/accounts/find.ts'
import { findPostByAddress, type KnownPost } from '../../../domain/posts/find.ts'
import { receivePosts } from '../../../domain/posts/receive.ts'
import { adoptQuotes, type QuoteToVerify } from '../../../domain/quotes/attach.ts'
import { findQuote, type Quote, type QuoteState } from '../../../domain/quotes/find.ts'
import { settleQuote } from '../../../domain/quotes/settle.ts'
import type { World } from '../../../domain/world.ts'
import type { JobHandler } from '../../../jobs/outcomes.ts'
import { incomingFrom } from '../../../translate/from-activity/note.ts'
import { idOf, type JsonObject, listOf, sameOrigin, textOf } from '../../../translate/json.ts'
import { settled } from './act.ts'
import type { Hear } from './process.ts'
import type { Asking } from './reading.ts'

/** The job `quote`: looks whether what a quote from elsewhere rests on is true. */
export function quoteHandler(world: World, asking: Pick<Asking, 'post'>, hear: Hear): JobHandler {
  return async (payload) => {
    const { postId } = payload as QuoteToVerify
    const quote = await findQuote(world.db, postId)
    hear('quote', quote ? await verify(world, asking, quote).catch(settled) : 'gone')
  }
}

/**
 * A quote stands when its author quotes themself, or when the stamp it names is one: on the origin of the quoted author,
 * by them, and about these two posts (FEP-044f).
 */
async function verify(world: World, asking: Pick<Asking, 'post'>, quote: Quote): Promise<string> {
  if (quote.state !== 'pending' && quote.state !== 'unstated') return 'settled before'
  const quoted = await ensureQuoted(world, asking, quote)
  if (quoted === 'gone') return settle(world, quote, 'gone', undefined)
  if (quoted === undefined) return 'not to be had'
  if (quoted.accountId === quote.accountId) return settle(world, quote, 'accepted', quoted)
  if (quote.stampUri === null) return settle(world, quote, quote.state, quoted)
  const author = await findAccount(world.db, quoted.accountId)
  if (!author || !sameOrigin(quote.stampUri, author.uri)) return settle(world, quote, 'rejected', quoted)
  const stamp = await asking.post(quote.stampUri)
  const proves = typeof stamp === 'object' && isStampFor(stamp, quote, quoted, author.uri)
  return settle(world, quote, proves ? 'accepted' : 'rejected', quoted)
}

function isStampFor(stamp: JsonObject, quote: Quote, quoted: KnownPost, authorUri: string): boolean {
  return (
    listOf(stamp.type).some((type) => /(?:^|[:#])QuoteAuthorization$/.test(textOf(type) ?? '')) &&
    idOf(stamp) === quote.stampUri &&
    idOf(listOf(stamp.attributedTo)[0]) === authorUri &&
    idOf(listOf(stamp.interactingObject)[0]) === quote.postUri &&
    idOf(listOf(stamp.interactionTarget)[0]) === quoted.uri
  )
}

async function ensureQuoted(
  world: World,
  asking: Pick<Asking, 'post'>,
  { quotedUri }: Quote,
): Promise<KnownPost | 'gone' | undefined> {
  const known = await findPostByAddress(world.db, quotedUri)
  if (known) return known.boostOfId === null ? known : undefined
  if (world.uris.isOurs(quotedUri)) return 'gone'
  const note = await asking.post(quotedUri)
  if (note === 'gone' || note === undefined) return note
  const incoming = incomingFrom(note, world.clock.now())
  const author = await world.directory.findByUri(incoming.authorUri)
  if (!author || author.local) return undefined
  await receivePosts(world, [{ incoming, author, wanted: true, found: true }])
  return findPostByAddress(world.db, incoming.uri)
}

async function settle(
  world: World,
  { postId, quotedId, quotedUri }: Quote,
  state: QuoteState,
  quoted: KnownPost | undefined,
): Promise<string> {
  await transact(world.db, async (tx) => {
    if (quoted && quotedId === null) await adoptQuotes(world, tx, [quotedUri])
    await settleQuote(world, tx, postId, {
      state,
      ...(quoted && { quotedId: quoted.id }),
      ...(state === 'rejected' && { stampUri: null }),
    })
  })
  return state
}
