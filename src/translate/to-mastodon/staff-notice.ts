import type { Uris } from '../../base/uris.ts'
import type { StaffNotice } from '../../views/staff-notices.ts'
import { accountFrom, type MastodonAccount } from './account.ts'
import { type MastodonReport, reportFrom } from './report.ts'
import { dateWord } from './words.ts'

export interface MastodonAccountWarning {
  readonly id: string
  readonly action: string
  readonly text: string
  readonly status_ids: readonly string[]
  readonly target_account: MastodonAccount
  readonly appeal: null
  readonly created_at: string
}

/** What stands in a notification beside who it is from. */
export interface MastodonStaffNotice {
  readonly report?: MastodonReport
  readonly moderation_warning?: MastodonAccountWarning
}

export function staffNoticeFrom(notice: StaffNotice | undefined, uris: Uris): MastodonStaffNotice {
  if (notice === undefined) return {}
  if (notice.kind === 'report') return { report: reportFrom(notice, uris) }
  const { id, action, text, postIds, createdAt } = notice.strike
  return {
    moderation_warning: {
      id,
      action,
      text,
      status_ids: postIds,
      target_account: accountFrom(notice.target, uris),
      appeal: null,
      created_at: dateWord(createdAt),
    },
  }
}
