import type { PostId } from '../../base/ids.ts'
import type { Uris } from '../../base/uris.ts'
import type { Report } from '../../domain/moderation/find.ts'
import type { AccountView } from '../../views/view.ts'
import { accountFrom, type MastodonAccount } from './account.ts'
import { dateWord } from './words.ts'

export interface MastodonReport {
  readonly id: string
  readonly action_taken: boolean
  readonly action_taken_at: string | null
  readonly category: string
  readonly comment: string
  readonly forwarded: boolean
  readonly created_at: string
  readonly status_ids: readonly string[]
  readonly rule_ids: readonly string[]
  readonly target_account: MastodonAccount
}

export interface ReportParts {
  readonly report: Report
  readonly postIds: readonly PostId[]
  readonly target: AccountView
}

/** A report as the one who made it sees it. */
export function reportFrom({ report, postIds, target }: ReportParts, uris: Uris): MastodonReport {
  return {
    id: report.id,
    action_taken: report.resolvedAt !== null,
    action_taken_at: report.resolvedAt && dateWord(report.resolvedAt),
    category: report.category,
    comment: report.comment,
    forwarded: report.forwarded,
    created_at: dateWord(report.createdAt),
    status_ids: postIds,
    rule_ids: report.ruleIds,
    target_account: accountFrom(target, uris),
  }
}
