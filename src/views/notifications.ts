import type { AccountId, NotificationId } from '../base/ids.ts'
import type { Db } from '../db/connect.ts'
import type { NotificationView, Page } from './view.ts'

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
    .where('notification.owner_id', '=', ownerId)
    .$if(options.maxId !== undefined, (query) =>
      query.where('notification.id', '<', options.maxId as NotificationId),
    )
    .orderBy('notification.id', 'desc')
    .limit(options.limit + 1)
    .execute()
  const items = rows
    .slice(0, options.limit)
    .map(({ noticeId, kind, postId, postUrl, createdAt, ...from }) => ({
      id: noticeId,
      kind,
      postId,
      postUrl,
      createdAt,
      from,
    }))
  const last = items.at(-1)
  return rows.length > options.limit && last ? { items, next: last.id } : { items }
}
