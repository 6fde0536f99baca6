import type { AccountId, ObjectId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import { isOpen } from '../../base/visibility.ts'
import { type Tx, transact } from '../../db/transact.ts'
import type { LocalAccount } from '../accounts/account.ts'
import { deleteActivitiesAbout } from '../activities/store.ts'
import { tell } from '../events/tell.ts'
import { rememberGone } from '../posts/remove.ts'
import type { World } from '../world.ts'
import { deleteObject, deleteSomeObjectsOf, lockObject } from './store.ts'

/** Takes an object away for good, with all that was said of it: an open one's address answers 410. */
export async function removeObject(world: World, owner: LocalAccount, id: ObjectId): Promise<void> {
  await transact(world.db, async (tx) => {
    const object = await lockObject(tx, id)
    if (!object || object.accountId !== owner.id) return refuse('act.object-unknown')
    const { kind, publishedAt, editedAt, visibility } = object
    await rememberGone(
      world,
      tx,
      { uri: world.uris.object(id), authorUri: owner.uri },
      {
        kind,
        publishedAt,
        editedAt,
        hidden: !isOpen(visibility),
      },
    )
    await deleteActivitiesAbout(tx, id)
    await deleteObject(tx, id)
    const uri = world.uris.object(id)
    await tell(tx, [{ topic: { name: 'object', subject: id }, verb: 'Delete', thing: 'id', uri }])
  })
}

/** Takes away some of the objects of an account that is gone; how many that were. */
export async function removeSomeObjectsOf(tx: Tx, accountId: AccountId, limit: number): Promise<number> {
  return deleteSomeObjectsOf(tx, accountId, limit)
}
