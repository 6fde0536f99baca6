import { sql } from 'kysely'
import type { AccountId, PostId } from '../../base/ids.ts'
import type { QuoteState } from '../../db/tables/quotes.ts'
import type { Tx } from '../../db/transact.ts'

export interface NewQuote {
  readonly postId: PostId
  readonly accountId: AccountId
  readonly quotedUri: string
  readonly quotedId: PostId | null
  readonly state: QuoteState
  readonly stampUri: string | null
}

export async function insertQuote(tx: Tx, quote: NewQuote, now: Date): Promise<void> {
  await tx
    .insertInto('quote')
    .values({
      post_id: quote.postId,
      account_id: quote.accountId,
      quoted_uri: quote.quotedUri,
      quoted_id: quote.quotedId,
      state: quote.state,
      stamp_uri: quote.stampUri,
      created_at: now,
      updated_at: now,
    })
    .onConflict((conflict) => conflict.column('post_id').doNothing())
    .execute()
}

export async function updateQuote(
  tx: Tx,
  postId: PostId,
  change: { readonly quotedId?: PostId; readonly state?: QuoteState; readonly stampUri?: string | null },
  now: Date,
): Promise<void> {
  await tx
    .updateTable('quote')
    .set({
      ...(change.quotedId !== undefined && { quoted_id: change.quotedId }),
      ...(change.state !== undefined && { state: change.state }),
      ...(change.stampUri !== undefined && { stamp_uri: change.stampUri }),
      updated_at: now,
    })
    .where('post_id', '=', postId)
    .execute()
}

/** Holds a quote until the transaction ends, so that two changes of its state follow each other. */
export async function lockQuote(tx: Tx, postId: PostId): Promise<void> {
  await tx.selectFrom('quote').select('post_id').where('post_id', '=', postId).forUpdate().execute()
}

export async function deleteQuote(tx: Tx, postId: PostId): Promise<void> {
  await tx.deleteFrom('quote').where('post_id', '=', postId).execute()
}

/** The post that they quote is no more. */
export async function markGone(tx: Tx, quotedId: PostId, now: Date): Promise<PostId[]> {
  const { rows } = await sql<{ id: PostId }>`
    UPDATE quote SET state = 'gone', quoted_id = NULL, updated_at = ${now}
    WHERE quoted_id = ${quotedId}::bigint RETURNING post_id AS id`.execute(tx)
  return rows.map((row) => row.id)
}
