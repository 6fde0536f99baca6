import { Refusal } from '../../base/refusal.ts'
import { blockAccount } from '../blocks/block.ts'
import { findLocalBlocks, findLocalMutes } from '../blocks/find.ts'
import { muteAccount } from '../blocks/mute.ts'
import { findFollow } from '../follows/find.ts'
import type { World } from '../world.ts'
import type { Account, LocalAccount } from './account.ts'
import { findAccount } from './find.ts'

const CHUNK = 100

/**
 * Whoever here blocked or muted an account that has moved goes on doing so where it is now; but for those who follow the
 * new one by their own choice. May run again.
 */
export async function carryOver(
  world: World,
  fromId: Account['id'],
  target: Account,
  signal: AbortSignal,
): Promise<void> {
  for (let after = '0'; ; ) {
    const blocks = await findLocalBlocks(world.db, fromId, after, CHUNK)
    for (const { accountId } of blocks)
      await unlessFollowing(world, accountId, target, (account) => blockAccount(world, account, target))
    const last = blocks.at(-1)
    if (!last) break
    after = last.id
    signal.throwIfAborted()
  }
  const now = world.clock.now().getTime()
  for (let after = '0'; ; ) {
    const mutes = await findLocalMutes(world.db, fromId, after, CHUNK)
    for (const { accountId, notifications, expiresAt } of mutes) {
      const seconds = expiresAt === null ? undefined : Math.ceil((expiresAt.getTime() - now) / 1000)
      if (seconds !== undefined && seconds <= 0) continue
      const options = { notifications, ...(seconds === undefined ? {} : { seconds }) }
      await unlessFollowing(world, accountId, target, (account) =>
        muteAccount(world, account, target, options),
      )
    }
    const last = mutes.at(-1)
    if (!last) break
    after = last.id
    signal.throwIfAborted()
  }
}

async function unlessFollowing(
  world: World,
  accountId: Account['id'],
  target: Account,
  keepApart: (account: LocalAccount) => Promise<void>,
): Promise<void> {
  const account = await findAccount(world.db, accountId)
  if (!account?.local || (await findFollow(world.db, accountId, target.id))) return
  await keepApart(account as LocalAccount).catch((error: unknown) => {
    if (!(error instanceof Refusal)) throw error
  })
}
