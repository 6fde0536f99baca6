import type { Tx } from '../../db/transact.ts'
import { findPostByUri } from '../posts/find.ts'
import { dropHeld, holdAgain, releasePost } from '../posts/release.ts'
import { settleQuote } from '../quotes/settle.ts'
import { carryOutReaction } from '../reactions/leave.ts'
import type { World } from '../world.ts'
import type { Approval } from './find.ts'

/** Lets take effect what has been approved. */
export async function carryOut(
  world: World,
  tx: Tx,
  approval: Approval,
  stampUri: string | null,
): Promise<void> {
  if (approval.kind === 'reply') await releasePost(world, tx, approval.uri, stampUri)
  if (approval.kind === 'quote') await settleQuoteOf(world, tx, approval.uri, 'accepted', stampUri)
  if (approval.kind === 'like' || approval.kind === 'announce') await carryOutReaction(world, tx, approval)
}

/** It was turned down: nobody else will see it. */
export async function callOff(world: World, tx: Tx, approval: Approval): Promise<void> {
  if (approval.kind === 'reply') await dropHeld(tx, approval.uri)
  if (approval.kind === 'quote') await settleQuoteOf(world, tx, approval.uri, 'rejected', null)
}

/** It was approved, and is so no more. */
export async function takeBack(world: World, tx: Tx, approval: Approval): Promise<void> {
  if (approval.kind === 'reply') await holdAgain(tx, approval.uri)
  if (approval.kind === 'quote') await settleQuoteOf(world, tx, approval.uri, 'revoked', null)
}

async function settleQuoteOf(
  world: World,
  tx: Tx,
  uri: string,
  state: 'accepted' | 'rejected' | 'revoked',
  stampUri: string | null,
): Promise<void> {
  const post = await findPostByUri(tx, uri)
  if (post) await settleQuote(world, tx, post.id, { state, stampUri })
}
