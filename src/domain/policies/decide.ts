import type { ApprovalId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import { type Tx, transact } from '../../db/transact.ts'
import type { LocalAccount } from '../accounts/account.ts'
import type { World } from '../world.ts'
import { settle } from './ask.ts'
import { callOff, carryOut, takeBack } from './carry-out.ts'
import { type Approval, findApproval, findApprovalOf } from './find.ts'
import type { InteractionKind } from './policy.ts'
import { lockApproval } from './store.ts'

/** One of ours lets somebody do what they asked to do with a post of theirs. */
export async function approveInteraction(world: World, decider: LocalAccount, id: ApprovalId): Promise<void> {
  await transact(world.db, async (tx) => {
    const approval = await requirePending(tx, decider, id)
    const stampUri = world.uris.stamp(id)
    await settle(world, tx, approval, 'approved', stampUri)
    await carryOut(world, tx, approval, stampUri)
  })
}

/** One of ours does not let them. */
export async function rejectInteraction(world: World, decider: LocalAccount, id: ApprovalId): Promise<void> {
  await transact(world.db, async (tx) => {
    const approval = await requirePending(tx, decider, id)
    await settle(world, tx, approval, 'rejected', null)
    await callOff(world, tx, approval)
  })
}

/** One of ours takes back what they allowed, or what their policy did for them: a reply or a quote, by its id. */
export async function revokeInteraction(
  world: World,
  decider: LocalAccount,
  kind: Extract<InteractionKind, 'reply' | 'quote'>,
  uri: string,
): Promise<void> {
  await transact(world.db, async (tx) => {
    const approval = await findApprovalOf(tx, kind, uri)
    if (approval?.deciderId !== decider.id) return refuse('approval.not-found')
    if ((await lockApproval(tx, approval.id)) !== 'approved') refuse('approval.decided')
    await settle(world, tx, approval, 'revoked', null)
    await takeBack(world, tx, approval)
  })
}

async function requirePending(tx: Tx, decider: LocalAccount, id: ApprovalId): Promise<Approval> {
  const approval = await findApproval(tx, id)
  if (approval?.deciderId !== decider.id) return refuse('approval.not-found')
  if ((await lockApproval(tx, id)) !== 'pending') refuse('approval.decided')
  return approval
}
