import { refuse } from '../../base/refusal.ts'
import { type Tx, transact } from '../../db/transact.ts'
import type { Fact } from '../../facts/facts.ts'
import { record } from '../../facts/record.ts'
import type { Account } from '../accounts/account.ts'
import { deleteSessionsOf } from '../accounts/login-store.ts'
import { addRestriction, type Hold, removeRestriction } from '../accounts/moderation-store.ts'
import { endFollow } from '../follows/answer.ts'
import { findFollowsOf } from '../follows/find.ts'
import { revokeAllOf } from '../grants/revoke.ts'
import type { World } from '../world.ts'

/**
 * Hides an account and all that it ever said, at once and reversibly. One of ours cannot sign in and sends nothing any
 * more; its actor says that it is suspended, and its followers' servers are told so. One from elsewhere has no effect
 * here any more, and follows both ways are dropped for good.
 */
export async function suspendAccount(world: World, account: Account): Promise<void> {
  requirePerson(account)
  await transact(world.db, async (tx) => {
    await addRestriction(tx, [account.id], 'suspended', 'account', world.clock.now())
    if (account.local) {
      await deleteSessionsOf(tx, account.id)
      await revokeAllOf(tx, account.id)
    } else await dropFollows(world, tx, account)
    await record(world, tx, changed(account))
  })
}

/** Shows it again. It stays hidden as long as its domain is suspended. */
export async function unsuspendAccount(world: World, account: Account): Promise<void> {
  await lift(world, account, 'suspended')
}

/** Keeps what an account says from all who do not follow it: public timelines, and notifications to strangers. */
export async function limitAccount(world: World, account: Account): Promise<void> {
  requirePerson(account)
  await transact(world.db, async (tx) => {
    await addRestriction(tx, [account.id], 'limited', 'account', world.clock.now())
    await record(world, tx, { type: 'account.restricted', accountId: account.id })
  })
}

export async function unlimitAccount(world: World, account: Account): Promise<void> {
  await lift(world, account, 'limited')
}

async function lift(world: World, account: Account, hold: Hold): Promise<void> {
  await transact(world.db, async (tx) => {
    const lifted = await removeRestriction(tx, [account.id], hold, 'account')
    if (lifted.length === 0) refuse('account.not-restricted')
    await record(world, tx, hold === 'suspended' ? changed(account) : [restricted(account)])
  })
}

const restricted = (account: Account): Fact => ({ type: 'account.restricted', accountId: account.id })

/** What an account of ours says of itself has changed with it. */
function changed(account: Account): Fact[] {
  return account.local
    ? [{ type: 'account.updated', accountId: account.id }, restricted(account)]
    : [restricted(account)]
}

async function dropFollows(world: World, tx: Tx, account: Account): Promise<void> {
  for (const follow of await findFollowsOf(tx, account.id)) {
    await endFollow(world, tx, follow, follow.followerLocal ? 'follow.undone' : 'follow.rejected')
  }
}

function requirePerson(account: Account): void {
  if (account.local && account.kind === 'application') refuse('account.not-found')
}
