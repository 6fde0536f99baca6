import { sql } from 'kysely'
import type { AccountId, NotificationId, PostId } from '../base/ids.ts'
import type { Db } from '../db/connect.ts'
import type { StrikeAction } from '../db/tables/admin.ts'
import type { NotificationKind } from '../db/tables/posts.ts'
import { type Report, reportColumns } from '../domain/moderation/find.ts'
import { viewAccounts } from './accounts.ts'
import { reportedIdsOf } from './report-cases.ts'
import type { AccountView } from './view.ts'

/** What a notification is of that is neither a post nor a person alone. */
export type StaffNotice =
  | {
      readonly kind: 'report'
      readonly report: Report
      readonly postIds: readonly PostId[]
      readonly target: AccountView
    }
  | { readonly kind: 'warning'; readonly strike: StrikeView; readonly target: AccountView }

export interface StrikeView {
  readonly id: NotificationId
  readonly accountId: AccountId
  readonly action: StrikeAction
  readonly text: string
  readonly postIds: readonly PostId[]
  readonly createdAt: Date
}

interface Noticed {
  readonly id: NotificationId
  readonly kind: NotificationKind
  readonly aboutId?: AccountId | undefined
}

/** By notification; no query where there is none of either kind. */
export async function viewStaffNotices(
  db: Db,
  notices: readonly Noticed[],
): Promise<ReadonlyMap<NotificationId, StaffNotice>> {
  const reports = notices.filter(({ kind, aboutId }) => kind === 'report' && aboutId !== undefined)
  const warnings = notices.filter(({ kind }) => kind === 'warning')
  if (reports.length + warnings.length === 0) return new Map()
  const [found, strikes] = await Promise.all([
    newestReports(
      db,
      reports.flatMap(({ aboutId }) => aboutId ?? []),
    ),
    strikesOf(
      db,
      warnings.map(({ id }) => id),
    ),
  ])
  const [posts, accounts] = await Promise.all([
    reportedIdsOf(db, [...found.values()]),
    viewAccounts(db, [...found.keys(), ...[...strikes.values()].map(({ accountId }) => accountId)]),
  ])
  const entries = notices.flatMap(({ id, aboutId }): (readonly [NotificationId, StaffNotice])[] => {
    const strike = strikes.get(id)
    const warned = strike && accounts.get(strike.accountId)
    if (warned) return [[id, { kind: 'warning', strike, target: warned }]]
    const report = aboutId && found.get(aboutId)
    const target = report && accounts.get(report.targetId)
    return target ? [[id, { kind: 'report', report, postIds: posts(report), target }]] : []
  })
  return new Map(entries)
}

/** Of each of these the newest report that nobody has resolved. */
async function newestReports(
  db: Db,
  targetIds: readonly AccountId[],
): Promise<ReadonlyMap<AccountId, Report>> {
  if (targetIds.length === 0) return new Map()
  const rows = await db
    .selectFrom('report')
    .distinctOn('target_id')
    .select(reportColumns)
    .where('target_id', '=', sql<AccountId>`any(${targetIds}::bigint[])`)
    .where('resolved_at', 'is', null)
    .orderBy('target_id')
    .orderBy('id', 'desc')
    .execute()
  return new Map(rows.map((report) => [report.targetId, report]))
}

async function strikesOf(
  db: Db,
  ids: readonly NotificationId[],
): Promise<ReadonlyMap<NotificationId, StrikeView>> {
  if (ids.length === 0) return new Map()
  const { rows } = await sql<StrikeView>`
    SELECT id, account_id AS "accountId", action, text, post_ids AS "postIds", created_at AS "createdAt"
    FROM strike WHERE id = any(${ids}::bigint[])`.execute(db)
  return new Map(rows.map((strike) => [strike.id, strike]))
}
