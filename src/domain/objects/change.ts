import type { AttachmentId, ObjectId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import { transact } from '../../db/transact.ts'
import type { LocalAccount } from '../accounts/account.ts'
import { tell } from '../events/tell.ts'
import { attachFilesToObject } from '../media/keep.ts'
import type { World } from '../world.ts'
import type { ObjectReaders } from './object.ts'
import { insertReaders, lockObject, reviseObject } from './store.ts'

/** An object of somebody here is something else from now on. */
export interface ObjectChange {
  readonly kind: string
  readonly body: string
  /** beside those who may read it already */
  readonly readers: ObjectReaders
  readonly mediaIds: readonly AttachmentId[]
  readonly at: Date
}

/** Lets an object be something else, for its readers until now and more; what it was stays as its history. */
export async function changeObject(
  world: World,
  owner: LocalAccount,
  id: ObjectId,
  { readers, mediaIds, ...revision }: ObjectChange,
): Promise<void> {
  await transact(world.db, async (tx) => {
    const object = await lockObject(tx, id)
    if (!object || object.accountId !== owner.id) return refuse('act.object-unknown')
    await reviseObject(tx, object, revision)
    await insertReaders(tx, id, readers)
    await attachFilesToObject(tx, owner.id, id, mediaIds)
    await tell(tx, [{ topic: { name: 'object', subject: id }, verb: 'Update', thing: 'object', thingId: id }])
  })
}
