import { sql } from 'kysely'
import type { AccountId, ActivityId, ObjectId, PostId } from '../../base/ids.ts'
import type { Db } from '../../db/connect.ts'
import type { Tx } from '../../db/transact.ts'
import { aboutIn } from './about.ts'
import { noteSaid } from './said.ts'

export interface NewActivity {
  readonly id: ActivityId
  readonly accountId: AccountId
  /** its ActivityStreams type */
  readonly kind: string
  readonly postId: PostId | null
  /** what it is about, where that is no post */
  readonly objectId?: ObjectId | null
  /** may be read by anyone at its id */
  readonly public: boolean
  /** the exact JSON that is served and delivered */
  readonly body: string
  /** for all who follow whoever said it */
  readonly toFollowers?: boolean
  /** said through an app: kept as long as its author is here */
  readonly lasting?: boolean
  /** who else may read it at its id; of a public one nobody asks */
  readonly readers?: readonly Reader[]
}

export interface Reader {
  readonly accountId: AccountId
  /** and nobody may know */
  readonly blind: boolean
}

/** Keeps an activity of ours; saying the same one again changes nothing. */
export async function insertActivity(tx: Tx, activity: NewActivity, now: Date): Promise<void> {
  const about = aboutIn(activity.body)
  const said = { body: activity.body, object_uri: about.uri, object_types: [...about.types] }
  await tx
    .insertInto('activity')
    .values({
      id: activity.id,
      account_id: activity.accountId,
      kind: activity.kind,
      post_id: activity.postId,
      public: activity.public,
      ...said,
      created_at: now,
      object_id: activity.objectId ?? null,
      to_followers: activity.toFollowers ?? false,
      lasting: activity.lasting ?? false,
    })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(said))
    .execute()
  noteSaid(tx, activity)
  // Whoever nobody may know of is kept even so: it is how they get it.
  const readers = (activity.readers ?? []).filter(({ blind }) => blind || !activity.public)
  await insertReaders(tx, activity.id, readers)
}

async function insertReaders(tx: Tx, id: ActivityId, readers: readonly Reader[]): Promise<void> {
  if (readers.length === 0) return
  await tx
    .insertInto('activity_recipient')
    .values(readers.map(({ accountId, blind }) => ({ activity_id: id, account_id: accountId, blind })))
    .onConflict((conflict) => conflict.columns(['activity_id', 'account_id']).doNothing())
    .execute()
}

/**
 * What was said of a post that is gone must not be said again: a delivery that still waits finds nothing to send.
 * @returns what that was
 */
export async function deleteActivitiesOf(tx: Tx, postId: PostId): Promise<ActivityId[]> {
  const gone = await tx.deleteFrom('activity').where('post_id', '=', postId).returning('id').execute()
  return gone.map(({ id }) => id)
}

/** The same of an object that is no post. */
export async function deleteActivitiesAbout(tx: Tx, objectId: ObjectId): Promise<void> {
  await tx.deleteFrom('activity').where('object_id', '=', objectId).execute()
}

/** Some of what an account that is gone has said, but for its Deletes, which are still on their way; how much that was. */
export async function forgetActivitiesOf(tx: Tx, accountId: AccountId, limit: number): Promise<number> {
  const gone = await sql`
    DELETE FROM activity WHERE id IN (
      SELECT id FROM activity WHERE account_id = ${accountId}::bigint AND kind <> 'Delete' LIMIT ${limit}
    ) RETURNING 1`.execute(tx)
  return gone.rows.length
}

/** Those about nothing that is kept, said through no app, and for nobody but whom they were sent to, that are older than this: some of them at once. */
export async function deletePassing(db: Db, before: Date, limit: number): Promise<void> {
  await sql`
    DELETE FROM activity WHERE id = ANY (ARRAY(
      SELECT id FROM activity WHERE post_id IS NULL AND object_id IS NULL AND NOT public AND NOT lasting AND created_at < ${before}
      ORDER BY created_at LIMIT ${limit}))`.execute(db)
}
