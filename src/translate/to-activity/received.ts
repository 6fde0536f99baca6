import { PUBLIC, type Uris } from '../../base/uris.ts'
import type { ReceivedView } from '../../views/inboxes.ts'
import type { PostView } from '../../views/view.ts'
import type { JsonObject } from '../json.ts'
import { addressesFrom, noteObject } from './note.ts'

/** The followers collections of authors elsewhere, by account, as far as they are known. */
type FollowersUris = ReceivedView['followersUris']

/** An activity as it came, whole, with what it is about: without a context where a post says it, else with its own. */
export function receivedFrom(received: ReceivedView, uris: Uris): JsonObject {
  const { body, post, uri, kind, followersUris } = received
  if (body !== null || post === null) return { ...(JSON.parse(body ?? '{}') as JsonObject), id: uri }
  return kind === 'Update'
    ? aboutPost('Update', uri, post, followersUris, uris)
    : saidFrom(uri, post, followersUris, uris)
}

/** That somebody said a post, or showed one again. */
export function saidFrom(uri: string, post: PostView, followersUris: FollowersUris, uris: Uris): JsonObject {
  return aboutPost(post.boostOf ? 'Announce' : 'Create', uri, post, followersUris, uris)
}

function aboutPost(
  type: 'Create' | 'Update' | 'Announce',
  id: string,
  post: PostView,
  followersUris: FollowersUris,
  uris: Uris,
): JsonObject {
  const at = type === 'Update' ? (post.editedAt ?? post.publishedAt) : post.publishedAt
  return {
    id,
    type,
    actor: post.author.uri,
    published: at.toISOString(),
    ...addressesIn(post, followersUris, uris),
    object: postObject(post.boostOf ?? post, followersUris, uris),
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
  const { to, cc } = view.boostOf ? boostAddresses(view, uris) : addressesFrom(view, uris)
  if (view.author.local) return { to, cc }
  const ours = uris.followers(view.author.id)
  const theirs = followersUris.get(view.author.id)
  const named = (list: readonly string[]) =>
    list.flatMap((address) => (address === ours ? (theirs ?? []) : [address]))
  return { to: named(to), cc: named(cc) }
}

/** A boost names whom it shows, unless only followers may know. */
function boostAddresses({ author, visibility, boostOf }: PostView, uris: Uris) {
  const followers = uris.followers(author.id)
  const named = boostOf ? [boostOf.author.uri] : []
  if (visibility === 'public') return { to: [PUBLIC], cc: [followers, ...named] }
  return visibility === 'unlisted' ? { to: [followers], cc: [PUBLIC, ...named] } : { to: [followers], cc: [] }
}
