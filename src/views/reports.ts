import type { ReportId } from '../base/ids.ts'
import type { Db } from '../db/connect.ts'
import { type Report, reportColumns } from '../domain/moderation/find.ts'
import { mentionsOfAccounts } from './accounts.ts'
import type { AccountMention, Page } from './view.ts'

export interface ReportView extends Report {
  readonly target: AccountMention
  /** undefined when the account is gone; a server's own actor when another server made it */
  readonly reporter: AccountMention | undefined
}

/** Reports that nobody has looked into yet, or all of them, newest first. */
export async function listReports(
  db: Db,
  options: { readonly maxId?: ReportId; readonly limit: number; readonly resolved?: boolean },
): Promise<Page<ReportView>> {
  const rows = await db
    .selectFrom('report')
    .select(reportColumns)
    .$if(!options.resolved, (query) => query.where('resolved_at', 'is', null))
    .$if(options.maxId !== undefined, (query) => query.where('id', '<', options.maxId as ReportId))
    .orderBy('id', 'desc')
    .limit(options.limit + 1)
    .execute()
  const shown = rows.slice(0, options.limit)
  const people = await mentionsOfAccounts(
    db,
    shown.flatMap(({ targetId, reporterId }) => (reporterId ? [targetId, reporterId] : [targetId])),
  )
  const items = shown.flatMap((report) => {
    const target = people.get(report.targetId)
    const reporter = report.reporterId === null ? undefined : people.get(report.reporterId)
    return target ? [{ ...report, target, reporter }] : []
  })
  const last = shown.at(-1)
  return rows.length > options.limit && last ? { items, next: last.id } : { items }
}
