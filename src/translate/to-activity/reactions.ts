import { PUBLIC, type Uris } from '../../base/uris.ts'
import type { Visibility } from '../../base/visibility.ts'
import type { CustomPicture } from '../../domain/reactions/custom.ts'
import type { JsonObject } from '../json.ts'
import { ACTIVITY_STREAMS, plainContext } from './context.ts'
import { emojiFrom } from './held.ts'

/** A like of ours, or the reaction with an emoji. */
export interface LikeParts {
  /** the Like's own id */
  readonly uri: string
  readonly actorUri: string
  readonly postUri: string
  /** whom it is sent to */
  readonly authorUri: string
  readonly emoji: string | null
  /** the picture of a custom one */
  readonly tag?: JsonObject
  /** how whoever did it said so: a Like with an emoji in it, unless given */
  readonly type?: 'Like' | 'EmojiReact'
}

/** A boost of ours. */
export interface AnnounceParts {
  /** the Announce's own id */
  readonly uri: string
  readonly actorUri: string
  readonly followersUri: string
  readonly postUri: string
  readonly authorUri: string
  readonly visibility: Visibility
  readonly publishedAt: Date
}

const REACTION_TERMS = {
  misskey: 'https://misskey-hub.net/ns#',
  _misskey_reaction: 'misskey:_misskey_reaction',
}
const PICTURE_TERMS = { toot: 'http://joinmastodon.org/ns#', Emoji: 'toot:Emoji' }

/**
 * A like, or a Like that says with which emoji: Misskey, Akkoma and their kin read it from `content` or
 * `_misskey_reaction`; all others read a plain like.
 */
export function likeFrom(like: LikeParts): JsonObject {
  const terms = { ...REACTION_TERMS, ...(like.tag && PICTURE_TERMS) }
  return {
    '@context': like.emoji === null ? plainContext : [ACTIVITY_STREAMS, terms],
    ...likeObject(like),
  }
}

/** A custom emoji beside a reaction: of ours as it is at its id, of others as far as it is known. */
export function pictureTag({ shortcode, known, url }: CustomPicture, uris: Uris): JsonObject {
  if (known?.host === null) return emojiFrom(known, uris)
  const id = known?.uri ?? undefined
  return {
    ...(id !== undefined && { id }),
    type: 'Emoji',
    name: `:${shortcode}:`,
    icon: { type: 'Image', url },
  }
}

/** A boost. Its object is an id and nothing else: Pixelfed reads no other. */
export function announceFrom(boost: AnnounceParts): JsonObject {
  return { '@context': plainContext, ...announceObject(boost) }
}

/** What is undone is embedded whole: Threads takes no bare id. */
export function undoLikeFrom(id: string, like: LikeParts): JsonObject {
  return undo(id, likeFrom(like))
}

export function undoAnnounceFrom(id: string, boost: AnnounceParts): JsonObject {
  return undo(id, announceFrom(boost))
}

/** Addressed to whoever heard what is undone. */
function undo(id: string, { '@context': context, ...object }: JsonObject): JsonObject {
  const { actor, to, cc } = object
  return { '@context': context, id, type: 'Undo', actor, to, cc, object }
}

function likeObject({ uri, actorUri, postUri, authorUri, emoji, tag, type = 'Like' }: LikeParts): JsonObject {
  // Where a custom emoji is from is said by its tag; in a name, most readers take it for a part of that.
  const shown = emoji?.replace(/^(:[^:@]+)@.+:$/, '$1:')
  return {
    id: uri,
    type,
    actor: actorUri,
    to: [authorUri],
    cc: [],
    object: postUri,
    ...(shown === undefined ? {} : { content: shown, _misskey_reaction: shown }),
    ...(tag && { tag: [tag] }),
  }
}

function announceObject(boost: AnnounceParts): JsonObject {
  const { followersUri, authorUri, visibility } = boost
  const addresses =
    visibility === 'public'
      ? { to: [PUBLIC], cc: [followersUri, authorUri] }
      : visibility === 'unlisted'
        ? { to: [followersUri], cc: [PUBLIC, authorUri] }
        : { to: [visibility === 'followers' ? followersUri : authorUri], cc: [] }
  return {
    id: boost.uri,
    type: 'Announce',
    actor: boost.actorUri,
    published: boost.publishedAt.toISOString(),
    ...addresses,
    object: boost.postUri,
  }
}
