import type { CaseView } from '../../views/report-cases.ts'
import { adminAccountFrom, type MastodonAdminAccount } from './admin-account.ts'
import { ruleFrom } from './instance.ts'
import { type MastodonStatus, statusFrom, type Telling } from './status.ts'
import { dateWord } from './words.ts'

export interface MastodonAdminReport {
  readonly id: string
  readonly action_taken: boolean
  readonly action_taken_at: string | null
  readonly category: string
  readonly comment: string
  readonly forwarded: boolean
  readonly created_at: string
  readonly updated_at: string
  readonly account: MastodonAdminAccount
  readonly target_account: MastodonAdminAccount
  readonly assigned_account: MastodonAdminAccount | null
  readonly action_taken_by_account: MastodonAdminAccount | null
  readonly statuses: readonly MastodonStatus[]
  readonly rules: readonly ReturnType<typeof ruleFrom>[]
}

/** A report as those who look into it see it. Of one whose maker is gone, whom it is about stands there in their place. */
export function adminReportFrom(view: CaseView, telling: Telling): MastodonAdminReport {
  const { report, target, reporter, assigned, resolver } = view
  const { uris } = telling
  return {
    id: report.id,
    action_taken: report.resolvedAt !== null,
    action_taken_at: report.resolvedAt && dateWord(report.resolvedAt),
    category: report.category,
    comment: report.comment,
    forwarded: report.forwarded,
    created_at: dateWord(report.createdAt),
    updated_at: dateWord(report.updatedAt ?? report.createdAt),
    account: adminAccountFrom(reporter ?? target, uris),
    target_account: adminAccountFrom(target, uris),
    assigned_account: assigned ? adminAccountFrom(assigned, uris) : null,
    action_taken_by_account: resolver ? adminAccountFrom(resolver, uris) : null,
    statuses: view.posts.map((post) => statusFrom(post, telling)),
    rules: view.rules.map(ruleFrom),
  }
}
