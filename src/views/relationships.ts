import type { AccountId, FollowId } from '../base/ids.ts'
import type { Db } from '../db/connect.ts'
import type { FollowState } from '../db/tables/posts.ts'
import type { FollowView, Page } from './view.ts'

export interface FollowPageOptions {
  readonly maxId?: FollowId
  readonly limit: number
  /** accepted ones unless said otherwise */
  readonly state?: FollowState
}

/** Who follows an account, newest first. */
export async function listFollowers(
  db: Db,
  id: AccountId,
  options: FollowPageOptions,
): Promise<Page<FollowView>> {
  return list(db, 'followed_id', 'follower_id', id, options)
}

/** Whom an account follows, newest first. */
export async function listFollowing(
  db: Db,
  id: AccountId,
  options: FollowPageOptions,
): Promise<Page<FollowView>> {
  return list(db, 'follower_id', 'followed_id', id, options)
}

async function list(
  db: Db,
  mine: 'followed_id' | 'follower_id',
  theirs: 'followed_id' | 'follower_id',
  id: AccountId,
  options: FollowPageOptions,
): Promise<Page<FollowView>> {
  const rows = await db
    .selectFrom('follow')
    .innerJoin('account', 'account.id', `follow.${theirs}`)
    .select((eb) => [
      'follow.id as followId',
      'follow.state',
      'follow.created_at as createdAt',
      'account.id',
      'account.uri',
      eb.fn.coalesce('account.url', 'account.uri').as('url'),
      'account.name',
      'account.host',
    ])
    .where(`follow.${mine}`, '=', id)
    .where('follow.state', '=', options.state ?? 'accepted')
    .where('account.deleted_at', 'is', null)
    .$if(options.maxId !== undefined, (query) => query.where('follow.id', '<', options.maxId as FollowId))
    .orderBy('follow.id', 'desc')
    .limit(options.limit + 1)
    .execute()
  const items = rows.slice(0, options.limit).map(({ followId, state, createdAt, ...account }) => ({
    id: followId,
    state,
    createdAt,
    account,
  }))
  const last = items.at(-1)
  return rows.length > options.limit && last ? { items, next: last.id } : { items }
}
