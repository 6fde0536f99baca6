import type { AttachmentId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import { transact } from '../../db/transact.ts'
import type { LocalAccount } from '../accounts/account.ts'
import { attachFilesToObject } from '../media/keep.ts'
import type { World } from '../world.ts'
import type { KnownObject, ObjectReaders } from './object.ts'
import { insertObject, insertReaders } from './store.ts'

/** Something that an app made for somebody here. */
export interface NewObject {
  readonly object: Omit<KnownObject, 'accountId' | 'editedAt'>
  readonly readers: ObjectReaders
  /** files of its maker that are part of it */
  readonly mediaIds: readonly AttachmentId[]
}

/** Keeps what somebody here makes that is no post, as the JSON that their app wrote. */
export async function keepObject(
  world: World,
  owner: LocalAccount,
  { object, readers, mediaIds }: NewObject,
): Promise<void> {
  if (owner.suspended) refuse('account.suspended')
  if (owner.movedToUri !== null) refuse('account.moved')
  await transact(world.db, async (tx) => {
    await insertObject(tx, { ...object, accountId: owner.id, editedAt: null })
    await insertReaders(tx, object.id, readers)
    await attachFilesToObject(tx, owner.id, object.id, mediaIds)
  })
}
