import type { AccountId, PostId } from '../../base/ids.ts'
import type { Db } from '../../db/connect.ts'

export interface KnownOption {
  readonly position: number
  readonly title: string
  readonly votes: number
}

/** What operations need to know of a poll. */
export interface KnownPoll {
  readonly postId: PostId
  readonly multiple: boolean
  readonly hideTotals: boolean
  readonly endsAt: Date | null
  readonly closedAt: Date | null
  readonly voters: number | null
  readonly toldAt: Date | null
  readonly readAt: Date | null
}

export const pollColumns = [
  'poll.post_id as postId',
  'poll.multiple',
  'poll.hide_totals as hideTotals',
  'poll.ends_at as endsAt',
  'poll.closed_at as closedAt',
  'poll.voters',
  'poll.told_at as toldAt',
  'poll.read_at as readAt',
] as const

export async function findPoll(db: Db, postId: PostId): Promise<KnownPoll | undefined> {
  return db.selectFrom('poll').select(pollColumns).where('post_id', '=', postId).executeTakeFirst()
}

export async function findOptions(db: Db, postId: PostId): Promise<KnownOption[]> {
  return db
    .selectFrom('poll_option')
    .select(['position', 'title', 'votes'])
    .where('post_id', '=', postId)
    .orderBy('position')
    .execute()
}

/** What somebody has chosen in a poll, by the places of the answers. */
export async function findVotes(db: Db, postId: PostId, voterId: AccountId): Promise<number[]> {
  const rows = await db
    .selectFrom('poll_vote')
    .select('position')
    .where('post_id', '=', postId)
    .where('account_id', '=', voterId)
    .orderBy('position')
    .execute()
  return rows.map((row) => row.position)
}

/** One voter of a poll for each inbox that its voters elsewhere have: as many as servers, however many voted. */
export async function findVotersToTell(db: Db, postId: PostId): Promise<AccountId[]> {
  const rows = await db
    .selectFrom('poll_vote')
    .innerJoin('account', 'account.id', 'poll_vote.account_id')
    .distinctOn((eb) => eb.fn.coalesce('account.shared_inbox_id', 'account.inbox_id'))
    .select('account.id')
    .where('poll_vote.post_id', '=', postId)
    .where('account.local', '=', false)
    .where('account.inbox_id', 'is not', null)
    .execute()
  return rows.map((row) => row.id)
}

/** Who asks, where there is a poll. */
export async function findAsker(
  db: Db,
  postId: PostId,
): Promise<{ local: boolean; authorId: AccountId; uri: string } | undefined> {
  return db
    .selectFrom('poll')
    .innerJoin('post', 'post.id', 'poll.post_id')
    .select(['post.local', 'post.account_id as authorId', 'post.uri'])
    .where('poll.post_id', '=', postId)
    .executeTakeFirst()
}
