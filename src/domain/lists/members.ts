import type { AccountId, ListId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import { transact } from '../../db/transact.ts'
import type { LocalAccount } from '../accounts/account.ts'
import { leaveHome, returnHome } from '../timelines/apart.ts'
import type { World } from '../world.ts'
import { membersOf, requireList } from './find.ts'
import { deleteMembers, insertMembers } from './store.ts'

const MOST_MEMBERS = 1000

/**
 * Puts accounts on a list, all of them or none.
 * @throws Refusal 'list.not-followed', 'list.member-known', 'list.full'
 */
export async function addToList(
  world: World,
  owner: LocalAccount,
  id: ListId | undefined,
  accountIds: readonly AccountId[],
): Promise<void> {
  const wanted = [...new Set(accountIds)]
  await transact(world.db, async (tx) => {
    const list = await requireList(tx, owner.id, id)
    const members = new Set(await membersOf(tx, list.id))
    if (wanted.some((account) => members.has(account))) refuse('list.member-known')
    if (members.size + wanted.length > MOST_MEMBERS) refuse('list.full', { most: MOST_MEMBERS })
    const added = await insertMembers(tx, owner.id, list, wanted)
    if (added.length < wanted.length) refuse('list.not-followed')
    if (list.exclusive) await leaveHome(tx, owner.id, added)
  })
}

/** Takes accounts off a list; whoever was not on it is none the less not on it afterwards. */
export async function takeFromList(
  world: World,
  owner: LocalAccount,
  id: ListId | undefined,
  accountIds: readonly AccountId[],
): Promise<void> {
  await transact(world.db, async (tx) => {
    const list = await requireList(tx, owner.id, id)
    await deleteMembers(tx, list.id, accountIds)
    if (list.exclusive) await returnHome(tx, owner.id, accountIds)
  })
}
