import type { AccountId, ModerationActId, PostId, ReportId, StrikeId } from '../../base/ids.ts'
import type { StrikeAction } from '../../db/tables/admin.ts'
import type { Tx } from '../../db/transact.ts'

export interface NewAct {
  readonly id: ModerationActId
  readonly byId: AccountId | null
  readonly act: string
  readonly subject: string
  readonly details: string
  readonly now: Date
}

export async function insertAct(tx: Tx, act: NewAct): Promise<void> {
  await tx
    .insertInto('moderation_act')
    .values({
      id: act.id,
      by_id: act.byId,
      act: act.act,
      subject: act.subject,
      details: act.details,
      created_at: act.now,
    })
    .execute()
}

export interface NewStrike {
  readonly id: StrikeId
  readonly accountId: AccountId
  readonly byId: AccountId | null
  readonly action: StrikeAction
  readonly text: string
  readonly reportId: ReportId | null
  readonly postIds: readonly PostId[]
  readonly now: Date
}

export async function insertStrike(tx: Tx, strike: NewStrike): Promise<void> {
  await tx
    .insertInto('strike')
    .values({
      id: strike.id,
      account_id: strike.accountId,
      by_id: strike.byId,
      action: strike.action,
      text: strike.text,
      report_id: strike.reportId,
      post_ids: [...strike.postIds],
      created_at: strike.now,
    })
    .execute()
}
