import type { EmojiId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import type { Tx } from '../../db/transact.ts'
import { enqueue } from '../../jobs/enqueue.ts'
import type { World } from '../world.ts'
import type { IncomingEmoji } from './emoji.ts'
import { findEmojis, type KnownEmoji } from './find.ts'
import { deleteOwnEmoji, type HostEmoji, setEmojiFile, upsertEmojis, upsertOwnEmoji } from './store.ts'

/** What people of one host say with emoji. */
export interface EmojiUse {
  /** the part after @ in the handles of those who use them */
  readonly host: string | null
  readonly emojis: readonly IncomingEmoji[]
}

/** The job that makes a copy of an emoji's picture, since pages show nothing from elsewhere. */
export interface EmojiCopy {
  readonly emojiId: EmojiId
}

/**
 * Keeps the emoji of posts, actors or reactions from elsewhere: what is known already costs one query for all of them,
 * and where there are none, nothing. New and newer pictures are copied later.
 */
export async function keepEmojis(
  world: Pick<World, 'ids' | 'clock'>,
  tx: Tx,
  uses: readonly EmojiUse[],
): Promise<void> {
  const said = new Map<string, HostEmoji>()
  for (const { host, emojis } of uses) {
    if (host === null) continue
    for (const emoji of emojis)
      said.set(`${host} ${emoji.shortcode}`, { ...emoji, host, id: world.ids.next<EmojiId>() })
  }
  if (said.size === 0) return
  const known = await findEmojis(tx, [...said.values()])
  for (const emoji of known) {
    const key = `${emoji.host} ${emoji.shortcode}`
    const now = said.get(key)
    if (now && !isNewer(now, emoji)) said.delete(key)
  }
  if (said.size === 0) return
  const changed = await upsertEmojis(tx, [...said.values()], world.clock.now())
  await enqueue(
    tx,
    changed.map((emojiId) => ({ kind: 'emoji', payload: { emojiId } satisfies EmojiCopy })),
  )
}

function isNewer(said: IncomingEmoji, known: KnownEmoji): boolean {
  if (said.url === known.url) return false
  return said.updatedAt === null || said.updatedAt > known.updatedAt
}

const SHORTCODE = /^[A-Za-z0-9_]{2,64}$/

/** An emoji for everybody here; one of the same name gets the new picture. @throws Refusal 'emoji.shortcode' */
export async function addEmoji(
  world: World,
  emoji: {
    readonly shortcode: string
    readonly url: string
    readonly file: string
    readonly mediaType: string
    readonly category?: string
  },
): Promise<EmojiId> {
  const shortcode = emoji.shortcode.replace(/^:|:$/g, '')
  if (!SHORTCODE.test(shortcode)) refuse('emoji.shortcode')
  const category = emoji.category ?? null
  const id = world.ids.next<EmojiId>()
  return upsertOwnEmoji(world.db, { ...emoji, id, shortcode, category }, world.clock.now())
}

/** @throws Refusal 'emoji.not-found' */
export async function removeEmoji(world: World, shortcode: string): Promise<void> {
  if (!(await deleteOwnEmoji(world.db, shortcode.replace(/^:|:$/g, '')))) refuse('emoji.not-found')
}

/** Our copy of an emoji's picture is there; false when it has another picture by now. */
export async function keepCopy(
  world: Pick<World, 'db'>,
  emoji: KnownEmoji,
  copy: { readonly file: string; readonly mediaType: string },
): Promise<boolean> {
  return setEmojiFile(world.db, emoji.id, emoji.url, copy)
}
