import { sql } from 'kysely'
import type { AccountId, NotificationId, PostId } from '../../base/ids.ts'
import type { Tx } from '../../db/transact.ts'
import { isSilenced } from '../silences/find.ts'

/** Somebody whom a post is for though it does not name them; whom it quotes is told of that instead. */
const isAddressed = sql<boolean>`NOT EXISTS (
  SELECT 1 FROM quote JOIN post AS quoted ON quoted.id = quote.quoted_id
  WHERE quote.post_id = mention.post_id AND quoted.account_id = mention.account_id)`

/** Tells people here that posts are for them: once for each post and author, however often it is asked. */
export async function insertMentionNotices(
  tx: Tx,
  posts: readonly { postId: PostId; authorId: AccountId }[],
  nextId: () => NotificationId,
): Promise<void> {
  if (posts.length === 0) return
  const rows = await tx
    .selectFrom('mention')
    .innerJoin('account', 'account.id', 'mention.account_id')
    .select(['mention.post_id', 'mention.account_id'])
    .where('mention.post_id', '=', sql<PostId>`any(${posts.map((post) => post.postId)}::bigint[])`)
    .where((eb) => eb.or([eb('mention.silent', '=', false), isAddressed]))
    .where('account.local', '=', true)
    .where('account.kind', '!=', 'application')
    .where(sql<boolean>`NOT ${isSilenced(sql`mention.account_id`, sql`mention.post_id`)}`)
    .execute()
  const authors = new Map(posts.map((post) => [post.postId, post.authorId]))
  const notices = rows.flatMap((row) => {
    const from = authors.get(row.post_id)
    return from && from !== row.account_id
      ? [
          {
            id: nextId(),
            owner_id: row.account_id,
            kind: 'mention' as const,
            from_account_id: from,
            post_id: row.post_id,
          },
        ]
      : []
  })
  if (notices.length === 0) return
  await tx
    .insertInto('notification')
    .values(notices)
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

export async function insertFollowNotice(
  tx: Tx,
  notice: { id: NotificationId; ownerId: AccountId; fromId: AccountId; kind: 'follow' | 'follow_request' },
): Promise<void> {
  await tx
    .insertInto('notification')
    .values({
      id: notice.id,
      owner_id: notice.ownerId,
      kind: notice.kind,
      from_account_id: notice.fromId,
      post_id: null,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

export async function withdrawFollowNotices(
  tx: Tx,
  ownerId: AccountId,
  fromId: AccountId,
  kinds: readonly ('follow' | 'follow_request')[],
): Promise<void> {
  await tx
    .deleteFrom('notification')
    .where('owner_id', '=', ownerId)
    .where('from_account_id', '=', fromId)
    .where('kind', 'in', kinds)
    .execute()
}

/** Tells people here that a poll has ended, once each: those who voted, and its author. */
export async function insertPollNotices(
  tx: Tx,
  poll: { readonly postId: PostId; readonly authorId: AccountId },
  nextId: () => NotificationId,
): Promise<void> {
  const owners = await sql<{ id: AccountId }>`
    SELECT account.id FROM account
    WHERE account.local AND account.deleted_at IS NULL AND account.id IN (
      SELECT account_id FROM poll_vote WHERE post_id = ${poll.postId}::bigint
      UNION ALL SELECT ${poll.authorId}::bigint)`.execute(tx)
  if (owners.rows.length === 0) return
  await tx
    .insertInto('notification')
    .values(
      owners.rows.map(({ id }) => ({
        id: nextId(),
        owner_id: id,
        kind: 'poll' as const,
        from_account_id: poll.authorId,
        post_id: poll.postId,
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

/** Tells somebody here that an account that they follow has moved. */
export async function insertMoveNotice(
  tx: Tx,
  notice: { readonly id: NotificationId; readonly ownerId: AccountId; readonly fromId: AccountId },
): Promise<void> {
  await tx
    .insertInto('notification')
    .values({
      id: notice.id,
      owner_id: notice.ownerId,
      kind: 'move',
      from_account_id: notice.fromId,
      post_id: null,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

/** Some of what was told to, or of, an account that is gone; how many that were. */
export async function deleteNotificationsAbout(tx: Tx, accountId: AccountId, limit: number): Promise<number> {
  const gone = await sql`
    DELETE FROM notification WHERE (owner_id, id) IN (
      SELECT owner_id, id FROM notification
      WHERE from_account_id = ${accountId}::bigint OR owner_id = ${accountId}::bigint LIMIT ${limit}
    ) RETURNING 1`.execute(tx)
  return gone.rows.length
}
