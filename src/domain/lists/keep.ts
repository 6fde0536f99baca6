import type { ListId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import type { ListReplies } from '../../db/tables/timelines.ts'
import { transact } from '../../db/transact.ts'
import type { LocalAccount } from '../accounts/account.ts'
import { lockAccount } from '../accounts/store.ts'
import { leaveHome, returnHome } from '../timelines/apart.ts'
import type { World } from '../world.ts'
import { countLists, type List, membersOf, requireList } from './find.ts'
import { deleteList, insertList, updateList } from './store.ts'

/** What its owner says of a list; what is left out stays, or is usual. */
export interface ListWords {
  readonly title?: string | undefined
  readonly replies?: ListReplies | undefined
  readonly exclusive?: boolean | undefined
}

const MOST_LISTS = 50
const LONGEST_TITLE = 256

/** Begins a list with nobody on it. */
export async function createList(world: World, owner: LocalAccount, words: ListWords): Promise<List> {
  const list = changed({ id: world.ids.next<ListId>(), title: '', replies: 'list', exclusive: false }, words)
  await transact(world.db, async (tx) => {
    await lockAccount(tx, owner.id)
    if ((await countLists(tx, owner.id)) >= MOST_LISTS) refuse('list.too-many', { most: MOST_LISTS })
    await insertList(tx, owner.id, list)
  })
  return list
}

/** Changes what is said; whoever becomes read apart leaves the home, and the other way round. */
export async function changeList(
  world: World,
  owner: LocalAccount,
  id: ListId | undefined,
  words: ListWords,
): Promise<List> {
  return transact(world.db, async (tx) => {
    const before = await requireList(tx, owner.id, id)
    const list = changed(before, words)
    await updateList(tx, list)
    if (list.exclusive === before.exclusive) return list
    const members = await membersOf(tx, list.id)
    await (list.exclusive ? leaveHome : returnHome)(tx, owner.id, members)
    return list
  })
}

/** Ends a list; whoever was read apart by it comes back into the home. */
export async function removeList(world: World, owner: LocalAccount, id: ListId | undefined): Promise<void> {
  await transact(world.db, async (tx) => {
    const list = await requireList(tx, owner.id, id)
    const members = list.exclusive ? await membersOf(tx, list.id) : []
    await deleteList(tx, list.id)
    await returnHome(tx, owner.id, members)
  })
}

function changed(list: List, { title, replies, exclusive }: ListWords): List {
  const next = {
    ...list,
    title: title === undefined ? list.title : title.trim(),
    replies: replies ?? list.replies,
    exclusive: exclusive ?? list.exclusive,
  }
  if (next.title === '' || next.title.length > LONGEST_TITLE) refuse('list.title')
  return next
}
