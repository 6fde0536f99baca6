import { sql } from 'kysely'
import type { AccountId, AttachmentId, ScheduledId } from '../base/ids.ts'
import type { Db } from '../db/connect.ts'
import type { WaitingDraft } from '../domain/scheduled/scheduled.ts'
import { viewOwnFiles } from './own-files.ts'
import { newestFirst, type PageQuery, pageBy } from './pages.ts'
import type { AttachmentView } from './view.ts'

/** A post that waits for its time, as its author sees it. */
export interface ScheduledView {
  readonly id: ScheduledId
  readonly dueAt: Date
  readonly draft: WaitingDraft
  readonly attachments: readonly AttachmentView[]
}

type Row = Omit<ScheduledView, 'attachments'>

/** What of somebody's waits for its time, the latest made first. */
export async function listScheduled(
  db: Db,
  accountId: AccountId,
  page: PageQuery,
): Promise<readonly ScheduledView[]> {
  const { where, rest } = pageBy('id', page)
  const { rows } = await sql<Row>`
    SELECT id, due_at AS "dueAt", draft FROM scheduled_post
    WHERE account_id = ${accountId}::bigint AND ${where} ${rest}`.execute(db)
  return withFiles(db, accountId, newestFirst(rows, page))
}

/** One of them; undefined where it is not theirs. */
export async function viewScheduled(
  db: Db,
  accountId: AccountId,
  id: ScheduledId,
): Promise<ScheduledView | undefined> {
  const { rows } = await sql<Row>`
    SELECT id, due_at AS "dueAt", draft FROM scheduled_post
    WHERE account_id = ${accountId}::bigint AND id = ${id}::bigint`.execute(db)
  return (await withFiles(db, accountId, rows))[0]
}

async function withFiles(db: Db, accountId: AccountId, rows: readonly Row[]): Promise<ScheduledView[]> {
  const idsIn = ({ draft }: Row): readonly AttachmentId[] => draft.mediaIds ?? []
  const files = await viewOwnFiles(db, accountId, rows.flatMap(idsIn))
  return rows.map((row) => ({
    ...row,
    attachments: idsIn(row).flatMap((id) => files.find((file) => file.id === id) ?? []),
  }))
}
