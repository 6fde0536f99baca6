import { sql } from 'kysely'
import type { AccountId, PostId } from '../../base/ids.ts'
import type { Db } from '../../db/connect.ts'
import type { Tx } from '../../db/transact.ts'
import { type KnownPoll, pollColumns } from './find.ts'

export interface PollRow {
  readonly postId: PostId
  readonly multiple: boolean
  readonly hideTotals: boolean
  readonly endsAt: Date | null
  readonly closedAt: Date | null
  readonly voters: number | null
  readonly readAt: Date | null
  readonly options: readonly { readonly title: string; readonly votes: number }[]
}

/** Held until the transaction ends, so that votes, edits and the end of one poll follow each other. */
export async function lockPoll(tx: Tx, postId: PostId): Promise<KnownPoll | undefined> {
  return tx
    .selectFrom('poll')
    .select(pollColumns)
    .where('post_id', '=', postId)
    .forUpdate()
    .executeTakeFirst()
}

/** New polls, one or a hundred. */
export async function insertPolls(tx: Tx, polls: readonly PollRow[]): Promise<void> {
  if (polls.length === 0) return
  await tx
    .insertInto('poll')
    .values(
      polls.map((poll) => ({
        post_id: poll.postId,
        multiple: poll.multiple,
        hide_totals: poll.hideTotals,
        ends_at: poll.endsAt,
        closed_at: poll.closedAt,
        voters: poll.voters,
        read_at: poll.readAt,
      })),
    )
    .execute()
  await tx
    .insertInto('poll_option')
    .values(
      polls.flatMap((poll) =>
        poll.options.map(({ title, votes }, position) => ({ post_id: poll.postId, position, title, votes })),
      ),
    )
    .execute()
}

/** A poll with its answers and votes. */
export async function deletePoll(tx: Tx, postId: PostId): Promise<void> {
  await tx.deleteFrom('poll').where('post_id', '=', postId).execute()
}

/** One more voter with their choices; the caller holds the poll, and knows that they have not chosen these. */
export async function insertVotes(
  tx: Tx,
  poll: KnownPoll,
  voter: { readonly id: AccountId; readonly isNew: boolean },
  positions: readonly number[],
  now: Date,
): Promise<void> {
  await tx
    .insertInto('poll_vote')
    .values(
      positions.map((position) => ({
        post_id: poll.postId,
        account_id: voter.id,
        position,
        created_at: now,
      })),
    )
    .execute()
  await sql`
    UPDATE poll_option SET votes = votes + 1
    WHERE post_id = ${poll.postId}::bigint AND position = any(${positions}::int[])`.execute(tx)
  if (!voter.isNew) return
  await tx
    .updateTable('poll')
    .set({ voters: sql<number>`voters + 1` })
    .where('post_id', '=', poll.postId)
    .execute()
}

/** What the server of a poll says of its counts, answer by answer. */
export async function setTallies(
  tx: Tx,
  postId: PostId,
  tallies: {
    readonly votes: readonly number[]
    readonly voters: number | null
    readonly endsAt: Date | null
    readonly closedAt: Date | null
    readonly readAt: Date
  },
): Promise<void> {
  await sql`
    UPDATE poll_option SET votes = t.votes
    FROM unnest(${tallies.votes}::int[]) WITH ORDINALITY AS t (votes, place)
    WHERE post_id = ${postId}::bigint AND position = t.place - 1 AND poll_option.votes <> t.votes`.execute(tx)
  await tx
    .updateTable('poll')
    .set({
      voters: tallies.voters,
      ends_at: tallies.endsAt,
      closed_at: tallies.closedAt,
      read_at: tallies.readAt,
    })
    .where('post_id', '=', postId)
    .execute()
}

/** A poll goes on until another time, with its votes. */
export async function setTerms(
  tx: Tx,
  postId: PostId,
  terms: { readonly endsAt: Date; readonly hideTotals: boolean },
): Promise<void> {
  await tx
    .updateTable('poll')
    .set({ ends_at: terms.endsAt, hide_totals: terms.hideTotals, closed_at: null })
    .where('post_id', '=', postId)
    .execute()
}

export async function setToldAt(tx: Tx, postId: PostId, at: Date): Promise<void> {
  await tx.updateTable('poll').set({ told_at: at }).where('post_id', '=', postId).execute()
}

export async function setClosedAt(tx: Tx, postId: PostId, at: Date): Promise<void> {
  await tx.updateTable('poll').set({ closed_at: at }).where('post_id', '=', postId).execute()
}

/**
 * Takes note that polls from elsewhere are about to be asked for, if that was not done since.
 * @returns those for which it was not
 */
export async function claimReads(
  db: Db,
  postIds: readonly PostId[],
  before: Date,
  now: Date,
): Promise<PostId[]> {
  const rows = await sql<{ id: PostId }>`
    UPDATE poll SET read_at = ${now} WHERE post_id = any(${postIds}::bigint[])
      AND (read_at IS NULL OR read_at < ${before}) AND closed_at IS NULL
    RETURNING post_id AS id`.execute(db)
  return rows.rows.map((row) => row.id)
}
