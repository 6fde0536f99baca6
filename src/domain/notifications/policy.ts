import type { AccountId } from '../../base/ids.ts'
import type { Db } from '../../db/connect.ts'
import type { NoticeWish } from '../../db/tables/notifications.ts'
import { transact } from '../../db/transact.ts'
import { record } from '../../facts/record.ts'
import type { LocalAccount } from '../accounts/account.ts'
import { lockAccount } from '../accounts/store.ts'
import type { World } from '../world.ts'
import { insertSenders, readPolicy, writePolicy } from './policy-store.ts'
import type { NoticePolicy } from './wishes.ts'

const USUAL: NoticePolicy = {
  notFollowing: 'accept',
  notFollowers: 'accept',
  newAccounts: 'accept',
  privateMentions: 'accept',
  limitedAccounts: 'filter',
  bots: 'accept',
}

export async function findNoticePolicy(db: Db, accountId: AccountId): Promise<NoticePolicy> {
  return (await readPolicy(db, accountId)) ?? USUAL
}

/** Changes what is said of a policy; what is left out stays. It holds for what was told before, too. */
export async function changeNoticePolicy(
  world: Pick<World, 'db'>,
  account: LocalAccount,
  change: { readonly [Key in keyof NoticePolicy]?: NoticeWish | undefined },
): Promise<NoticePolicy> {
  return transact(world.db, async (tx) => {
    await lockAccount(tx, account.id)
    const before = await findNoticePolicy(tx, account.id)
    const keys = Object.keys(USUAL) as (keyof NoticePolicy)[]
    const said = keys.map((key) => [key, change[key] ?? before[key]] as const)
    const policy = Object.fromEntries(said) as unknown as NoticePolicy
    await writePolicy(tx, account.id, policy)
    return policy
  })
}

/** Takes notifications from these from now on, and those that were kept back, whatever the policy says. */
export async function takeNoticesFrom(
  world: World,
  owner: LocalAccount,
  senderIds: readonly AccountId[],
): Promise<void> {
  if (senderIds.length === 0) return
  await transact(world.db, async (tx) => {
    await insertSenders(tx, owner.id, senderIds)
    await record(world, tx, { type: 'notices.taken', accountId: owner.id })
  })
}
