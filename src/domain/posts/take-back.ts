import type { PostId } from '../../base/ids.ts'
import { transact } from '../../db/transact.ts'
import type { LocalAccount } from '../accounts/account.ts'
import { releaseFiles } from '../media/store.ts'
import type { World } from '../world.ts'
import { removePost } from './remove.ts'

/** Deletes a post of ours so that it can be written anew: what it held waits to be posted again, for a day. */
export async function takeBackPost(world: World, author: LocalAccount, id: PostId): Promise<void> {
  await transact(world.db, async (tx) => {
    await releaseFiles(tx, author.id, id, world.clock.now())
    await removePost({ ...world, db: tx }, author, id)
  })
}
