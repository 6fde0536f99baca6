import type { Account } from '../../../domain/accounts/account.ts'
import { findMoving } from '../../../domain/accounts/find.ts'
import { receiveMove } from '../../../domain/accounts/move.ts'
import type { World } from '../../../domain/world.ts'
import { objectIdOf, type ReadActivity } from '../../../translate/from-activity/activity.ts'
import { type Asking, askFirst, effect, nothing, type Reading } from './reading.ts'

/**
 * Move (FEP-7628), by the old actor or by the new one. Both must say so, and what they say is read at their homes at
 * this moment: the new one names the old one among its aliases; the old one either signed the Move itself, or names
 * the new one as where it moved, or was copied, to. A home that is gone cannot contradict what it once signed.
 */
export function readMove(activity: ReadActivity): Reading {
  const fromUri = objectIdOf(activity)
  const { target: toUri, actor: actorUri } = activity
  if (fromUri === undefined || toUri === undefined || fromUri === toUri)
    return nothing('moves nobody anywhere')
  if (actorUri !== fromUri && actorUri !== toUri) return nothing('not theirs to move')
  return effect(async (world, _actor, asking) => {
    if (world.uris.isOurs(fromUri)) return 'ours'
    if (!asking) return askFirst
    const to = await asking.refreshActor(toUri)
    if (to === undefined || to === 'gone') return 'target not to be had'
    const from = await requireWord(world, asking, fromUri, to, actorUri === fromUri)
    return typeof from === 'string' ? from : receiveMove(world, from, to)
  })
}

/** The old account, if it says that it moved there; else why not. */
async function requireWord(
  world: World,
  asking: Asking,
  fromUri: string,
  to: Account,
  signed: boolean,
): Promise<Account | string> {
  const read = await asking.refreshActor(fromUri).catch(() => undefined)
  if (read === undefined || read === 'gone') {
    const known = signed ? await world.directory.findByUri(fromUri) : undefined
    return known ?? 'the old account is not to be had'
  }
  const says = await findMoving(world.db, read.id)
  const elsewhere = says?.movedToUri != null && says.movedToUri !== to.uri
  if (elsewhere) return 'moved elsewhere'
  const named = says?.movedToUri === to.uri || says?.copiedToUris.includes(to.uri)
  return signed || named ? read : 'the old account does not say so'
}
