import type { AnnouncementId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import { transact } from '../../db/transact.ts'
import { record } from '../../facts/record.ts'
import { cleanText } from '../../text/clean.ts'
import type { World } from '../world.ts'
import type { Announcement } from './find.ts'
import { deleteAnnouncement, insertAnnouncement } from './store.ts'

export interface NewAnnouncement {
  /** plain text: handles, hashtags, links and the emoji of this server mean in it what they mean in posts */
  readonly text: string
  readonly startsAt?: Date | undefined
  /** from then on nobody is told of it any more */
  readonly endsAt?: Date | undefined
  /** the days count, not the hours */
  readonly allDay?: boolean | undefined
}

const LONGEST = 5000

/**
 * Tells everybody here something.
 * @throws Refusal 'params.invalid', 'announcement.too-many'
 */
export async function announce(world: World, wanted: NewAnnouncement): Promise<AnnouncementId> {
  const text = cleanText(wanted.text).trim()
  const { startsAt = null, endsAt = null, allDay = false } = wanted
  if (text === '') refuse('params.invalid', { reason: 'Text can’t be blank' })
  if (text.length > LONGEST) refuse('params.invalid', { reason: `Text is longer than ${LONGEST} characters` })
  if (startsAt && endsAt && endsAt < startsAt)
    refuse('params.invalid', { reason: 'Ends at is before it starts' })
  const now = world.clock.now()
  const id = world.ids.next<AnnouncementId>()
  const announcement: Announcement = {
    id,
    text,
    startsAt,
    endsAt,
    allDay: allDay && startsAt !== null,
    publishedAt: now,
    updatedAt: now,
  }
  await transact(world.db, async (tx) => {
    if (!(await insertAnnouncement(tx, announcement))) refuse('announcement.too-many')
    await record(world, tx, { type: 'announcement.published', announcementId: id })
  })
  return id
}

/** @throws Refusal 'not-found' */
export async function withdrawAnnouncement(world: World, id: AnnouncementId): Promise<void> {
  await transact(world.db, async (tx) => {
    if (!(await deleteAnnouncement(tx, id))) refuse('not-found')
    await record(world, tx, { type: 'announcement.removed', announcementId: id })
  })
}
