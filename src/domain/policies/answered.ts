import { transact } from '../../db/transact.ts'
import type { Account } from '../accounts/account.ts'
import { findQuotesByStamp } from '../quotes/find.ts'
import { settleQuote } from '../quotes/settle.ts'
import type { World } from '../world.ts'
import { settle } from './ask.ts'
import { callOff, carryOut, takeBack } from './carry-out.ts'
import { findApprovalByStamp, findApprovalsNamed } from './find.ts'
import { lockApproval } from './store.ts'

export interface Answer {
  readonly accepted: boolean
  /** what can be read by everybody as the proof of it */
  readonly stampUri: string | null
  /** its own id, which is all the proof there is from GoToSocial up to 0.18 */
  readonly uri: string
}

/**
 * The author of a post elsewhere answers what one of ours wanted to do with it. Only their own word about their own post
 * counts, and a No after a Yes takes it back.
 * @param uri the id of our request, or of what was done
 * @returns undefined when nothing of the kind was asked of them
 */
export async function receiveAnswer(
  world: World,
  actor: Account,
  uri: string,
  { accepted, ...answer }: Answer,
): Promise<'approved' | 'turned down' | 'taken back' | 'answered before' | 'no stamp' | undefined> {
  const named = await findApprovalsNamed(world.db, uri)
  const approval = named.find((each) => each.actorLocal && each.deciderId === actor.id)
  if (!approval) return undefined
  const stampUri = answer.stampUri ?? (approval.kind === 'quote' ? null : answer.uri)
  if (accepted && stampUri === null) return 'no stamp'
  return transact(world.db, async (tx) => {
    const state = await lockApproval(tx, approval.id)
    if (accepted && state !== 'pending') return 'answered before'
    if (accepted) {
      await settle(world, tx, approval, 'approved', stampUri)
      await carryOut(world, tx, approval, stampUri)
      return 'approved'
    }
    if (state === 'pending') {
      await settle(world, tx, approval, 'rejected', null)
      await callOff(world, tx, approval)
      return 'turned down'
    }
    if (state !== 'approved') return 'answered before'
    await settle(world, tx, approval, 'revoked', null)
    await takeBack(world, tx, approval)
    return 'taken back'
  })
}

/**
 * A stamp is no more: what rested on it does so no longer. The Delete is known to come from the stamp's own origin; only
 * the author of what was quoted, or answered, may take it back.
 * @returns undefined when it was no stamp that anything here rests on
 */
export async function receiveRevocation(
  world: World,
  actor: Account,
  stampUri: string,
): Promise<'taken back' | undefined> {
  const approval = await findApprovalByStamp(world.db, stampUri)
  const quotes = (await findQuotesByStamp(world.db, stampUri)).filter(
    ({ quotedAccountId }) => quotedAccountId === null || quotedAccountId === actor.id,
  )
  const theirs = approval?.deciderId === actor.id && approval.actorLocal ? approval : undefined
  if (!theirs && quotes.length === 0) return undefined
  await transact(world.db, async (tx) => {
    if (theirs && (await lockApproval(tx, theirs.id)) === 'approved') {
      await settle(world, tx, theirs, 'revoked', null)
      await takeBack(world, tx, theirs)
    }
    for (const { postId } of quotes)
      await settleQuote(world, tx, postId, { state: 'revoked', stampUri: null })
  })
  return 'taken back'
}
