import type { AccountId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import { type Tx, transact } from '../../db/transact.ts'
import { record } from '../../facts/record.ts'
import { enqueue } from '../../jobs/enqueue.ts'
import { tellEnded } from '../grants/news.ts'
import { countUseLess } from '../invites/store.ts'
import type { World } from '../world.ts'
import type { MailJob } from './jobs.ts'
import { removeRestriction } from './moderation-store.ts'
import { listUnconfirmed, type Registrant } from './registration-find.ts'
import { deleteWaiting, lockRegistrant, writeApproved } from './registration-store.ts'

const DAY_MS = 86_400_000
/** Who has not confirmed an address by then never will. */
const UNCONFIRMED_DAYS = 7
const CHUNK = 100

/**
 * Lets somebody in who waits for that. Who has yet to confirm their e-mail address comes in when they do.
 * @param by who decided it; null: somebody at the command line
 * @throws Refusal `account.not-waiting`
 */
export async function approveRegistration(
  world: World,
  accountId: AccountId,
  by: AccountId | null,
): Promise<void> {
  await transact(world.db, async (tx) => {
    const registrant = await lockRegistrant(tx, accountId)
    if (!registrant || registrant.approvedAt !== null) return refuse('account.not-waiting')
    await writeApproved(tx, accountId, by, world.clock.now())
    if (registrant.confirmedAt === null) return
    await comeIn(world, tx, registrant)
    if (registrant.email !== null) await enqueueMail(tx, { what: 'approved', accountId })
  })
}

/**
 * Turns away somebody who waits to be let in. Nothing is left of them, and nobody is told.
 * @param _by who decided it; null: somebody at the command line
 * @throws Refusal `account.not-waiting`
 */
export async function rejectRegistration(
  world: Pick<World, 'db'>,
  accountId: AccountId,
  _by: AccountId | null,
): Promise<void> {
  await transact(world.db, async (tx) => {
    if ((await remove(tx, [accountId])) === 0) refuse('account.not-waiting')
  })
}

/** Forgets those who have never confirmed their address; a chore. */
export async function forgetUnconfirmed(world: Pick<World, 'db' | 'clock'>): Promise<void> {
  const before = new Date(world.clock.now().getTime() - UNCONFIRMED_DAYS * DAY_MS)
  for (;;) {
    const ids = await listUnconfirmed(world.db, before, CHUNK)
    if (ids.length === 0) return
    await transact(world.db, (tx) => remove(tx, ids))
  }
}

/** An account that waits for nothing any more: from now on it is seen, and may be used. */
export async function comeIn(world: World, tx: Tx, { id }: Pick<Registrant, 'id'>): Promise<void> {
  await removeRestriction(tx, [id], 'suspended', 'waiting')
  await record(world, tx, { type: 'account.registered', accountId: id, bySelf: true })
  // What is remembered of its tokens is that they are good for nothing yet.
  await tellEnded(tx, { accountIds: [id] })
}

export async function enqueueMail(tx: Tx, payload: MailJob): Promise<void> {
  await enqueue(tx, [{ kind: 'mail', payload }])
}

async function remove(tx: Tx, ids: readonly AccountId[]): Promise<number> {
  const gone = await deleteWaiting(tx, ids)
  await countUseLess(
    tx,
    gone.flatMap(({ inviteId }) => inviteId ?? []),
  )
  await tellEnded(tx, { accountIds: gone.map(({ id }) => id) })
  return gone.length
}
