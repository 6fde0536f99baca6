import type { Clock } from '../base/clock.ts'
import { Refusal } from '../base/refusal.ts'
import type { Uris } from '../base/uris.ts'
import { findEmoji } from '../domain/emojis/find.ts'
import { type EmojiCopy, keepCopy } from '../domain/emojis/keep.ts'
import type { World } from '../domain/world.ts'
import type { JobHandler } from '../jobs/outcomes.ts'
import { newFileName, type Storage } from '../media/storage.ts'
import { smallFile } from '../media/upload.ts'
import { createVisitor } from './visitor.ts'
import type { WayOut } from './way-out.ts'

/** Gets a picture from wherever it is; it may be of any size up to a megabyte, and anything at all. */
export type FetchPicture = (url: string) => Promise<Uint8Array>

const DEADLINE_MS = 15_000

export function createPictureFetcher(parts: {
  readonly dispatcher: WayOut
  readonly uris: Uris
  readonly clock: Clock
}): FetchPicture {
  const visitor = createVisitor(parts)
  return async (url) => {
    const visit = { accept: 'image/*', signed: false, endsAt: performance.now() + DEADLINE_MS }
    return (await visitor.visit(new URL(url), visit)).body
  }
}

/**
 * The job `emoji`: makes our own copy of the picture of an emoji from elsewhere, small and written anew, so that pages
 * show it without telling its server who looks at them. One that cannot be read stays text.
 */
export function emojiHandler(world: World, fetchPicture: FetchPicture, storage: Storage): JobHandler {
  return async (payload) => {
    const { emojiId } = payload as EmojiCopy
    const emoji = await findEmoji(world.db, emojiId)
    if (!emoji || emoji.host === null) return
    const picture = await fetchPicture(emoji.url).then(smallFile).catch(undefinedIfRefused)
    if (!picture) return
    const file = newFileName(picture.ending)
    await storage.put(file, picture.bytes)
    if (!(await keepCopy(world, emoji, { file, mediaType: picture.mediaType }))) await storage.remove(file)
  }
}

/** What its server or the picture itself says no to will not change by asking again. */
function undefinedIfRefused(error: unknown): undefined {
  if (error instanceof Refusal) return undefined
  throw error
}
