import { sql } from 'kysely'
import type { AccountId, NotificationId, PostId } from '../../base/ids.ts'
import type { Tx } from '../../db/transact.ts'
import { isMuted } from '../blocks/find.ts'
import { isSilenced } from '../silences/find.ts'

export type ReactionNoticeKind = 'like' | 'boost' | 'reaction'

/** That somebody did something to a post of somebody here. */
export interface ReactionNotice {
  readonly ownerId: AccountId
  readonly kind: ReactionNoticeKind
  readonly fromId: AccountId
  readonly postId: PostId
}

/** Tells people here: once for each kind, post and person, and nothing of those whose notifications they muted. */
export async function insertReactionNotices(
  tx: Tx,
  notices: readonly ReactionNotice[],
  nextId: () => NotificationId,
): Promise<void> {
  if (notices.length === 0) return
  await sql`
    INSERT INTO notification (id, owner_id, kind, from_account_id, post_id)
    SELECT t.id, t.owner_id, t.kind, t.from_id, t.post_id
    FROM unnest(
      ${notices.map(() => nextId())}::bigint[], ${notices.map(({ ownerId }) => ownerId)}::bigint[],
      ${notices.map(({ kind }) => kind)}::text[], ${notices.map(({ fromId }) => fromId)}::bigint[],
      ${notices.map(({ postId }) => postId)}::bigint[]) AS t (id, owner_id, kind, from_id, post_id)
    WHERE NOT ${isMuted(sql`t.owner_id`, sql`t.from_id`, 'notifications')}
      AND NOT ${isSilenced(sql`t.owner_id`, sql`t.post_id`)}
    ON CONFLICT (owner_id, kind, from_account_id, post_id) DO NOTHING`.execute(tx)
}

/** What was taken back is not told of any more; of several emoji, not before the last. */
export async function withdrawReactionNotices(tx: Tx, notices: readonly ReactionNotice[]): Promise<void> {
  if (notices.length === 0) return
  await sql`
    DELETE FROM notification USING unnest(
      ${notices.map(({ ownerId }) => ownerId)}::bigint[], ${notices.map(({ kind }) => kind)}::text[],
      ${notices.map(({ fromId }) => fromId)}::bigint[], ${notices.map(({ postId }) => postId)}::bigint[])
      AS t (owner_id, kind, from_id, post_id)
    WHERE notification.owner_id = t.owner_id AND notification.kind = t.kind
      AND notification.from_account_id = t.from_id AND notification.post_id = t.post_id
      AND (t.kind <> 'reaction' OR NOT EXISTS (SELECT 1 FROM reaction
        WHERE reaction.post_id = t.post_id AND reaction.account_id = t.from_id AND reaction.emoji IS NOT NULL))`.execute(
    tx,
  )
}
