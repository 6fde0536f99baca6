import { type IncomingEmoji, MOST_EMOJIS } from '../../domain/emojis/emoji.ts'
import { dateOf, idOf, isObject, type Json, listOf, objectsOf, textOf, typeOf } from '../json.ts'
import { imageUrlOf } from './links.ts'

/** What people write between colons; Misskey's may hold more than letters and digits. */
const SHORTCODE = /^[A-Za-z0-9_+.-]{1,64}$/

/** The custom emoji among the tags of a post or an actor. One with an odd name or no picture is left out (S-103). */
export function emojisOf(tags: Json | undefined): readonly IncomingEmoji[] {
  const found = new Map<string, IncomingEmoji>()
  for (const tag of objectsOf(tags)) {
    if (typeOf(tag) !== 'Emoji' && typeOf(tag) !== 'toot:Emoji') continue
    const shortcode = (textOf(tag.name) ?? '').trim().replace(/^:|:$/g, '')
    const url = imageUrlOf(tag.icon)
    if (!SHORTCODE.test(shortcode) || url === null || found.has(shortcode)) continue
    const [icon] = listOf(tag.icon)
    const said = textOf(isObject(icon) ? icon.mediaType : undefined)?.toLowerCase()
    found.set(shortcode, {
      shortcode,
      uri: idOf(tag) ?? null,
      url,
      mediaType: said !== undefined && /^image\/[a-z0-9.+-]{1,40}$/.test(said) ? said : null,
      updatedAt: dateOf(tag.updated) ?? null,
    })
    if (found.size === MOST_EMOJIS) break
  }
  return [...found.values()]
}
