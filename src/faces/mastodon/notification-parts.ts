import type { Request } from 'express'
import { z } from 'zod'
import type { AccountId, NotificationId, PostId } from '../../base/ids.ts'
import type { World } from '../../domain/world.ts'
import { wantedKinds } from '../../translate/to-mastodon/notification.ts'
import { viewAccounts } from '../../views/accounts.ts'
import { keptAccounts } from '../../views/kept-accounts.ts'
import { type StaffNotice, viewStaffNotices } from '../../views/staff-notices.ts'
import { type StatusView, viewStatuses } from '../../views/statuses.ts'
import type { AccountView } from '../../views/view.ts'
import { booleanish, idOf, listOf } from '../http/param-fields.ts'
import type { Given } from '../http/read-params.ts'
import { viewerOf } from './auth.ts'

export const NOTIFICATIONS = { usual: 40, most: 80 }
/** As far as new ones are counted, unless more is asked for. */
export const UNREAD = { usual: 100, most: 1000 }

const words = listOf(z.string())
const wanted = z.object({
  types: words,
  exclude_types: words,
  supported_types: words,
  account_id: idOf<AccountId>(),
  include_filtered: booleanish,
})

/** Which notifications are asked for. */
export function wantedFrom(params: Given) {
  const { account_id: fromId, include_filtered: all, ...asked } = params.read(wanted)
  return {
    kinds: wantedKinds(asked),
    ...(fromId !== undefined && { fromId }),
    ...(all && { held: 'in' as const }),
  }
}

/** Who did it, and to which posts, as far as their reader may see them. */
export interface Shown {
  readonly accounts: ReadonlyMap<AccountId, AccountView>
  readonly statuses: ReadonlyMap<PostId, StatusView>
  readonly staff: ReadonlyMap<NotificationId, StaffNotice>
}

/** What notifications are of, in a fixed number of queries. */
export async function shownFor(
  { db }: Pick<World, 'db'>,
  req: Request,
  accountIds: readonly AccountId[],
  postIds: readonly (PostId | null)[],
  notices: Parameters<typeof viewStaffNotices>[1] = [],
): Promise<Shown> {
  const ids = [...new Set(postIds.filter((id) => id !== null))]
  const [accounts, statuses, staff] = await Promise.all([
    accountsIn(db, accountIds),
    viewStatuses(db, ids, viewerOf(req)),
    viewStaffNotices(db, notices),
  ])
  return { accounts, statuses: new Map(statuses.map((status) => [status.post.id, status])), staff }
}

async function accountsIn(
  db: World['db'],
  ids: readonly AccountId[],
): Promise<ReadonlyMap<AccountId, AccountView>> {
  const known = await keptAccounts(db, ids)
  const others = ids.filter((id) => !known.has(id))
  // Of those who wait to be let in, only who is to know of them was told.
  return others.length === 0
    ? known
    : new Map([...known, ...(await viewAccounts(db, others, { waiting: true }))])
}
