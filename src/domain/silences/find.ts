import { type RawBuilder, sql } from 'kysely'

/** Whether that account wants to hear no more of the conversation in which that post stands. */
export function isSilenced(accountId: RawBuilder<unknown>, postId: RawBuilder<unknown>): RawBuilder<boolean> {
  return sql<boolean>`EXISTS (SELECT 1 FROM conversation_mute JOIN post AS said
    ON said.conversation_id = conversation_mute.conversation_id
    WHERE said.id = ${postId} AND conversation_mute.account_id = ${accountId})`
}
