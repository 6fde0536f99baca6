import { sql } from 'kysely'
import type { AccountId, AnnouncementId } from '../../base/ids.ts'
import type { Tx } from '../../db/transact.ts'
import { type Announcement, MOST_ANNOUNCEMENTS } from './find.ts'

/** @returns false when there are as many as there may be */
export async function insertAnnouncement(tx: Tx, announcement: Announcement): Promise<boolean> {
  const { id, text, startsAt, endsAt, allDay, publishedAt, updatedAt } = announcement
  const made = await sql`
    INSERT INTO announcement (id, text, starts_at, ends_at, all_day, published_at, updated_at)
    SELECT ${id}::bigint, ${text}::text, ${startsAt}::timestamptz, ${endsAt}::timestamptz, ${allDay}::boolean,
      ${publishedAt}::timestamptz, ${updatedAt}::timestamptz
    WHERE (SELECT count(*) FROM announcement) < ${MOST_ANNOUNCEMENTS}::int`.execute(tx)
  return made.numAffectedRows === 1n
}

export async function deleteAnnouncement(tx: Tx, id: AnnouncementId): Promise<boolean> {
  const gone = await tx.deleteFrom('announcement').where('id', '=', id).executeTakeFirst()
  return gone.numDeletedRows === 1n
}

export async function insertDismissal(
  tx: Tx,
  accountId: AccountId,
  announcementId: AnnouncementId,
): Promise<void> {
  await tx
    .insertInto('announcement_dismissal')
    .values({ account_id: accountId, announcement_id: announcementId })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

export interface AnnouncementReaction {
  readonly announcementId: AnnouncementId
  readonly accountId: AccountId
  readonly name: string
}

/** Those who react to one announcement do so one after the other. */
export async function lockAnnouncement(tx: Tx, id: AnnouncementId): Promise<void> {
  await tx.selectFrom('announcement').select('id').where('id', '=', id).forNoKeyUpdate().execute()
}

/** Whether so many different ones are there that this one would be one too many. */
export async function hasRoomFor(
  tx: Tx,
  { announcementId, name }: AnnouncementReaction,
  most: number,
): Promise<boolean> {
  const { rows } = await sql<{ room: boolean }>`
    SELECT count(DISTINCT name) < ${most}::int OR coalesce(bool_or(name = ${name}), false) AS room
    FROM announcement_reaction WHERE announcement_id = ${announcementId}::bigint`.execute(tx)
  return rows[0]?.room === true
}

/** @returns false when it was there already */
export async function insertReaction(tx: Tx, reaction: AnnouncementReaction, now: Date): Promise<boolean> {
  const made = await tx
    .insertInto('announcement_reaction')
    .values({
      announcement_id: reaction.announcementId,
      account_id: reaction.accountId,
      name: reaction.name,
      created_at: now,
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst()
  return made.numInsertedOrUpdatedRows === 1n
}

export async function deleteReaction(tx: Tx, reaction: AnnouncementReaction): Promise<boolean> {
  const gone = await tx
    .deleteFrom('announcement_reaction')
    .where('announcement_id', '=', reaction.announcementId)
    .where('name', '=', reaction.name)
    .where('account_id', '=', reaction.accountId)
    .executeTakeFirst()
  return gone.numDeletedRows === 1n
}
