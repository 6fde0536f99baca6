import type { ActivityId } from '../../base/ids.ts'
import type { Tx } from '../../db/transact.ts'
import { enqueue } from '../../jobs/enqueue.ts'
import { enterSaid } from '../inboxes/said.ts'
import type { World } from '../world.ts'
import type { Recipients } from './recipients.ts'
import { insertActivity, type NewActivity } from './store.ts'

/** The job that turns recipients into deliveries, a thousand inboxes at a time. */
export interface Expansion {
  readonly activityId: ActivityId
  /** what it is about: two activities about one thing reach an inbox in the order in which they were said */
  readonly subject: string
  readonly recipients: Omit<Recipients, 'blindIds'>
  /** there are some of whom nobody may know: no job names them, they are looked up when it goes out */
  readonly blind?: boolean
  /** the last inbox reached */
  readonly after: number
}

/**
 * Keeps an activity of ours as the exact bytes to serve, and lets it be delivered once the transaction commits.
 * @param afar somebody elsewhere may be among those who get it (`mayReachOthers`)
 */
export async function sayActivity(
  world: Pick<World, 'clock'>,
  tx: Tx,
  activity: NewActivity,
  {
    subject,
    recipients,
    afar,
  }: { readonly subject: string; readonly recipients: Recipients; readonly afar: boolean },
): Promise<void> {
  await insertActivity(tx, activity, world.clock.now())
  await enterSaid(world, tx, activity, {
    accountIds: [...recipients.accountIds, ...(recipients.blindIds ?? [])],
    followers: recipients.followersOf !== undefined,
  })
  if (!afar) return
  const { blindIds = [], ...open } = recipients
  const blind = blindIds.length > 0 && { blind: true }
  const payload: Expansion = { activityId: activity.id, subject, recipients: open, ...blind, after: 0 }
  await enqueue(tx, [{ kind: 'deliver', subject, payload }])
}
