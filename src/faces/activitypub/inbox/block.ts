import type { Account } from '../../../domain/accounts/account.ts'
import { findAccount, findAccountByUri } from '../../../domain/accounts/find.ts'
import { receiveBlock, receiveUnblock } from '../../../domain/blocks/block.ts'
import { findBlockByUri } from '../../../domain/blocks/find.ts'
import type { World } from '../../../domain/world.ts'
import { objectIdOf, type ReadActivity } from '../../../translate/from-activity/activity.ts'
import { effect, nothing, type Reading } from './reading.ts'
import type { ActivityReference, Undoer } from './reference.ts'

/** Block: somebody elsewhere wants nothing more to do with somebody here. */
export function readBlock(activity: ReadActivity): Reading {
  const targetUri = objectIdOf(activity)
  if (targetUri === undefined) return nothing('it blocks nobody')
  // Lemmy: a ban from a group, which says nothing of what the moderator and the banned have to do with each other.
  if (activity.target !== undefined) return nothing('a ban from a group')
  return effect(async (world, actor) => {
    if (actor.local) return 'not from elsewhere'
    const target = await findAccountByUri(world.db, targetUri)
    if (!target?.local) return 'nobody here'
    return receiveBlock(world, actor, target, activity.id)
  })
}

/** Undo of a Block. */
export const undoBlockOf: Undoer = {
  types: ['Block'],
  async undo(world, actor, reference) {
    if (actor.local) return undefined
    const target = await findTarget(world, actor, reference)
    return target?.local ? receiveUnblock(world, actor, target) : undefined
  },
}

/** By the id of the Block, or else by whom it names; never by the id of somebody else's. */
async function findTarget(
  world: World,
  actor: Account,
  { uri, objectUri }: ActivityReference,
): Promise<Account | undefined> {
  const byUri = uri && (await findBlockByUri(world.db, uri))
  if (byUri) return byUri.accountId === actor.id ? findAccount(world.db, byUri.targetId) : undefined
  return objectUri === undefined ? undefined : findAccountByUri(world.db, objectUri)
}
