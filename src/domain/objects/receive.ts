import type { ActivityId, ObjectId } from '../../base/ids.ts'
import { isOpen } from '../../base/visibility.ts'
import { transact } from '../../db/transact.ts'
import type { Account } from '../accounts/account.ts'
import type { IncomingReaction } from '../reactions/reaction.ts'
import type { World } from '../world.ts'
import { findVisibleObject } from './find.ts'
import { deleteReactionTo, insertReaction } from './store.ts'

/**
 * Somebody elsewhere likes or shares an object that people here made and that is no post, or does so no more. An emoji is
 * no like, and what is not for everyone is shared by nobody else.
 */
export async function receiveObjectReaction(
  world: World,
  actor: Pick<Account, 'id'>,
  incoming: IncomingReaction,
  objectId: ObjectId,
): Promise<'added' | 'undone' | 'nothing'> {
  const accountId = actor.id
  if (incoming.kind === 'undo') {
    const kind = incoming.of?.kind === 'boost' ? 'announce' : 'like'
    if (incoming.of?.emoji) return 'nothing'
    await transact(world.db, (tx) => deleteReactionTo(tx, { accountId, objectId, kind }))
    return 'undone'
  }
  const object = await findVisibleObject(world.db, objectId, { accountId })
  if (!object) return 'nothing'
  if (incoming.kind === 'like' ? incoming.emoji !== null : !isOpen(object.visibility)) return 'nothing'
  const kind = incoming.kind === 'like' ? 'like' : 'announce'
  const reaction = { id: world.ids.next<ActivityId>(), objectId, accountId, kind, uri: incoming.uri } as const
  await transact(world.db, (tx) => insertReaction(tx, reaction))
  return 'added'
}
