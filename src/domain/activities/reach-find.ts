import { sql } from 'kysely'
import { unpackNumbers } from '../../base/deltas.ts'
import type { AccountId } from '../../base/ids.ts'
import type { Db } from '../../db/connect.ts'
import { statement } from '../../db/statement.ts'
import { surroundingsOf } from '../posts/surroundings-find.ts'
import type { Recipients } from './recipients.ts'

const anybodyAfar = statement(
  'recipients-afar',
  `SELECT EXISTS (SELECT 1 FROM follow WHERE followed_id = $1 AND state = 'accepted' AND NOT follower_local)
     OR EXISTS (SELECT 1 FROM account WHERE id = ANY ($2::bigint[]) AND NOT local) AS afar`,
)

/** Whether anybody elsewhere is among them, as far as can be told without looking at what they had before. */
export async function mayReachOthers(db: Db, recipients: Recipients): Promise<boolean> {
  const { followersOf, accountIds, blindIds = [], inboxIds = [], everywhere, reachOf } = recipients
  if (everywhere || reachOf !== undefined || inboxIds.length > 0) return true
  const named = [...accountIds, ...blindIds]
  if (followersOf === undefined && named.length === 0) return false
  const around = followersOf && named.length === 0 ? surroundingsOf(db, [followersOf]) : undefined
  if (around) return around.followersAfar
  const [row] = await anybodyAfar<{ afar: boolean }>(db, [followersOf ?? null, named])
  return row?.afar === true
}

/** Every inbox that a post of ours was ever sent to, or was fetched for. */
export async function findReach(db: Db, postId: string): Promise<number[]> {
  const row = await db.selectFrom('reach').select('inboxes').where('subject', '=', postId).executeTakeFirst()
  return row ? unpackNumbers(row.inboxes) : []
}

/**
 * The inboxes of those elsewhere who made something of a post, and so have it whoever sent it to them: boosted, quoted,
 * answered, liked it, or are named in it.
 */
export async function engagedInboxes(db: Db, postId: string): Promise<number[]> {
  const id = sql`${postId}::bigint`
  const rows = await sql<{ inbox: number }>`
    SELECT DISTINCT coalesce(account.shared_inbox_id, account.inbox_id) AS inbox
    FROM account
    WHERE NOT account.local AND account.deleted_at IS NULL AND account.inbox_id IS NOT NULL AND account.id IN (
      SELECT boost.account_id FROM post AS boost WHERE boost.boost_of_id = ${id}
      UNION ALL SELECT reply.account_id FROM post AS reply WHERE reply.in_reply_to_id = ${id}
      UNION ALL SELECT reaction.account_id FROM reaction WHERE reaction.post_id = ${id}
      UNION ALL SELECT mention.account_id FROM mention WHERE mention.post_id = ${id} AND NOT mention.blind
      UNION ALL SELECT quoting.account_id FROM quote JOIN post AS quoting ON quoting.id = quote.post_id
        WHERE quote.quoted_id = ${id})`.execute(db)
  return rows.rows.map((row) => row.inbox)
}

/** Where an account elsewhere reads what is said to it: the same choice as for deliveries. */
export async function findInboxOf(db: Db, accountId: AccountId): Promise<number | undefined> {
  const row = await db
    .selectFrom('account')
    .select((eb) => eb.fn.coalesce('shared_inbox_id', 'inbox_id').as('inbox'))
    .where('id', '=', accountId)
    .where('local', '=', false)
    .executeTakeFirst()
  return row?.inbox ?? undefined
}
