import { sql } from 'kysely'
import type { AccountId } from '../base/ids.ts'
import type { Db } from '../db/connect.ts'
import type { Talk } from '../domain/conversations/find.ts'
import { viewAccounts } from './accounts.ts'
import { newestFirst, type PageQuery, pageBy } from './pages.ts'
import { type StatusView, viewStatuses } from './statuses.ts'
import type { AccountView } from './view.ts'

/** A conversation with what was said last and who takes part, as its owner may see it. */
export interface TalkView {
  readonly id: string
  readonly unread: boolean
  /** all but its owner; the owner, where nobody else is there */
  readonly accounts: readonly AccountView[]
  readonly last: StatusView
}

/** Somebody's conversations by their last posts, the latest first. */
export async function listTalks(db: Db, ownerId: AccountId, query: PageQuery): Promise<readonly Talk[]> {
  const { where, rest } = pageBy('talk.last_post_id', query)
  const { rows } = await sql<Talk>`
    SELECT id, last_post_id AS "lastPostId", unread FROM talk
    WHERE owner_id = ${ownerId}::bigint AND last_post_id IS NOT NULL AND ${where} ${rest}`.execute(db)
  return newestFirst(rows, query)
}

/** In the order given, in a fixed number of queries; those whose last post their owner may not see are left out. */
export async function viewTalks(db: Db, talks: readonly Talk[], ownerId: AccountId): Promise<TalkView[]> {
  const posts = await viewStatuses(
    db,
    talks.map(({ lastPostId }) => lastPostId),
    { accountId: ownerId },
  )
  const last = new Map(posts.map((view) => [view.post.id, view]))
  const accounts = await viewAccounts(db, [...new Set([ownerId, ...posts.flatMap(namedIn)])])
  return talks.flatMap((talk) => {
    const view = last.get(talk.lastPostId)
    return view ? [talkFrom(talk, view, ownerId, accounts)] : []
  })
}

/** A conversation with its last post, and with those of these accounts who take part in it. */
export function talkFrom(
  { id, unread }: Talk,
  last: StatusView,
  ownerId: AccountId,
  accounts: ReadonlyMap<AccountId, AccountView>,
): TalkView {
  const others = namedIn(last).filter((each) => each !== ownerId)
  const shown = (others.length > 0 ? others : [ownerId]).flatMap((each) => accounts.get(each) ?? [])
  return { id, unread, accounts: shown, last }
}

export function namedIn({ post }: StatusView): AccountId[] {
  return [...new Set([post.author.id, ...post.mentions.map(({ id }) => id)])]
}
