import { sql } from 'kysely'
import type { ReactionId } from '../../base/ids.ts'
import type { Db } from '../../db/connect.ts'
import type { Tx } from '../../db/transact.ts'
import type { Echo, KnownReaction } from './reaction.ts'

export interface NewReaction extends KnownReaction {
  readonly emojiUrl: string | null
}

/**
 * Stores likes and emoji reactions; one that its account has already is left as it is.
 * @returns the ids of those that were new
 */
export async function insertReactions(
  tx: Tx,
  reactions: readonly NewReaction[],
  now: Date,
): Promise<Set<ReactionId>> {
  if (reactions.length === 0) return new Set()
  const inserted = await tx
    .insertInto('reaction')
    .values(
      reactions.map((one) => ({
        id: one.id,
        uri: one.uri,
        account_id: one.accountId,
        post_id: one.postId,
        emoji: one.emoji,
        emoji_url: one.emojiUrl,
        created_at: now,
      })),
    )
    .onConflict((conflict) => conflict.columns(['post_id', 'account_id', 'emoji']).doNothing())
    .returning('id')
    .execute()
  return new Set(inserted.map((row) => row.id))
}

/** @returns the ids of those that were there */
export async function deleteReactions(tx: Tx, removing: readonly KnownReaction[]): Promise<Set<ReactionId>> {
  if (removing.length === 0) return new Set()
  const deleted = await sql<{ id: ReactionId }>`
    DELETE FROM reaction USING unnest(
      ${removing.map(({ postId }) => postId)}::bigint[], ${removing.map(({ accountId }) => accountId)}::bigint[],
      ${removing.map(({ emoji }) => emoji)}::text[]) AS t (post_id, account_id, emoji)
    WHERE reaction.post_id = t.post_id AND reaction.account_id = t.account_id
      AND reaction.emoji IS NOT DISTINCT FROM t.emoji
    RETURNING reaction.id`.execute(tx)
  return new Set(deleted.rows.map((row) => row.id))
}

/** The same like or reaction, now known by another id. */
export async function renameReaction(tx: Tx, { id, accountId }: KnownReaction, uri: string): Promise<void> {
  await tx
    .updateTable('reaction')
    .set({ uri })
    .where('account_id', '=', accountId)
    .where('id', '=', id)
    .execute()
}

/** Remembers of these ids what is to be remembered now. */
export async function putEchoes(tx: Tx, echoes: readonly Echo[], now: Date): Promise<void> {
  if (echoes.length === 0) return
  await tx
    .insertInto('reaction_echo')
    .values(
      echoes.map((echo) => {
        const key = echo.state === 'undone' ? undefined : echo.key
        return {
          account_id: echo.accountId,
          uri: echo.uri,
          post_id: key?.postId ?? null,
          kind: key?.kind ?? null,
          emoji: key?.emoji ?? null,
          state: echo.state,
          took: echo.state === 'undone' ? [...echo.took] : [],
          created_at: now,
        }
      }),
    )
    .onConflict((conflict) =>
      conflict.columns(['account_id', 'uri']).doUpdateSet((eb) => ({
        post_id: eb.ref('excluded.post_id'),
        kind: eb.ref('excluded.kind'),
        emoji: eb.ref('excluded.emoji'),
        state: eb.ref('excluded.state'),
        took: eb.ref('excluded.took'),
        created_at: now,
      })),
    )
    .execute()
}

/** Forgets all that is remembered of these ids. */
export async function deleteEchoes(tx: Tx, echoes: readonly Echo[]): Promise<void> {
  if (echoes.length === 0) return
  await sql`
    DELETE FROM reaction_echo USING unnest(
      ${echoes.map(({ accountId }) => accountId)}::bigint[], ${echoes.map(({ uri }) => uri)}::text[]) AS t (account_id, uri)
    WHERE reaction_echo.account_id = t.account_id AND reaction_echo.uri = t.uri`.execute(tx)
}

/** Forgets what was remembered before then. */
export async function deleteOldEchoes(db: Db, before: Date): Promise<void> {
  await db.deleteFrom('reaction_echo').where('created_at', '<', before).execute()
}
