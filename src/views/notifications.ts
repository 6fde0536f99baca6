import { sql } from 'kysely'
import type { AccountId, NotificationId } from '../base/ids.ts'
import type { Db } from '../db/connect.ts'
import { areApart, isMuted } from '../domain/blocks/find.ts'
import { visibleTo } from '../domain/posts/audience.ts'
import type { NotificationView, Page } from './view.ts'

/** Not of somebody from whom a block keeps them apart, nor of whom they mute. */
function isWanted(ownerId: AccountId) {
  const me = sql`${ownerId}::bigint`
  return sql<boolean>`NOT (${areApart(me, sql`account.id`)} OR ${isMuted(me, sql`account.id`, 'notifications')})`
}

/** What somebody was told, newest first. */
export async function listNotifications(
  db: Db,
  ownerId: AccountId,
  options: { readonly maxId?: NotificationId; readonly limit: number },
): Promise<Page<NotificationView>> {
  const rows = await db
    .selectFrom('notification')
    .innerJoin('account', 'account.id', 'notification.from_account_id')
    .leftJoin('post', 'post.id', 'notification.post_id')
    .select((eb) => [
      'notification.id as noticeId',
      'notification.kind',
      'notification.post_id as postId',
      eb.fn.coalesce('post.url', 'post.uri').as('postUrl'),
      'notification.created_at as createdAt',
      'account.id',
      'account.uri',
      eb.fn.coalesce('account.url', 'account.uri').as('url'),
      'account.name',
      'account.host',
    ])
    .select(
      sql<string[]>`ARRAY(SELECT reaction.emoji FROM reaction
        WHERE notification.kind = 'reaction' AND reaction.post_id = notification.post_id
          AND reaction.account_id = notification.from_account_id AND reaction.emoji IS NOT NULL ORDER BY reaction.id)`.as(
        'emoji',
      ),
    )
    .where('notification.owner_id', '=', ownerId)
    // What they may not see any more they are not reminded of either.
    .where((eb) => eb.or([eb('notification.post_id', 'is', null), visibleTo({ accountId: ownerId })]))
    .where((eb) =>
      eb.or([
        eb('notification.kind', '=', 'report'),
        eb.and([eb('account.suspended_at', 'is', null), isWanted(ownerId)]),
      ]),
    )
    .$if(options.maxId !== undefined, (query) =>
      query.where('notification.id', '<', options.maxId as NotificationId),
    )
    .orderBy('notification.id', 'desc')
    .limit(options.limit + 1)
    .execute()
  const items = rows
    .slice(0, options.limit)
    .map(({ noticeId, kind, emoji, postId, postUrl, createdAt, ...from }) => ({
      id: noticeId,
      kind,
      emoji,
      postId,
      postUrl,
      createdAt,
      from,
    }))
  const last = items.at(-1)
  return rows.length > options.limit && last ? { items, next: last.id } : { items }
}
