import { PUBLIC, type Uris } from '../../base/uris.ts'
import { typeOfKind } from '../../domain/posts/kinds.ts'
import type { SpokenPost } from '../../views/view.ts'
import type { JsonObject } from '../json.ts'
import { plainContext } from './context.ts'
import { controlsOf, quoteTags, withFallback } from './controls.ts'
import { noteContextOf, withExtension } from './extension.ts'
import { attachmentFrom, emojiFrom, languagesFrom, pollFrom, sourceFrom } from './held.ts'

/** What a page of replies holds beside the note, when the caller has it. */
export interface FirstReplies {
  /** ids of the best replies, remote ones too; five at most are embedded */
  readonly ids: readonly string[]
  /** where the rest is */
  readonly next?: string
}

/** As many as Mastodon reads without asking again. */
const EMBEDDED_REPLIES = 5

/** A local post as the document served at its id, `@context` first. */
export function noteFrom(view: SpokenPost, uris: Uris, replies?: FirstReplies): JsonObject {
  return { '@context': noteContextOf(view), ...noteObject(view, uris, replies) }
}

/** The same without its context: to stand within an activity or a collection. */
export function noteObject(view: SpokenPost, uris: Uris, replies?: FirstReplies): JsonObject {
  return withExtension(plainObject(view, uris, replies), view)
}

function plainObject(view: SpokenPost, uris: Uris, replies?: FirstReplies): JsonObject {
  const { to, cc } = addressesFrom(view, uris)
  const said = withFallback(view)
  return {
    id: view.uri,
    type: view.poll === null ? typeOfKind(view.kind) : 'Question',
    attributedTo: view.author.uri,
    ...(view.inReplyTo === null ? {} : { inReplyTo: view.inReplyTo.uri }),
    published: view.publishedAt.toISOString(),
    ...(view.editedAt === null ? {} : { updated: view.editedAt.toISOString() }),
    url: view.url,
    to,
    cc,
    ...(view.title === null ? {} : { name: view.title }),
    ...(view.summary === '' ? {} : { summary: view.summary }),
    sensitive: view.sensitive,
    content: said.contentHtml,
    ...languagesFrom(said),
    ...sourceFrom(view),
    context: contextFrom(view, uris),
    conversation: contextFrom(view, uris),
    ...(view.audience === null ? {} : { audience: view.audience }),
    ...controlsOf(view, uris),
    tag: tagsFrom(view, uris),
    attachment: view.attachments.map(attachmentFrom),
    ...(view.poll === null ? {} : pollFrom(view.poll)),
    replies: repliesFrom(view, uris, replies),
    likes: listOf(uris.likes(view.id), view.counts.likes),
    shares: listOf(uris.shares(view.id), view.counts.boosts),
  }
}

/** What stands at the id of a deleted post (served with 410) and within its Delete. */
export function tombstoneFrom(uri: string, _uris: Uris, deletedAt?: Date, was?: FormerSelf): JsonObject {
  const { id, type, ...rest } = tombstoneObject(uri, deletedAt, was)
  const former = was?.kind ? { formerType: was.kind } : {}
  return { '@context': plainContext, id, type, ...former, ...rest }
}

/** What a thing was before it was deleted, as far as that is told. */
export interface FormerSelf {
  readonly kind: string | null
  readonly publishedAt: Date | null
  readonly editedAt: Date | null
}

/**
 * The same as it stands within a Delete: without `formerType`. ActivityStreams says of it that it holds an address, and
 * writes a word, of which each reader of JSON-LD makes something else; so no signature over it would hold everywhere.
 */
export function tombstoneObject(uri: string, deletedAt?: Date, was?: FormerSelf): JsonObject {
  const { publishedAt = null, editedAt = null } = was ?? {}
  return {
    id: uri,
    type: 'Tombstone',
    ...(publishedAt === null ? {} : { published: publishedAt.toISOString() }),
    ...(editedAt === null ? {} : { updated: editedAt.toISOString() }),
    ...(deletedAt === undefined ? {} : { deleted: deletedAt.toISOString() }),
  }
}

/** Whom a post is for, in the terms of the wire: the full Public address (Lemmy, GoToSocial), and everyone mentioned. */
export function addressesFrom(
  view: SpokenPost,
  uris: Uris,
): { to: readonly string[]; cc: readonly string[] } {
  const mentioned = view.mentions.map(({ uri }) => uri)
  const followers = uris.followers(view.author.id)
  switch (view.visibility) {
    case 'public':
      return { to: [PUBLIC], cc: [followers, ...mentioned] }
    case 'unlisted':
      return { to: [followers], cc: [PUBLIC, ...mentioned] }
    case 'followers':
      return { to: [followers, ...mentioned], cc: [] }
    case 'direct':
      return { to: mentioned, cc: [] }
  }
}

function tagsFrom(view: SpokenPost, uris: Uris): readonly JsonObject[] {
  const named = view.mentions.filter(({ silent }) => !silent)
  const mentions = named.map(({ uri, name, host }) => ({
    type: 'Mention',
    href: uri,
    name: `@${name}@${host ?? uris.handleHost}`,
  }))
  const hashtags = view.hashtags.map(({ name, displayName }) => ({
    type: 'Hashtag',
    href: uris.tag(name),
    name: `#${displayName}`,
  }))
  const emojis = view.emojis.map((emoji) => emojiFrom(emoji, uris))
  return [...mentions, ...hashtags, ...emojis, ...quoteTags(view)]
}

function listOf(id: string, totalItems: number): JsonObject {
  return { id, type: 'OrderedCollection', totalItems, first: `${id}?cursor=first` }
}

function repliesFrom(view: SpokenPost, uris: Uris, replies: FirstReplies | undefined): JsonObject {
  const id = uris.replies(view.id)
  const collection = { id, type: 'Collection', totalItems: view.counts.replies }
  if (replies === undefined) return { ...collection, first: `${id}?cursor=first` }
  const first = {
    type: 'CollectionPage',
    partOf: id,
    ...(replies.next === undefined ? {} : { next: replies.next }),
    items: replies.ids.slice(0, EMBEDDED_REPLIES),
  }
  return { ...collection, first }
}

/** The conversation as the server of its first post names it (FEP-7888), or our own list of it. */
function contextFrom(view: SpokenPost, uris: Uris): string {
  return view.contextUri ?? uris.context(view.conversationId)
}
