import { refuse } from '../../base/refusal.ts'
import { transact } from '../../db/transact.ts'
import { record } from '../../facts/record.ts'
import { enqueue } from '../../jobs/enqueue.ts'
import { revokeAllOf } from '../grants/revoke.ts'
import type { World } from '../world.ts'
import type { LocalAccount } from './account.ts'
import type { AccountJob } from './jobs.ts'
import { deleteKeysOfTheGone, deleteProfileImages, markAccountDeleted } from './life-store.ts'
import { deleteLogin, findLogin } from './login-store.ts'
import { lockAccount } from './store.ts'

/**
 * Deletes an account of ours for good. From now on its address answers 410, nobody can sign in to it, and its name is
 * never given out again; every server that we know is told, and what it said goes in jobs behind. Its keys stay until
 * the last server has heard of it.
 * @throws Refusal `account.owner-stays`: a server without an owner would open its setup link again
 */
export async function deleteAccount(world: World, account: LocalAccount): Promise<void> {
  await transact(world.db, async (tx) => {
    await lockAccount(tx, account.id)
    if ((await findLogin(tx, account.id))?.role === 'owner') refuse('account.owner-stays')
    await deleteLogin(tx, account.id)
    await revokeAllOf(tx, account.id)
    await deleteProfileImages(tx, account.id, ['avatar', 'header'])
    await markAccountDeleted(tx, account.id, world.clock.now(), { keepKeys: true })
    await record(world, tx, { type: 'account.deleted', accountId: account.id })
    const payload: AccountJob = { what: 'purge', accountId: account.id }
    await enqueue(tx, [{ kind: 'account', payload }])
  })
}

/** As long as a Delete waits for a host that may come back. */
const KEPT_DAYS = 31

/** Forgets the keys of accounts of ours that went so long ago that nothing is said in their name any more; a chore. */
export async function forgetKeys(world: World): Promise<void> {
  await deleteKeysOfTheGone(world.db, new Date(world.clock.now().getTime() - KEPT_DAYS * 86_400_000))
}
