import type { AccountId, PostId, TalkId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import type { Db } from '../../db/connect.ts'

/** The direct posts of a conversation, as one of those who may read them has them. */
export interface Talk {
  readonly id: TalkId
  readonly lastPostId: PostId
  readonly unread: boolean
}

/** @throws Refusal 'conversation.not-found', also when it is somebody else's */
export async function requireTalk(db: Db, ownerId: AccountId, id: TalkId | undefined): Promise<Talk> {
  if (id === undefined) return refuse('conversation.not-found')
  const row = await db
    .selectFrom('talk')
    .select(['id', 'last_post_id as lastPostId', 'unread'])
    .where('id', '=', id)
    .where('owner_id', '=', ownerId)
    .executeTakeFirst()
  return row && row.lastPostId !== null
    ? { ...row, lastPostId: row.lastPostId }
    : refuse('conversation.not-found')
}
