import type { AccountId, ReportId, RuleId } from '../../base/ids.ts'
import type { ReportCategory } from '../../db/tables/moderation.ts'
import type { Tx } from '../../db/transact.ts'
import { type DomainBlock, type Report, reportColumns } from './find.ts'

/** A block of that domain that is there already becomes this one. */
export async function upsertDomainBlock(tx: Tx, block: DomainBlock, now: Date): Promise<void> {
  const values = {
    severity: block.severity,
    reject_media: block.rejectMedia,
    reject_reports: block.rejectReports,
    obfuscate: block.obfuscate,
    public_comment: block.publicComment,
    private_comment: block.privateComment,
    updated_at: now,
  }
  await tx
    .insertInto('domain_block')
    .values({ domain: block.domain, created_at: now, ...values })
    .onConflict((conflict) => conflict.column('domain').doUpdateSet(values))
    .execute()
}

/** @returns false when the domain was not blocked */
export async function deleteDomainBlock(tx: Tx, domain: string): Promise<boolean> {
  const gone = await tx
    .deleteFrom('domain_block')
    .where('domain', '=', domain)
    .returning('domain')
    .executeTakeFirst()
  return gone !== undefined
}

/** @returns false when this very report is there already */
export async function insertReport(tx: Tx, report: Report): Promise<boolean> {
  const inserted = await tx
    .insertInto('report')
    .values({
      id: report.id,
      uri: report.uri,
      reporter_id: report.reporterId,
      host: report.host,
      target_id: report.targetId,
      post_uris: [...report.postUris],
      comment: report.comment,
      forwarded: report.forwarded,
      category: report.category,
      rule_ids: [...report.ruleIds],
      created_at: report.createdAt,
    })
    .onConflict((conflict) => conflict.column('uri').doNothing())
    .returning('id')
    .executeTakeFirst()
  return inserted !== undefined
}

/** @returns undefined when there is no open report with that id */
export async function markResolved(
  tx: Tx,
  id: ReportId,
  by: AccountId | null,
  now: Date,
): Promise<Report | undefined> {
  return tx
    .updateTable('report')
    .set({ resolved_at: now, resolved_by: by, updated_at: now })
    .where('id', '=', id)
    .where('resolved_at', 'is', null)
    .returning(reportColumns)
    .executeTakeFirst()
}

/** What can be said anew of a report. */
export interface ReportChange {
  readonly category?: ReportCategory | undefined
  readonly ruleIds?: readonly RuleId[] | undefined
  /** null: nobody looks into it any more */
  readonly assignedTo?: AccountId | null | undefined
}

/** @returns undefined when there is no such report */
export async function updateReport(
  tx: Tx,
  id: ReportId,
  { category, ruleIds, assignedTo }: ReportChange,
  now: Date,
): Promise<Report | undefined> {
  return tx
    .updateTable('report')
    .set({
      updated_at: now,
      ...(category !== undefined && { category }),
      ...(ruleIds !== undefined && { rule_ids: [...ruleIds] }),
      ...(assignedTo !== undefined && { assigned_to: assignedTo }),
    })
    .where('id', '=', id)
    .returning(reportColumns)
    .executeTakeFirst()
}

/** @returns undefined when there is no resolved report with that id */
export async function markOpen(tx: Tx, id: ReportId, now: Date): Promise<Report | undefined> {
  return tx
    .updateTable('report')
    .set({ resolved_at: null, resolved_by: null, updated_at: now })
    .where('id', '=', id)
    .where('resolved_at', 'is not', null)
    .returning(reportColumns)
    .executeTakeFirst()
}
