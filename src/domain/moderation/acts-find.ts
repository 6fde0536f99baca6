import type { AccountId, ModerationActId, StrikeId } from '../../base/ids.ts'
import type { Db } from '../../db/connect.ts'
import type { StrikeAction } from '../../db/tables/admin.ts'

/** Something that was decided. */
export interface Act {
  readonly id: ModerationActId
  readonly byId: AccountId | null
  /** null: somebody at the command line, or somebody who is gone */
  readonly by: string | null
  readonly act: string
  readonly subject: string
  readonly details: string
  readonly createdAt: Date
}

/** What was decided, the newest first. */
export async function findActs(
  db: Db,
  { limit, maxId }: { readonly limit: number; readonly maxId?: ModerationActId },
): Promise<readonly Act[]> {
  return db
    .selectFrom('moderation_act')
    .leftJoin('account', 'account.id', 'moderation_act.by_id')
    .select([
      'moderation_act.id',
      'moderation_act.by_id as byId',
      'account.name as by',
      'moderation_act.act',
      'moderation_act.subject',
      'moderation_act.details',
      'moderation_act.created_at as createdAt',
    ])
    .$if(maxId !== undefined, (query) => query.where('moderation_act.id', '<', maxId as ModerationActId))
    .orderBy('moderation_act.id', 'desc')
    .limit(limit)
    .execute()
}

/** What was decided about somebody, as they are told. */
export async function findStrike(
  db: Db,
  id: StrikeId,
): Promise<{ readonly action: StrikeAction; readonly text: string } | undefined> {
  return db.selectFrom('strike').select(['action', 'text']).where('id', '=', id).executeTakeFirst()
}
