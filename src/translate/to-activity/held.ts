import type { Uris } from '../../base/uris.ts'
import type { AttachmentView, EmojiView, PollView, SpokenPost } from '../../views/view.ts'
import type { JsonObject } from '../json.ts'

/**
 * One attachment. What is not known is left out: Pixelfed drops a whole post for an empty blurhash or a width of 0. It
 * is a Document whatever it holds, which every reader takes, and its media type says the rest.
 */
export function attachmentFrom(view: AttachmentView): JsonObject {
  return {
    type: 'Document',
    ...(view.mediaType === null ? {} : { mediaType: view.mediaType }),
    url: view.url,
    ...(view.description === '' ? {} : { name: view.description }),
    ...(view.blurhash === null ? {} : { blurhash: view.blurhash }),
    ...(view.focus === null ? {} : { focalPoint: [view.focus.x, view.focus.y] }),
    ...(view.width === null || view.height === null ? {} : { width: view.width, height: view.height }),
    ...(view.duration === null ? {} : { duration: durationOf(view.duration) }),
    // Of a picture nobody needs another picture; whoever reads one here would fetch both.
    ...(view.previewUrl === null || view.kind === 'image'
      ? {}
      : { icon: { type: 'Image', url: view.previewUrl } }),
  }
}

/** Seconds as an xsd:duration. */
export function durationOf(seconds: number): string {
  return `PT${Math.round(seconds * 1000) / 1000}S`
}

/** What makes a Note a Question. Hidden tallies read as none, as Mastodon has it. */
export function pollFrom(poll: PollView): JsonObject {
  const options = poll.options.map(({ title, votes }) => ({
    type: 'Note',
    name: title,
    replies: { type: 'Collection', totalItems: votes ?? 0 },
  }))
  return {
    [poll.multiple ? 'anyOf' : 'oneOf']: options,
    ...(poll.endsAt === null ? {} : { endTime: poll.endsAt.toISOString() }),
    ...(poll.closedAt === null ? {} : { closed: poll.closedAt.toISOString() }),
    ...(poll.voters === null ? {} : { votersCount: poll.voters }),
  }
}

/** A custom emoji of ours, as a tag and as the document at its id. */
export function emojiFrom(emoji: EmojiView, uris: Uris): JsonObject {
  return {
    id: uris.emoji(emoji.id),
    type: 'Emoji',
    name: `:${emoji.shortcode}:`,
    updated: emoji.updatedAt.toISOString(),
    icon: {
      type: 'Image',
      ...(emoji.mediaType === null ? {} : { mediaType: emoji.mediaType }),
      url: emoji.url,
    },
  }
}

/** What it says in each of its languages. */
export function languagesFrom({ contentMap, language, contentHtml }: SpokenPost): JsonObject {
  if (contentMap !== null) return { contentMap }
  return language === null ? {} : { contentMap: { [language]: contentHtml } }
}

/** As it was typed, for whoever edits it elsewhere. */
export function sourceFrom({ source, sourceType }: SpokenPost): JsonObject {
  return source === null ? {} : { source: { content: source, mediaType: sourceType ?? 'text/plain' } }
}
