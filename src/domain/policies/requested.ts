import { type Tx, transact } from '../../db/transact.ts'
import { record } from '../../facts/record.ts'
import { setApprovedBy } from '../posts/controls-store.ts'
import type { KnownPost } from '../posts/find.ts'
import { decideQuote } from '../quotes/attach.ts'
import { findQuote } from '../quotes/find.ts'
import { settleQuote } from '../quotes/settle.ts'
import { carryOutReaction } from '../reactions/leave.ts'
import type { World } from '../world.ts'
import { askApproval, grantApproval, interactionFact, turnDown, type Wanted } from './ask.ts'
import { findApprovalOf } from './find.ts'
import { judgeInteraction } from './judge.ts'
import { nameRequest } from './store.ts'

export type RequestOutcome = 'granted' | 'asked' | 'turned down'

/** Somebody elsewhere asks for leave to do what is already here, or asks again: they are answered as before. */
export async function requestAgain(
  world: World,
  wanted: Wanted & { readonly requestUri: string; readonly target: KnownPost },
  post: KnownPost,
): Promise<RequestOutcome> {
  return transact(world.db, async (tx) => {
    const known = await findApprovalOf(tx, wanted.kind, wanted.uri, wanted.target.id)
    if (!known) return requestFirst(world, tx, wanted, post)
    if (known.state === 'rejected' || known.state === 'revoked') {
      await turnDown(world, tx, wanted)
      return 'turned down'
    }
    await nameRequest(tx, known.id, wanted.requestUri)
    if (known.state === 'pending') return 'asked'
    await record(
      world,
      tx,
      interactionFact('interaction.approved', { ...known, requestUri: wanted.requestUri }),
    )
    return 'granted'
  })
}

/** It came before its request, without need of one, or waiting for it. */
async function requestFirst(
  world: World,
  tx: Tx,
  wanted: Wanted & { readonly requestUri: string; readonly target: KnownPost },
  post: KnownPost,
): Promise<RequestOutcome> {
  const { target, requestUri } = wanted
  if (wanted.kind === 'quote') {
    const quote = await findQuote(tx, post.id)
    if (quote?.quotedUri !== target.uri) return 'turned down'
    const standing = await decideQuote(
      world,
      tx,
      {
        postId: post.id,
        postUri: post.uri,
        accountId: post.accountId,
        authorUri: '',
        quote: { uri: target.uri, legacy: false, stampUri: null },
        requestUri,
      },
      target,
    )
    await settleQuote(world, tx, post.id, standing)
    return standing.state === 'accepted' ? 'granted' : standing.state === 'pending' ? 'asked' : 'turned down'
  }
  // A stamp would be believed everywhere, so only what is an answer to that very post may get one.
  const wish = { kind: wanted.kind, actorId: wanted.actor.id, targetId: target.id }
  const verdict = post.inReplyToUri === target.uri ? await judgeInteraction(tx, wish) : 'refused'
  if (verdict === 'refused') {
    await turnDown(world, tx, wanted)
    return 'turned down'
  }
  if (verdict === 'ask') {
    await askApproval(world, tx, wanted)
    return 'asked'
  }
  const stampUri = await grantApproval(world, tx, wanted)
  if (stampUri !== undefined) await setApprovedBy(tx, post.id, stampUri)
  return 'granted'
}

/** Somebody elsewhere asks for leave to like or boost a post of ours. */
export async function requestLeave(world: World, wanted: Wanted): Promise<RequestOutcome> {
  const { kind, actor, target } = wanted
  const verdict = await judgeInteraction(world.db, { kind, actorId: actor.id, targetId: target.id })
  return transact(world.db, async (tx) => {
    if (verdict === 'refused') await turnDown(world, tx, wanted)
    if (verdict === 'ask') await askApproval(world, tx, wanted)
    if (verdict === 'allowed') await allow(world, tx, wanted)
    return ({ refused: 'turned down', ask: 'asked', allowed: 'granted' } as const)[verdict]
  })
}

/** It takes effect with the answer: whether they also send it, nobody can tell. */
async function allow(world: World, tx: Tx, wanted: Wanted): Promise<void> {
  await grantApproval(world, tx, wanted)
  const approval = await findApprovalOf(tx, wanted.kind, wanted.uri, wanted.target.id)
  const { body = null } = wanted
  if (approval?.state === 'approved') await carryOutReaction(world, tx, { ...approval, body })
}

/** Says no to a request for a reply or a quote that the post does not allow. */
export async function refuseRequest(world: World, wanted: Wanted): Promise<RequestOutcome> {
  await transact(world.db, (tx) => turnDown(world, tx, wanted))
  return 'turned down'
}
