import { PUBLIC } from '../../base/uris.ts'
import type { Visibility } from '../../base/visibility.ts'
import type { JsonObject } from '../json.ts'
import { ACTIVITY_STREAMS, plainContext } from './context.ts'

/** A like of ours, or the reaction with an emoji. */
export interface LikeParts {
  /** the Like's own id */
  readonly uri: string
  readonly actorUri: string
  readonly postUri: string
  /** whom it is sent to */
  readonly authorUri: string
  readonly emoji: string | null
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

/**
 * A like, or a Like that says with which emoji: Misskey, Akkoma and their kin read it from `content` or
 * `_misskey_reaction`; all others read a plain like.
 */
export function likeFrom(like: LikeParts): JsonObject {
  return {
    '@context': like.emoji === null ? plainContext : [ACTIVITY_STREAMS, REACTION_TERMS],
    ...likeObject(like),
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

function likeObject({ uri, actorUri, postUri, authorUri, emoji, type = 'Like' }: LikeParts): JsonObject {
  return {
    id: uri,
    type,
    actor: actorUri,
    to: [authorUri],
    cc: [],
    object: postUri,
    ...(emoji === null ? {} : { content: emoji, _misskey_reaction: emoji }),
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
