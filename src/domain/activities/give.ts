import type { AccountId, ActivityId } from '../../base/ids.ts'
import { transact } from '../../db/transact.ts'
import type { About } from '../../facts/facts.ts'
import { record } from '../../facts/record.ts'
import type { World } from '../world.ts'

/** An activity that changes nothing here is kept, and goes to whom it is for: its words are the app's (`inVoice`). */
export async function giveActivity(
  world: World,
  given: {
    readonly activityId: ActivityId
    readonly accountId: AccountId
    readonly kind: string
    readonly about?: About
  },
): Promise<void> {
  await transact(world.db, (tx) => record(world, tx, { type: 'activity.given', ...given }))
}
