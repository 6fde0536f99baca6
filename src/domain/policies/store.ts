import type { AccountId, ApprovalId, PostId } from '../../base/ids.ts'
import type { Tx } from '../../db/transact.ts'
import type { ApprovalState, InteractionKind } from './policy.ts'

export interface NewApproval {
  readonly id: ApprovalId
  readonly kind: InteractionKind
  readonly targetId: PostId
  readonly deciderId: AccountId
  readonly actorId: AccountId
  readonly uri: string
  readonly requestUri: string | null
  readonly state: ApprovalState
  readonly stampUri: string | null
  readonly body: string | null
}

/** Wishes of one kind that one person may have of one post: each is kept and told, and their ids cost nothing (S-107). */
const MOST_WISHES = 20

/** @returns false when the same was asked for before, or too much of the kind */
export async function insertApproval(tx: Tx, approval: NewApproval, now: Date): Promise<boolean> {
  if ((await countWishes(tx, approval)) >= MOST_WISHES) return false
  const inserted = await tx
    .insertInto('approval')
    .values({
      id: approval.id,
      kind: approval.kind,
      target_id: approval.targetId,
      decider_id: approval.deciderId,
      actor_id: approval.actorId,
      uri: approval.uri,
      request_uri: approval.requestUri,
      state: approval.state,
      stamp_uri: approval.stampUri,
      body: approval.body,
      created_at: now,
      decided_at: approval.state === 'pending' ? null : now,
    })
    .onConflict((conflict) => conflict.columns(['uri', 'kind', 'target_id']).doNothing())
    .returning('id')
    .executeTakeFirst()
  return inserted !== undefined
}

/** Somebody may have said much under a post by leave; there is one like and one boost of theirs, whatever their ids. */
async function countWishes(tx: Tx, { kind, targetId, actorId }: NewApproval): Promise<number> {
  const many = kind === 'reply' || kind === 'quote'
  const row = await tx
    .selectFrom('approval')
    .select((eb) => eb.fn.countAll<string>().as('n'))
    .where('target_id', '=', targetId)
    .where('actor_id', '=', actorId)
    .where('kind', '=', kind)
    .$if(many, (query) => query.where('state', '=', 'pending'))
    .executeTakeFirstOrThrow()
  return Number(row.n)
}

/** Holds an approval until the transaction ends, so that it is decided once. */
export async function lockApproval(tx: Tx, id: ApprovalId): Promise<ApprovalState | undefined> {
  const row = await tx
    .selectFrom('approval')
    .select('state')
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
  return row?.state
}

export async function settleApproval(
  tx: Tx,
  id: ApprovalId,
  settled: { readonly state: ApprovalState; readonly stampUri: string | null; readonly now: Date },
): Promise<void> {
  await tx
    .updateTable('approval')
    .set({ state: settled.state, stamp_uri: settled.stampUri, decided_at: settled.now, body: null })
    .where('id', '=', id)
    .execute()
}

/** A request that came for what was done before without one, or that came again: answers name the newest. */
export async function nameRequest(tx: Tx, id: ApprovalId, requestUri: string): Promise<void> {
  await tx.updateTable('approval').set({ request_uri: requestUri }).where('id', '=', id).execute()
}

/**
 * A like or boost is undone by whoever did it: nothing is left to decide. A No stays, or they could ask until it is a Yes;
 * and replies and quotes are taken back by deleting them.
 */
export async function deleteReactionApprovals(tx: Tx, actorId: AccountId, uri: string): Promise<number> {
  const deleted = await tx
    .deleteFrom('approval')
    .where('actor_id', '=', actorId)
    .where('uri', '=', uri)
    .where('kind', 'in', ['like', 'announce'])
    .where('state', 'in', ['pending', 'approved'])
    .executeTakeFirst()
  return Number(deleted.numDeletedRows)
}

/** What was done is deleted by whoever did it: nothing is left to decide. */
export async function deleteApprovals(tx: Tx, actorId: AccountId, uri: string): Promise<void> {
  await tx.deleteFrom('approval').where('actor_id', '=', actorId).where('uri', '=', uri).execute()
}
