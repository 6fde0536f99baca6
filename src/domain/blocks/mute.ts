import type { AccountId, MuteId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import { transact } from '../../db/transact.ts'
import { record } from '../../facts/record.ts'
import type { Account, LocalAccount } from '../accounts/account.ts'
import type { World } from '../world.ts'
import { deleteEndedMutes, deleteMute, upsertMute } from './store.ts'

export interface MuteOptions {
  /** for good, when left out */
  readonly seconds?: number
  /** whether notifications are kept back, too; they are, when left out */
  readonly notifications?: boolean
}

const LONGEST_SECONDS = 10 * 366 * 86_400

/**
 * Looks away from somebody: what they say no longer comes into the home, and no notification of them is shown. They
 * are told nothing and lose nothing, follows included. Muting again changes how long and how far.
 */
export async function muteAccount(
  world: World,
  account: LocalAccount,
  target: Account,
  options: MuteOptions = {},
): Promise<void> {
  if (account.id === target.id) refuse('block.self')
  const { seconds } = options
  if (seconds !== undefined && !(seconds > 0 && seconds <= LONGEST_SECONDS)) refuse('mute.duration')
  const now = world.clock.now()
  const mute = {
    id: world.ids.next<MuteId>(),
    accountId: account.id,
    targetId: target.id,
    notifications: options.notifications ?? true,
    expiresAt: seconds === undefined ? null : new Date(now.getTime() + seconds * 1000),
  }
  await transact(world.db, async (tx) => {
    await upsertMute(tx, mute, now)
    await record(world, tx, { type: 'mute.made', accountId: account.id, targetId: target.id })
  })
}

/** Looks at them again; what they said lately comes back into the home, if they are followed. */
export async function unmuteAccount(world: World, account: LocalAccount, target: Account): Promise<void> {
  await transact(world.db, async (tx) => {
    if (!(await deleteMute(tx, account.id, target.id))) refuse('mute.not-found')
    await record(world, tx, { type: 'mute.lifted', accountId: account.id, targetId: target.id })
  })
}

const CHUNK = 200

/** Ends mutes whose time is over; they hide nothing from that moment on, whenever this runs. Run now and then. */
export async function endMutes(world: World): Promise<void> {
  for (let ended: { accountId: AccountId; targetId: AccountId }[]; ; ) {
    ended = await transact(world.db, async (tx) => {
      const gone = await deleteEndedMutes(tx, world.clock.now(), CHUNK)
      await record(
        world,
        tx,
        gone.map((pair) => ({ type: 'mute.lifted', ...pair })),
      )
      return gone
    })
    if (ended.length < CHUNK) return
  }
}
