import { Emoji } from '@fedify/fedify/vocab'
import { type EmojiId, readId } from '../../base/ids.ts'
import { findEmoji } from '../../domain/emojis/find.ts'
import { noteContext } from '../../translate/to-activity/context.ts'
import { emojiFrom } from '../../translate/to-activity/held.ts'
import { exactly } from './exactly.ts'
import type { SurfaceParts } from './parts.ts'

/** Registers our custom emoji; those of others are theirs to serve. */
export function registerEmojis({ federation, db, uris }: SurfaceParts): void {
  federation.setObjectDispatcher(Emoji, '/ap/emojis/{id}', async ({ data }, values) => {
    const id = readId<EmojiId>(values.id)
    const emoji = id && (await findEmoji(db, id))
    if (!emoji || emoji.host !== null) return null
    data.public = true
    return exactly(new Emoji({ id: new URL(uris.emoji(emoji.id)) }), {
      '@context': noteContext,
      ...emojiFrom(emoji, uris),
    })
  })
}
