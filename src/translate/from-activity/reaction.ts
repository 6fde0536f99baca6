import type { Visibility } from '../../base/visibility.ts'
import { customEmoji, type Emoji, type IncomingReaction } from '../../domain/reactions/reaction.ts'
import { emojiFrom } from '../../text/unicode-emoji.ts'
import { dateOf, hostOf, idOf, isUri, type JsonObject, objectsOf, textOf, typeOf } from '../json.ts'
import { addressesOf } from './activity.ts'
import { visibilityOf } from './addressing.ts'

/** Whose activity it is, as far as the reading of it needs. */
export interface Reactor {
  readonly actorUri: string
  readonly followersUrl: string | null
}

type IncomingLike = Extract<IncomingReaction, { kind: 'like' }>
type IncomingBoost = Extract<IncomingReaction, { kind: 'boost' }>

/** How Misskey says a plain like. */
const HEART = '❤️'
const NAME = /^:?([\p{L}\p{N}_+-]{1,100})(?:@([^\s:@/]{1,253}))?:?$/u

/**
 * A Like or an EmojiReact, by the emoji in it. What has none that could be shown is a plain like when it came as a Like,
 * and so is a Like with a heart, which is what Misskey makes of a plain one; undefined for an EmojiReact without any.
 */
export function likeFromActivity(
  like: JsonObject,
  uri: string,
  postUri: string,
  { actorUri }: Reactor,
): IncomingLike | undefined {
  const emoji = emojiIn(like, actorUri)
  const isReact = typeOf(like) === 'EmojiReact'
  if (isReact && emoji === undefined) return undefined
  const plain = emoji === undefined || (!isReact && emoji.emoji === HEART)
  return { kind: 'like', uri, postUri, emoji: plain ? null : emoji }
}

/** What an app reacts with: an emoji of Unicode, or the name of a custom one. */
export type ReactionWish =
  | { readonly emoji: string }
  | { readonly shortcode: string /** null for one of ours */; readonly host: string | null }

/** The emoji that an app reacts with; nothing for a plain like, as which one with a heart is taken. */
export function reactionEmojiOf(reaction: JsonObject): ReactionWish | undefined {
  const text = (textOf(reaction.content) ?? textOf(reaction._misskey_reaction))?.trim() ?? ''
  const emoji = emojiFrom(text)
  if (emoji === undefined) return customWishOf(reaction, text)
  return typeOf(reaction) !== 'EmojiReact' && emoji === HEART ? undefined : { emoji }
}

/** Named between colons, with its host or with a tag beside that says by its id where it is from. */
function customWishOf(reaction: JsonObject, text: string): ReactionWish | undefined {
  const [, shortcode, at] = NAME.exec(text) ?? []
  if (shortcode === undefined || !/^:.+:$/.test(text)) return undefined
  const tag = objectsOf(reaction.tag).find(
    (item) => typeOf(item) === 'Emoji' && bareName(textOf(item.name)) === shortcode,
  )
  const id = tag && idOf(tag)
  return { shortcode, host: at?.toLowerCase() ?? (id === undefined ? null : (hostOf(id) ?? null)) }
}

/** An Announce of a post, by its address: public, unlisted or for followers; undefined when it is for nobody here. */
export function boostFromActivity(
  announce: JsonObject,
  uri: string,
  postUri: string,
  { actorUri, followersUrl }: Reactor,
): IncomingBoost | undefined {
  const [to, cc] = [addressesOf(announce.to), addressesOf(announce.cc)]
  const visibility: Visibility =
    to.length === 0 && cc.length === 0
      ? 'followers'
      : visibilityOf({ authorUri: actorUri, followersUrl, to, cc })
  if (visibility === 'direct') return undefined
  return { kind: 'boost', uri, postUri, visibility, publishedAt: dateOf(announce.published) }
}

function emojiIn(like: JsonObject, actorUri: string): Emoji | undefined {
  for (const value of [like._misskey_reaction, like.content, like.name]) {
    const text = textOf(value)?.trim() ?? ''
    const emoji = emojiFrom(text)
    if (emoji !== undefined) return { emoji, url: null }
    const custom = customIn(like, text, actorUri)
    if (custom) return custom
  }
  return undefined
}

/** `:name:` with the picture that stands beside it; named by the host that it is from, so that two never are one. */
function customIn(like: JsonObject, text: string, actorUri: string): Emoji | undefined {
  const [, name, at] = NAME.exec(text) ?? []
  if (name === undefined) return undefined
  for (const tag of objectsOf(like.tag)) {
    if (typeOf(tag) !== 'Emoji' || bareName(textOf(tag.name)) !== name) continue
    const url = pictureOf(tag)
    const id = idOf(tag)
    const host = at ?? hostOf(id ?? actorUri) ?? hostOf(actorUri)
    if (url !== undefined && host !== undefined) return { emoji: customEmoji({ shortcode: name, host }), url }
  }
  return undefined
}

function bareName(text: string | undefined): string | undefined {
  return NAME.exec(text?.trim() ?? '')?.[1]
}

function pictureOf(tag: JsonObject): string | undefined {
  const [icon] = objectsOf(tag.icon)
  const [link] = icon === undefined ? [] : objectsOf(icon.url)
  const url = textOf(icon?.url) ?? textOf(link?.href) ?? textOf(tag.icon)
  return url !== undefined && isUri(url) ? url : undefined
}
