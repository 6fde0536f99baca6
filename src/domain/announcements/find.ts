import { type RawBuilder, sql } from 'kysely'
import type { AnnouncementId } from '../../base/ids.ts'
import type { Db } from '../../db/connect.ts'

/** What everybody here is told by those who look after the server. */
export interface Announcement {
  readonly id: AnnouncementId
  /** as it was typed */
  readonly text: string
  readonly startsAt: Date | null
  readonly endsAt: Date | null
  /** of the days alone, not of the hours */
  readonly allDay: boolean
  readonly publishedAt: Date
  readonly updatedAt: Date
}

export const announcementColumns = [
  'id',
  'text',
  'starts_at as startsAt',
  'ends_at as endsAt',
  'all_day as allDay',
  'published_at as publishedAt',
  'updated_at as updatedAt',
] as const

/** What is over is told to nobody any more. */
export const isCurrent = (now: Date): RawBuilder<boolean> =>
  sql<boolean>`(announcement.ends_at IS NULL OR announcement.ends_at > ${now}::timestamptz)`

/** Whoever makes more has to take some back first. */
export const MOST_ANNOUNCEMENTS = 100

/** All there are, those that are over as well, the newest first. */
export async function findAnnouncements(db: Db): Promise<readonly Announcement[]> {
  return db
    .selectFrom('announcement')
    .select(announcementColumns)
    .orderBy('id', 'desc')
    .limit(MOST_ANNOUNCEMENTS)
    .execute()
}

/** One that still holds. */
export async function findAnnouncement(
  db: Db,
  id: AnnouncementId,
  now: Date,
): Promise<Announcement | undefined> {
  return db
    .selectFrom('announcement')
    .select(announcementColumns)
    .where('id', '=', id)
    .where(isCurrent(now))
    .executeTakeFirst()
}
