import type { PostId } from '../../base/ids.ts'
import type { Uris } from '../../base/uris.ts'
import { findEmojis, type KnownEmoji } from '../emojis/find.ts'
import type { World } from '../world.ts'
import { findPictureAt } from './find.ts'
import { type CustomName, customEmoji, customNameOf, type Emoji } from './reaction.ts'

/** Ours are named by the host of our addresses, as others name them. */
export function customNameFrom(uris: Uris, shortcode: string, host: string | null): CustomName {
  const own = new URL(uris.origin).host
  return { shortcode, host: host === null || host === uris.handleHost ? own : host }
}

/**
 * A custom emoji to react with: one of ours, one that people of another server use, or one that is at the post already.
 * Undefined for one that nobody here has ever seen.
 */
export async function findCustomEmoji(
  { db, uris }: Pick<World, 'db' | 'uris'>,
  name: CustomName,
  postId: PostId,
): Promise<Emoji | undefined> {
  const emoji = customEmoji(name)
  const url = (await findKnown({ db, uris }, name))?.url ?? (await findPictureAt(db, postId, emoji))
  return url === undefined ? undefined : { emoji, url }
}

/** What is to be told of a custom emoji beside its name, as far as it is known. */
export interface CustomPicture extends CustomName {
  readonly known: KnownEmoji | undefined
  readonly url: string
}

/** The picture of the emoji of a reaction; undefined for an emoji of Unicode. */
export async function pictureOf(
  world: Pick<World, 'db' | 'uris'>,
  emoji: string,
  postId: PostId,
): Promise<CustomPicture | undefined> {
  const name = customNameOf(emoji)
  if (!name) return undefined
  const known = await findKnown(world, name)
  const url = known?.url ?? (await findPictureAt(world.db, postId, emoji))
  return url === undefined ? undefined : { ...name, known, url }
}

async function findKnown(
  { db, uris }: Pick<World, 'db' | 'uris'>,
  { shortcode, host }: CustomName,
): Promise<KnownEmoji | undefined> {
  const isOurs = host === new URL(uris.origin).host
  const [known] = await findEmojis(db, [{ shortcode, host: isOurs ? null : host }])
  return known
}
