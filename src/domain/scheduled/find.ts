import type { AccountId, ScheduledId } from '../../base/ids.ts'
import type { Db } from '../../db/connect.ts'
import type { ScheduledPost, WaitingDraft } from './scheduled.ts'

export const scheduledColumns = ['id', 'account_id', 'due_at', 'draft'] as const

export async function findScheduled(db: Db, id: ScheduledId): Promise<ScheduledPost | undefined> {
  const row = await db
    .selectFrom('scheduled_post')
    .select(scheduledColumns)
    .where('id', '=', id)
    .executeTakeFirst()
  return row && scheduledFrom(row)
}

/** How many of somebody's posts wait, and how many of them for the day that begins then. */
export async function countScheduled(
  db: Db,
  accountId: AccountId,
  day: Date,
): Promise<{ readonly all: number; readonly thatDay: number }> {
  const end = new Date(day.getTime() + 86_400_000)
  const row = await db
    .selectFrom('scheduled_post')
    .select((eb) => [
      eb.fn.countAll<string>().as('all'),
      eb.fn
        .countAll<string>()
        .filterWhere((all) => all.and([all('due_at', '>=', day), all('due_at', '<', end)]))
        .as('thatDay'),
    ])
    .where('account_id', '=', accountId)
    .executeTakeFirstOrThrow()
  return { all: Number(row.all), thatDay: Number(row.thatDay) }
}

export function scheduledFrom(row: {
  id: ScheduledId
  account_id: AccountId
  due_at: Date
  draft: object
}): ScheduledPost {
  return {
    id: row.id,
    accountId: row.account_id,
    dueAt: row.due_at,
    // Written by `schedulePost` alone.
    draft: row.draft as WaitingDraft,
  }
}
