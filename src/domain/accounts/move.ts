import { refuse } from '../../base/refusal.ts'
import { type Tx, transact } from '../../db/transact.ts'
import { record } from '../../facts/record.ts'
import { enqueue } from '../../jobs/enqueue.ts'
import type { World } from '../world.ts'
import type { Account, LocalAccount } from './account.ts'
import { findMoving } from './find.ts'
import type { AccountJob } from './jobs.ts'
import { markMoved, updateProfile } from './life-store.ts'
import { lockAccount } from './store.ts'

const DAY = 86_400_000
/** How long an account of ours stays where it has moved to before it may move again; as on Mastodon. */
export const OUT_COOLDOWN_DAYS = 30
/** How long a Move from elsewhere keeps a second one from taking effect; as on Mastodon and GoToSocial. */
export const IN_COOLDOWN_DAYS = 7

/**
 * An account of ours goes on elsewhere: its followers are told, those here follow the new one, and it says no more.
 * @param target read anew just now, since only what it says at this moment counts
 * @throws Refusal `move.no-alias` unless the target names this account among its aliases, `move.too-soon`,
 *   `move.target-moved`
 */
export async function moveAccount(world: World, account: LocalAccount, target: Account): Promise<void> {
  const now = world.clock.now()
  await transact(world.db, async (tx) => {
    await lockAccount(tx, account.id)
    const moving = await findMoving(tx, account.id)
    const there = await findMoving(tx, target.id)
    if (target.id === account.id) refuse('alias.self')
    if (!there?.alsoKnownAs.includes(account.uri)) refuse('move.no-alias', { alias: account.uri })
    if (there.movedToUri !== null) refuse('move.target-moved')
    const until = new Date((moving?.movedAt?.getTime() ?? 0) + OUT_COOLDOWN_DAYS * DAY)
    if (until > now) refuse('move.too-soon', { until: until.toISOString().slice(0, 10) })
    await markMoved(tx, account.id, target.uri, now)
    await record(world, tx, { type: 'account.moved', accountId: account.id, targetUri: target.uri })
    await enqueueRefollow(tx, account, target)
  })
}

/** The account is at home here again. Whoever follows the other one by now goes on doing so. */
export async function cancelMove(world: World, account: LocalAccount): Promise<void> {
  await transact(world.db, async (tx) => {
    await lockAccount(tx, account.id)
    if ((await findMoving(tx, account.id))?.movedToUri == null) refuse('move.not-moved')
    await updateProfile(tx, account.id, { moved_to_uri: null }, world.clock.now())
    await record(world, tx, { type: 'account.updated', accountId: account.id })
  })
}

export type MoveOutcome = 'moved' | 'known' | 'no alias' | 'target moved on' | 'too soon' | 'ours'

/**
 * Somebody elsewhere has moved. Both have said so: the old one by its own hand or in its document, the new one by naming
 * the old one among its aliases (FEP-7628). Repeating it changes nothing.
 * @param target read anew just now
 */
export async function receiveMove(world: World, from: Account, target: Account): Promise<MoveOutcome> {
  if (from.local) return 'ours'
  return transact(world.db, async (tx) => {
    await lockAccount(tx, from.id)
    const now = world.clock.now()
    const there = await findMoving(tx, target.id)
    if (!there?.alsoKnownAs.includes(from.uri)) return 'no alias'
    // A circle would send followers round and round.
    if (there.movedToUri !== null) return 'target moved on'
    const here = await findMoving(tx, from.id)
    if (here?.movedAt && now.getTime() - here.movedAt.getTime() < IN_COOLDOWN_DAYS * DAY)
      return here.movedToUri === target.uri ? 'known' : 'too soon'
    await markMoved(tx, from.id, target.uri, now)
    await enqueueRefollow(tx, from, target)
    return 'moved'
  })
}

async function enqueueRefollow(tx: Tx, from: Account, target: Account): Promise<void> {
  const payload: AccountJob = { what: 'refollow', fromId: from.id, toId: target.id }
  await enqueue(tx, [{ kind: 'account', payload }])
}
