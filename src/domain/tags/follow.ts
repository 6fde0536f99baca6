import type { TagFollowId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import { transact } from '../../db/transact.ts'
import { hashtagFrom } from '../../text/tokens.ts'
import type { LocalAccount } from '../accounts/account.ts'
import { lockAccount } from '../accounts/store.ts'
import { ensureHashtag } from '../posts/hashtag-store.ts'
import { emptyHomeOfTag, fillHomeByTags } from '../timelines/tag-store.ts'
import type { World } from '../world.ts'
import { countTagFollows, findTagFollow } from './find.ts'
import { deleteTagFollow, insertTagFollow } from './store.ts'

const MOST_FOLLOWED = 500

/** What is said to everybody with a hashtag comes into the home from now on, and the latest of it at once. */
export async function followTag(world: World, account: LocalAccount, written: string): Promise<void> {
  const tag = hashtagFrom(written) ?? refuse('tag.invalid')
  await transact(world.db, async (tx) => {
    await lockAccount(tx, account.id)
    const hashtagId = await ensureHashtag(tx, tag)
    if (!(await insertTagFollow(tx, world.ids.next<TagFollowId>(), account.id, hashtagId))) return
    if ((await countTagFollows(tx, account.id)) > MOST_FOLLOWED)
      refuse('tag.too-many', { most: MOST_FOLLOWED })
    await fillHomeByTags(tx, account.id, hashtagId)
  })
}

/** The opposite: what came into the home for its sake alone leaves it. */
export async function unfollowTag(world: World, account: LocalAccount, written: string): Promise<void> {
  const { name } = hashtagFrom(written) ?? refuse('tag.invalid')
  await transact(world.db, async (tx) => {
    const follow = await findTagFollow(tx, account.id, name)
    if (!follow) return
    await deleteTagFollow(tx, account.id, follow.hashtagId)
    await emptyHomeOfTag(tx, account.id, follow.hashtagId)
  })
}
