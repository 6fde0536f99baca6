import { PUBLIC, type Uris } from '../../base/uris.ts'
import type { AboutPost, ReceivedView } from '../../views/inboxes.ts'
import type { PostView } from '../../views/view.ts'
import type { JsonObject } from '../json.ts'
import { addressesFrom, noteObject } from './note.ts'

/** The followers collections of authors elsewhere, by account, as far as they are known. */
type FollowersUris = AboutPost['followersUris']

/** How a post is written where it came to somebody: whom it is for, and itself. */
export interface WrittenPost {
  readonly addresses: string
  readonly body: string
}

/**
 * An activity as it came, whole, with what it is about, as JSON text: without a context where a post says it, else with
 * its own.
 * @param onWritten hears how a post was written that had to be written anew
 */
export function receivedText(
  { body, about, uri, kind }: ReceivedView,
  uris: Uris,
  onWritten: (about: AboutPost, written: WrittenPost) => void = () => undefined,
): string {
  if (about === null) return body ?? '{}'
  const written = about.text ?? writtenFrom(about, uris)
  if (about.text === null) onWritten(about, written)
  const { actorUri, publishedAt, editedAt, isBoost } = about
  const published = (kind === 'Update' ? editedAt : null) ?? publishedAt
  const head = JSON.stringify({ id: uri, type: kind, actor: actorUri, published })
  const addresses = isBoost ? textOf(boostAddresses(about, uris)) : written.addresses
  return `${head.slice(0, -1)},${addresses},"object":${written.body}}`
}

/** The same as JSON. */
export function receivedFrom(received: ReceivedView, uris: Uris): JsonObject {
  return JSON.parse(receivedText(received, uris)) as JsonObject
}

function writtenFrom({ post, followersUris }: AboutPost, uris: Uris): WrittenPost {
  if (!post) return { addresses: textOf({ to: [], cc: [] }), body: 'null' }
  const { to, cc } = addressesIn(post, followersUris, uris)
  return {
    addresses: textOf({ to, cc }),
    body: JSON.stringify(postObject(post, followersUris, uris)),
  }
}

const textOf = (addresses: { readonly to: readonly string[]; readonly cc: readonly string[] }) =>
  JSON.stringify(addresses).slice(1, -1)

/** Whether what is written of a post holds as long as nothing of it changes: tallies and quotes change by themselves. */
export function isLasting({ post }: AboutPost): boolean {
  return post !== null && post.poll === null && post.quote === null
}

/** That somebody said a post, or showed one again. */
export function saidFrom(id: string, post: PostView, followersUris: FollowersUris, uris: Uris): JsonObject {
  const { author, boostOf, visibility } = post
  const addresses = boostOf
    ? boostAddresses(
        {
          actorId: author.id,
          followersUri: author.local ? null : (followersUris.get(author.id) ?? null),
          visibility,
          authorUri: boostOf.author.uri,
        },
        uris,
      )
    : addressesIn(post, followersUris, uris)
  return {
    id,
    type: boostOf ? 'Announce' : 'Create',
    actor: author.uri,
    published: post.publishedAt.toISOString(),
    ...addresses,
    object: postObject(boostOf ?? post, followersUris, uris),
  }
}

/** A post of anybody: of ours as it stands at its id, of others as far as it is held here. */
export function postObject(view: PostView, followersUris: FollowersUris, uris: Uris): JsonObject {
  if (view.local) return noteObject(view, uris)
  // What is counted and listed of it is for its own server to say.
  const {
    replies: _replies,
    likes: _likes,
    shares: _shares,
    interactionPolicy,
    ...note
  } = noteObject(view, uris)
  const { context: _context, conversation: _conversation, ...said } = note
  return {
    ...said,
    type: typeFrom(view),
    ...(view.title === null ? {} : { name: view.title }),
    ...addressesIn(view, followersUris, uris),
    ...(view.contextUri === null ? {} : { context: view.contextUri }),
    ...(view.policy === null || interactionPolicy === undefined ? {} : { interactionPolicy }),
  }
}

function typeFrom({ poll, kind }: PostView): string {
  if (poll !== null) return 'Question'
  return kind === 'question' ? 'Note' : kind.charAt(0).toUpperCase() + kind.slice(1)
}

function addressesIn(view: PostView, followersUris: FollowersUris, uris: Uris) {
  const { to, cc } = addressesFrom(view, uris)
  if (view.author.local) return { to, cc }
  const ours = uris.followers(view.author.id)
  const theirs = followersUris.get(view.author.id)
  const named = (list: readonly string[]) =>
    list.flatMap((address) => (address === ours ? (theirs ?? []) : [address]))
  return { to: named(to), cc: named(cc) }
}

/** A boost names whom it shows, unless only followers may know. */
function boostAddresses(
  {
    actorId,
    followersUri,
    visibility,
    authorUri,
  }: Pick<AboutPost, 'actorId' | 'followersUri' | 'visibility' | 'authorUri'>,
  uris: Uris,
) {
  const followers = followersUri ?? uris.followers(actorId)
  if (visibility === 'public') return { to: [PUBLIC], cc: [followers, authorUri] }
  return visibility === 'unlisted'
    ? { to: [followers], cc: [PUBLIC, authorUri] }
    : { to: [followers], cc: [] }
}
