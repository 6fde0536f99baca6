import type { AccountId, BlockId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import { type Tx, transact } from '../../db/transact.ts'
import type { BlockFact } from '../../facts/facts.ts'
import { record } from '../../facts/record.ts'
import { withdrawDeliveries } from '../../jobs/withdraw.ts'
import type { Account, LocalAccount } from '../accounts/account.ts'
import { tellsOfBlocks } from '../accounts/moderation-find.ts'
import { setTellsOfBlocks } from '../accounts/moderation-store.ts'
import { lockAccount } from '../accounts/store.ts'
import { endFollow } from '../follows/answer.ts'
import type { World } from '../world.ts'
import { type Block, findBlock } from './find.ts'
import { deleteBlock, insertBlock } from './store.ts'

/**
 * Keeps somebody and an account of ours apart from now on, in both directions: neither sees, follows, answers or
 * notifies the other, and what tied them is undone. The other's server is told, unless the account prefers that it is
 * not. Blocking again changes nothing.
 * @param quietly nobody is told, whatever the account prefers
 */
export async function blockAccount(
  world: World,
  account: LocalAccount,
  target: Account,
  quietly = false,
): Promise<void> {
  const { db, ids, uris } = world
  if (account.id === target.id) refuse('block.self')
  if (target.kind === 'application' && target.local) refuse('account.not-found')
  const id = ids.next<BlockId>()
  await transact(db, async (tx) => {
    // A follow that is being made at this moment is waited for, and one that begins now waits for us.
    await lockAccount(tx, account.id)
    const block = { id, uri: uris.follow(id), accountId: account.id, targetId: target.id }
    if (!(await insertBlock(tx, block, world.clock.now()))) return
    await cutTies(world, tx, account.id, target.id, 'follow.rejected')
    if (!target.local) await withdrawDeliveries(tx, account.id, target.id)
    const told = !quietly && (await tellsOfBlocks(tx, account.id))
    await record(world, tx, factOf('block.made', block, account, target, told))
  })
}

/** Whether the servers of those whom an account blocks from now on are told, and of those that it no longer does. */
export async function preferTellingOfBlocks(
  world: World,
  account: LocalAccount,
  tells: boolean,
): Promise<void> {
  await transact(world.db, (tx) => setTellsOfBlocks(tx, account.id, tells))
}

/** Lets the two meet again; what the block undid stays undone. */
export async function unblockAccount(world: World, account: LocalAccount, target: Account): Promise<void> {
  await transact(world.db, async (tx) => {
    const block = await deleteBlock(tx, account.id, target.id)
    if (!block) refuse('block.not-found')
    await record(world, tx, factOf('block.lifted', block, account, target, true))
  })
}

/** Somebody elsewhere blocks somebody here, which holds here as if it were done here. */
export async function receiveBlock(
  world: World,
  actor: Account,
  target: Account,
  uri: string,
): Promise<'blocked' | 'known'> {
  const block: Block = { id: world.ids.next<BlockId>(), uri, accountId: actor.id, targetId: target.id }
  return transact(world.db, async (tx) => {
    await lockAccount(tx, target.id)
    if (!(await insertBlock(tx, block, world.clock.now()))) return 'known'
    // They have ended theirs themselves; the end of ours is told, since not every server does it for us.
    await cutTies(world, tx, actor.id, target.id, 'follow.undone')
    await withdrawDeliveries(tx, target.id, actor.id)
    await record(world, tx, factOf('block.made', block, actor, target, false))
    return 'blocked'
  })
}

/** Undo of such a block. */
export async function receiveUnblock(
  world: World,
  actor: Account,
  target: Account,
): Promise<'unblocked' | undefined> {
  if (!(await findBlock(world.db, actor.id, target.id))) return undefined
  return transact(world.db, async (tx) => {
    const block = await deleteBlock(tx, actor.id, target.id)
    if (!block) return undefined
    await record(world, tx, factOf('block.lifted', block, actor, target, false))
    return 'unblocked'
  })
}

/** Ends follows and requests both ways. The blocked one is turned down, or leaves, as `theirEnd` says. */
async function cutTies(
  world: World,
  tx: Tx,
  accountId: AccountId,
  targetId: AccountId,
  theirEnd: 'follow.rejected' | 'follow.undone',
): Promise<void> {
  await endFollow(world, tx, { followerId: accountId, followedId: targetId }, 'follow.undone')
  await endFollow(world, tx, { followerId: targetId, followedId: accountId }, theirEnd)
}

function factOf<Type extends BlockFact<string>['type']>(
  type: Type,
  block: Block,
  account: Account,
  target: Account,
  told: boolean,
): BlockFact<Type> {
  return {
    type,
    blockId: block.id,
    blockUri: block.uri,
    accountId: account.id,
    targetId: target.id,
    accountLocal: account.local,
    targetLocal: target.local,
    told,
  }
}
