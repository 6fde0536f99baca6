import type { AnnouncementId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import { transact } from '../../db/transact.ts'
import { record } from '../../facts/record.ts'
import { emojiFrom } from '../../text/unicode-emoji.ts'
import type { LocalAccount } from '../accounts/account.ts'
import { findEmojis } from '../emojis/find.ts'
import type { World } from '../world.ts'
import { findAnnouncement } from './find.ts'
import {
  type AnnouncementReaction,
  deleteReaction,
  hasRoomFor,
  insertDismissal,
  insertReaction,
  lockAnnouncement,
} from './store.ts'

/** As many different emoji as stand below one announcement. */
const MOST_DIFFERENT = 8

/** Somebody has read it, and it need not be shown to them as new any more. @throws Refusal 'not-found' */
export async function dismissAnnouncement(
  world: World,
  reader: LocalAccount,
  id: AnnouncementId | undefined,
): Promise<void> {
  const announcementId = await requireAnnouncement(world, id)
  await transact(world.db, (tx) => insertDismissal(tx, reader.id, announcementId))
}

/**
 * Somebody puts an emoji to it, of Unicode or of this server; the same one again changes nothing.
 * @throws Refusal 'not-found', 'reaction.emoji', 'announcement.too-many-reactions'
 */
export async function reactToAnnouncement(
  world: World,
  reader: LocalAccount,
  id: AnnouncementId | undefined,
  text: string,
): Promise<void> {
  const announcementId = await requireAnnouncement(world, id)
  const name = await emojiNamed(world, text)
  const reaction: AnnouncementReaction = { announcementId, accountId: reader.id, name }
  await transact(world.db, async (tx) => {
    await lockAnnouncement(tx, announcementId)
    if (!(await hasRoomFor(tx, reaction, MOST_DIFFERENT))) refuse('announcement.too-many-reactions')
    if (await insertReaction(tx, reaction, world.clock.now()))
      await record(world, tx, { type: 'announcement.reacted', announcementId, name })
  })
}

/** Takes it back. @throws Refusal 'not-found' when it was never there */
export async function unreactToAnnouncement(
  world: World,
  reader: LocalAccount,
  id: AnnouncementId | undefined,
  text: string,
): Promise<void> {
  const announcementId = await requireAnnouncement(world, id)
  // One of this server may be gone by now, and can be taken back all the same.
  const name = emojiFrom(text) ?? text
  await transact(world.db, async (tx) => {
    if (!(await deleteReaction(tx, { announcementId, accountId: reader.id, name }))) refuse('not-found')
    await record(world, tx, { type: 'announcement.reacted', announcementId, name })
  })
}

async function requireAnnouncement(
  { db, clock }: Pick<World, 'db' | 'clock'>,
  id: AnnouncementId | undefined,
): Promise<AnnouncementId> {
  const found = id && (await findAnnouncement(db, id, clock.now()))
  return found?.id ?? refuse('not-found')
}

async function emojiNamed({ db }: Pick<World, 'db'>, text: string): Promise<string> {
  const unicode = emojiFrom(text)
  if (unicode !== undefined) return unicode
  const [ours] = await findEmojis(db, [{ host: null, shortcode: text }])
  return ours?.shortcode ?? refuse('reaction.emoji')
}
