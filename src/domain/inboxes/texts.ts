import type { World } from '../world.ts'
import { deleteOldTexts, type PostText, putPostTexts } from './text-store.ts'

export type { PostText } from './text-store.ts'

/** A text is made anew after so long, for the pictures of emoji and what else changes without a trace. */
const KEPT_DAYS = 7
const FORGOTTEN_AT_ONCE = 5000

/** Keeps how posts are written where they came to somebody. That it cannot be kept costs whoever reads it nothing. */
export async function keepTexts(
  world: Pick<World, 'db' | 'clock'>,
  texts: readonly PostText[],
): Promise<void> {
  await putPostTexts(world.db, texts, world.clock.now()).catch(() => undefined)
}

/** Run now and then. */
export async function forgetTexts(world: Pick<World, 'db' | 'clock'>): Promise<void> {
  const before = new Date(world.clock.now().getTime() - KEPT_DAYS * 86_400_000)
  await deleteOldTexts(world.db, before, FORGOTTEN_AT_ONCE)
}
