import type { PostId, TalkId } from '../../base/ids.ts'
import { type Tx, transact } from '../../db/transact.ts'
import type { LocalAccount } from '../accounts/account.ts'
import type { World } from '../world.ts'
import { requireTalk, type Talk } from './find.ts'
import { deleteTalk, enterTalks, mendTalks, setUnread } from './store.ts'

/** Posts have come, and those of them that are direct are in the conversations of all who may read them. */
export async function hold(tx: Tx, postIds: readonly PostId[]): Promise<void> {
  await enterTalks(tx, postIds)
}

/** Direct posts are gone. */
export async function letGo(tx: Tx): Promise<void> {
  await mendTalks(tx)
}

/** Somebody has read a conversation, or wants to read it again. */
export async function markTalk(
  world: World,
  owner: LocalAccount,
  id: TalkId | undefined,
  unread: boolean,
): Promise<Talk> {
  return transact(world.db, async (tx) => {
    const talk = await requireTalk(tx, owner.id, id)
    await setUnread(tx, talk.id, unread)
    return { ...talk, unread }
  })
}

/** Takes a conversation out of the list of one of those who have it; what is said in it next brings it back. */
export async function dropTalk(world: World, owner: LocalAccount, id: TalkId | undefined): Promise<void> {
  await transact(world.db, async (tx) => {
    await deleteTalk(tx, (await requireTalk(tx, owner.id, id)).id)
  })
}
