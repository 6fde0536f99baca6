import type { AccountId, NotificationId } from '../base/ids.ts'
import type { Db } from '../db/connect.ts'
import { viewAccounts } from './accounts.ts'
import { type Told, told } from './notifications.ts'
import { type StatusView, viewStatuses } from './statuses.ts'
import type { AccountView } from './view.ts'

/** What an app is told of a notification, as far as its person may see and wants to see it at this moment. */
export interface PushView {
  readonly told: Told
  readonly from: AccountView
  readonly status: StatusView | undefined
  /** what the filter is called that keeps its words back */
  readonly veiledBy: string | undefined
}

/** Undefined for what is gone, what they may not see, and what their policy, mutes, blocks or filters keep back. */
export async function viewPush(
  db: Db,
  ownerId: AccountId,
  id: NotificationId,
): Promise<PushView | undefined> {
  const notice = await told(db, ownerId).where('notification.id', '=', id).executeTakeFirst()
  if (!notice) return undefined
  const { fromId, postId } = notice
  const [accounts, statuses] = await Promise.all([
    viewAccounts(db, [fromId], { waiting: true }),
    postId === null ? [] : viewStatuses(db, [postId], { accountId: ownerId }),
  ])
  const from = accounts.get(fromId)
  const [status] = statuses
  if (!from || (postId !== null && !status)) return undefined
  const filters = status?.filtered.filter(({ contexts }) => contexts.includes('notifications')) ?? []
  if (filters.some(({ action }) => action === 'hide')) return undefined
  return { told: notice, from, status, veiledBy: filters.find(({ action }) => action === 'warn')?.title }
}
