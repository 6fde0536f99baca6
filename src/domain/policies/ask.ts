import type { ActivityId, ApprovalId, PostId } from '../../base/ids.ts'
import type { Tx } from '../../db/transact.ts'
import type { InteractionFact } from '../../facts/facts.ts'
import { record } from '../../facts/record.ts'
import type { Account } from '../accounts/account.ts'
import { findAccount } from '../accounts/find.ts'
import type { World } from '../world.ts'
import { type Approval, findApprovalOf } from './find.ts'
import type { InteractionKind } from './policy.ts'
import { deleteReactionApprovals, insertApproval, settleApproval } from './store.ts'

/** What somebody wants to do with a post. */
export interface Wanted {
  readonly kind: InteractionKind
  readonly actor: Pick<Account, 'id' | 'local'>
  readonly target: { readonly id: PostId; readonly uri: string; readonly accountId: Account['id'] }
  /** the id of the like, reply, boost or quote */
  readonly uri: string
  /** the id of their request, when they made one */
  readonly requestUri?: string | null
  /** what takes effect once it is approved, where it is kept nowhere else */
  readonly body?: string | null
}

/**
 * Puts a wish before the author of a post: one of ours is told, one elsewhere is sent a request. Whoever asks again
 * changes nothing.
 */
export async function askApproval(world: World, tx: Tx, wanted: Wanted): Promise<void> {
  const decider = await findAccount(tx, wanted.target.accountId)
  if (!decider) return
  const id = world.ids.next<ApprovalId>()
  const requestUri = wanted.actor.local
    ? world.uris.activity(world.ids.next<ActivityId>())
    : (wanted.requestUri ?? null)
  const asked = { ...rowOf(wanted, decider), id, requestUri, state: 'pending', stampUri: null } as const
  if (!(await insertApproval(tx, asked, world.clock.now()))) return
  await record(
    world,
    tx,
    factOf('interaction.requested', wanted, decider, { id, requestUri, stampUri: null }),
  )
}

/** Approves at once what a post of ours lets its actor do, with a stamp that anybody can check. */
export async function grantApproval(world: World, tx: Tx, wanted: Wanted): Promise<string | undefined> {
  const decider = await findAccount(tx, wanted.target.accountId)
  if (!decider?.local) return undefined
  const id = world.ids.next<ApprovalId>()
  const requestUri = wanted.requestUri ?? null
  const stampUri = world.uris.stamp(id)
  const granted = {
    ...rowOf(wanted, decider),
    body: null,
    id,
    requestUri,
    state: 'approved',
    stampUri,
  } as const
  if (!(await insertApproval(tx, granted, world.clock.now()))) {
    const known = await findApprovalOf(tx, wanted.kind, wanted.uri, wanted.target.id)
    return known?.state === 'approved' ? (known.stampUri ?? undefined) : undefined
  }
  await record(world, tx, factOf('interaction.approved', wanted, decider, { id, requestUri, stampUri }))
  return stampUri
}

/** Says no to a request for what a post of ours does not allow; nothing of it is kept. */
export async function turnDown(world: World, tx: Tx, wanted: Wanted): Promise<void> {
  const decider = await findAccount(tx, wanted.target.accountId)
  if (!decider) return
  const requestUri = wanted.requestUri ?? null
  await record(
    world,
    tx,
    factOf('interaction.refused', wanted, decider, { id: null, requestUri, stampUri: null }),
  )
}

/** Settles an approval that was asked for, and says so. */
export async function settle(
  world: World,
  tx: Tx,
  approval: Approval,
  state: 'approved' | 'rejected' | 'revoked',
  stampUri: string | null,
): Promise<void> {
  await settleApproval(tx, approval.id, { state, stampUri, now: world.clock.now() })
  const type = ({ approved: 'approved', rejected: 'refused', revoked: 'revoked' } as const)[state]
  // The stamp that is taken back still has to be named.
  await record(
    world,
    tx,
    interactionFact(`interaction.${type}`, { ...approval, stampUri: stampUri ?? approval.stampUri }),
  )
}

function rowOf(wanted: Wanted, decider: Account) {
  return {
    kind: wanted.kind,
    targetId: wanted.target.id,
    deciderId: decider.id,
    actorId: wanted.actor.id,
    uri: wanted.uri,
    body: wanted.body ?? null,
  }
}

function factOf<Type extends InteractionFact<string>['type']>(
  type: Type,
  wanted: Wanted,
  decider: Account,
  row: {
    readonly id: ApprovalId | null
    readonly requestUri: string | null
    readonly stampUri: string | null
  },
): InteractionFact<Type> {
  return {
    type,
    approvalId: row.id,
    kind: wanted.kind,
    uri: wanted.uri,
    requestUri: row.requestUri,
    stampUri: row.stampUri,
    targetId: wanted.target.id,
    targetUri: wanted.target.uri,
    deciderId: decider.id,
    deciderLocal: decider.local,
    actorId: wanted.actor.id,
    actorLocal: wanted.actor.local,
  }
}

/** What is said of an approval that is kept. */
export function interactionFact<Type extends InteractionFact<string>['type']>(
  type: Type,
  approval: Approval,
): InteractionFact<Type> {
  const {
    id,
    kind,
    uri,
    requestUri,
    stampUri,
    targetId,
    targetUri,
    deciderId,
    deciderLocal,
    actorId,
    actorLocal,
  } = approval
  return {
    type,
    approvalId: id,
    kind,
    uri,
    requestUri,
    stampUri,
    targetId,
    targetUri,
    deciderId,
    deciderLocal,
    actorId,
    actorLocal,
  }
}

/** The like or boost that somebody made, or wanted to make, they have taken back. */
export async function withdrawWishes(tx: Tx, actorId: Account['id'], uri: string): Promise<number> {
  return deleteReactionApprovals(tx, actorId, uri)
}
