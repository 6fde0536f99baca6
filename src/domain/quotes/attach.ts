import type { AccountId, PostId } from '../../base/ids.ts'

import { isOpen } from '../../base/visibility.ts'
import type { Tx } from '../../db/transact.ts'
import { enqueue } from '../../jobs/enqueue.ts'
import { askApproval, grantApproval, turnDown, type Wanted } from '../policies/ask.ts'
import { type Approval, findApprovalOf } from '../policies/find.ts'
import { judgeInteraction } from '../policies/judge.ts'
import type { IncomingQuote } from '../posts/controls.ts'
import { findPostsByUris, findTombstones, findVisible, type KnownPost } from '../posts/find.ts'
import type { World } from '../world.ts'
import { findAwaiting, type QuoteState } from './find.ts'
import { settleQuote } from './settle.ts'
import { deleteQuote, insertQuote } from './store.ts'

/** A post from elsewhere that quotes another. */
export interface Quoting {
  readonly postId: PostId
  readonly postUri: string
  readonly accountId: AccountId
  readonly authorUri: string
  readonly quote: IncomingQuote
  /** the id of the request with which it came */
  readonly requestUri?: string
}

/** The job that verifies what a quote from elsewhere rests on. */
export interface QuoteToVerify {
  readonly postId: PostId
}

interface Standing {
  readonly state: QuoteState
  readonly stampUri: string | null
}

/**
 * Keeps what posts from elsewhere quote. A quote of one's own post stands at once; one of ours is decided by what our
 * author states; of all others only a stamp of the quoted author is believed, and it is fetched by a job.
 */
export async function attachQuotes(world: World, tx: Tx, quoting: readonly Quoting[]): Promise<void> {
  if (quoting.length === 0) return
  const uris = [...new Set(quoting.map(({ quote }) => quote.uri))]
  const [known, gone] = await Promise.all([findPostsByUris(tx, uris), findTombstones(tx, uris)])
  for (const each of quoting) {
    const quoted = known.get(each.quote.uri)
    const { state, stampUri } = gone.has(each.quote.uri)
      ? { state: 'gone' as const, stampUri: null }
      : await standingOf(world, tx, each, quoted)
    const { postId, accountId } = each
    const quotedUri = each.quote.uri
    const pending = {
      postId,
      accountId,
      quotedUri,
      quotedId: quoted?.id ?? null,
      state: 'pending' as const,
      stampUri,
    }
    await insertQuote(tx, pending, world.clock.now())
    if (state !== 'pending') await settleQuote(world, tx, postId, { state, stampUri })
    if (mustVerify(each, quoted, state)) await verifyLater(tx, postId)
  }
}

async function standingOf(
  world: World,
  tx: Tx,
  quoting: Quoting,
  quoted: KnownPost | undefined,
): Promise<Standing> {
  const { accountId, quote } = quoting
  const { stampUri } = quote
  if (quoted?.accountId === accountId) return { state: 'accepted', stampUri: null }
  if (quoted?.local) return decideQuote(world, tx, quoting, quoted)
  if (stampUri !== null) return { state: 'pending', stampUri }
  return { state: quote.legacy ? 'unstated' : 'pending', stampUri: null }
}

/** Decides about a quote of a post of ours. Without a request one that is not of an older form waits for its request. */
export async function decideQuote(
  world: World,
  tx: Tx,
  quoting: Quoting,
  quoted: KnownPost,
): Promise<Standing> {
  const { accountId, postUri, requestUri, quote } = quoting
  const known = await findApprovalOf(tx, 'quote', postUri, quoted.id)
  if (known) return standingFrom(known)
  const wanted: Wanted = {
    kind: 'quote',
    actor: { id: accountId, local: false },
    target: quoted,
    uri: postUri,
    ...(requestUri !== undefined && { requestUri }),
  }
  const verdict = (await mayRead(tx, quoted, accountId))
    ? await judgeInteraction(tx, { kind: 'quote', actorId: accountId, targetId: quoted.id })
    : 'refused'
  if (verdict === 'refused') {
    if (requestUri !== undefined) await turnDown(world, tx, wanted)
    return { state: 'rejected', stampUri: null }
  }
  if (requestUri === undefined && !quote.legacy) return { state: 'pending', stampUri: null }
  if (verdict === 'allowed') {
    const stampUri = await grantApproval(world, tx, wanted)
    return stampUri === undefined ? { state: 'pending', stampUri: null } : { state: 'accepted', stampUri }
  }
  await askApproval(world, tx, wanted)
  return { state: 'pending', stampUri: null }
}

function standingFrom(approval: Approval): Standing {
  const state = approval.state === 'approved' ? 'accepted' : approval.state
  return { state, stampUri: state === 'accepted' ? approval.stampUri : null }
}

/** What is for few is quoted by nobody else (its quote would be for more). */
async function mayRead(tx: Tx, quoted: KnownPost, accountId: AccountId): Promise<boolean> {
  return isOpen(quoted.visibility) && (await findVisible(tx, quoted.id, { accountId })) !== undefined
}

/** Whoever quotes their own post needs no stamp, so a post that may be theirs is looked at. */
function mustVerify(
  { authorUri, quote }: Quoting,
  quoted: KnownPost | undefined,
  state: QuoteState,
): boolean {
  if (state !== 'pending' && state !== 'unstated') return false
  if (quoted?.local) return false
  return quote.stampUri !== null || (quoted === undefined && sameOrigin(quote.uri, authorUri))
}

function sameOrigin(one: string, other: string): boolean {
  const origin = URL.parse(one)?.origin
  return origin !== undefined && origin === URL.parse(other)?.origin
}

export async function verifyLater(tx: Tx, postId: PostId): Promise<void> {
  await enqueue(tx, [{ kind: 'quote', payload: { postId } satisfies QuoteToVerify }])
}

/** Posts have come that others quoted before: a quote of one's own stands now. */
export async function adoptQuotes(world: World, tx: Tx, uris: readonly string[]): Promise<void> {
  const awaiting = await findAwaiting(tx, uris)
  if (awaiting.length === 0) return
  const known = await findPostsByUris(tx, uris)
  for (const quote of awaiting) {
    const quoted = known.get(quote.quotedUri)
    if (!quoted || quoted.id === quote.postId) continue
    const state = quoted.accountId === quote.accountId ? 'accepted' : quote.state
    await settleQuote(world, tx, quote.postId, { state, quotedId: quoted.id })
  }
}

/**
 * An Update of a post from elsewhere says anew what it quotes. The same quote keeps its state, and a stamp that it has
 * got is verified; another one begins anew.
 */
export async function reviseQuote(
  world: World,
  tx: Tx,
  before:
    | { readonly quotedUri: string; readonly state: QuoteState; readonly stampUri: string | null }
    | undefined,
  post: {
    readonly id: PostId
    readonly uri: string
    readonly accountId: AccountId
    readonly authorUri: string
  },
  quote: IncomingQuote | 'gone' | null,
): Promise<void> {
  if (quote === 'gone') {
    if (before) await settleQuote(world, tx, post.id, { state: 'gone' })
    return
  }
  if (before && quote?.uri === before.quotedUri) {
    const { stampUri } = quote
    // About a post of ours nobody's word counts but our author's, whatever stamp is said to be theirs.
    if (stampUri === before.stampUri || world.uris.isOurs(before.quotedUri)) return
    // Taken back by whoever quotes, or given: either way what rested on the former one does so no more.
    const lost = before.state === 'accepted' && before.stampUri !== null ? 'pending' : before.state
    await settleQuote(world, tx, post.id, { state: stampUri === null ? lost : 'pending', stampUri })
    if (stampUri !== null) await verifyLater(tx, post.id)
    return
  }
  if (before) {
    await settleQuote(world, tx, post.id, { state: 'rejected', stampUri: null })
    await deleteQuote(tx, post.id)
  }
  if (quote === null) return
  await attachQuotes(world, tx, [
    { postId: post.id, postUri: post.uri, accountId: post.accountId, authorUri: post.authorUri, quote },
  ])
}
