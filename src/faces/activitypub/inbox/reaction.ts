import type { Account } from '../../../domain/accounts/account.ts'
import { receiveObjectReaction } from '../../../domain/objects/receive.ts'
import { findPostsByUris } from '../../../domain/posts/find.ts'
import { receivePosts } from '../../../domain/posts/receive.ts'
import type { ReactionArrival } from '../../../domain/reactions/gather.ts'
import type { IncomingReaction, IncomingUndo } from '../../../domain/reactions/reaction.ts'
import { receiveReactions } from '../../../domain/reactions/receive.ts'
import type { World } from '../../../domain/world.ts'
import { incomingFrom } from '../../../translate/from-activity/note.ts'
import { boostFromActivity, likeFromActivity } from '../../../translate/from-activity/reaction.ts'
import { type Asking, askFirst } from './reading.ts'
import type { ActivityReference, Undoer } from './reference.ts'
import { relaysIn } from './relay.ts'

/** What Undo takes back as reactions. */
export const REACTION_TYPES: readonly string[] = ['Like', 'EmojiReact', 'Announce']

/** Lets reactions of a batch take effect together; `askFirst` of those whose post must be asked for. */
export async function takeReactions(
  world: World,
  arrivals: readonly ReactionArrival[],
): Promise<(string | typeof askFirst)[]> {
  const outcomes: string[] = await receiveReactions(world, arrivals)
  for (const [index, { incoming, actor }] of arrivals.entries()) {
    const objectId = world.uris.objectIdFrom(aboutIn(incoming) ?? '')
    if (objectId) outcomes[index] = await receiveObjectReaction(world, actor, incoming, objectId)
  }
  const passed = await passedOn(world, arrivals, outcomes)
  return outcomes.map((outcome, index) =>
    outcome === 'unknown post' || passed.has(index) ? askFirst : outcome,
  )
}

/** Which boosts, by their place, are relays passing on what is not known here yet. */
async function passedOn(
  world: World,
  arrivals: readonly ReactionArrival[],
  outcomes: readonly string[],
): Promise<ReadonlySet<number>> {
  const strangers = arrivals.flatMap(({ incoming, actor }, index) =>
    incoming.kind === 'boost' && outcomes[index] === 'unrelated'
      ? [{ uri: incoming.postUri, actor, index }]
      : [],
  )
  const relays = await relaysIn(
    world,
    strangers.map(({ actor }) => actor),
  )
  const passed = strangers.filter(({ actor }) => relays.has(actor.id))
  const known = await findPostsByUris(
    world.db,
    passed.map(({ uri }) => uri),
  )
  return new Set(passed.filter(({ uri }) => !known.has(uri)).map(({ index }) => index))
}

/** One alone: what is boosted and not known here is asked for at its own server. */
export async function takeReaction(
  world: World,
  actor: Account,
  incoming: IncomingReaction,
  asking?: Asking,
): Promise<string | typeof askFirst> {
  const [outcome = 'nothing'] = await takeReactions(world, [{ incoming, actor }])
  if (outcome !== askFirst || incoming.kind !== 'boost' || !asking) return outcome
  if (!(await fetchBoosted(world, asking, incoming.postUri))) return 'not to be had'
  return (await takeReactions(world, [{ incoming, actor }]))[0] ?? 'nothing'
}

/** Whether somebody whom nobody here knows reacts to a post that is known: else they need not be asked for. */
export async function concernsKnownPost(world: World, incoming: IncomingReaction): Promise<boolean> {
  const uri = aboutIn(incoming)
  if (uri === undefined) return false
  return world.uris.objectIdFrom(uri) !== undefined || (await findPostsByUris(world.db, [uri])).size > 0
}

function aboutIn(incoming: IncomingReaction): string | undefined {
  return incoming.kind === 'undo' ? incoming.of?.postUri : incoming.postUri
}

/** Undo of a reaction by a bare id. It is remembered where nothing of the kind is known, so others are asked before. */
export const undoReactionOf: Undoer = {
  types: REACTION_TYPES,
  async undo(world, actor, reference) {
    const outcome = await takeReaction(world, actor, undoFrom(reference, actor.uri))
    return typeof outcome === 'string' && outcome !== 'nothing' ? outcome : undefined
  },
}

/** What is undone, named by its id and, where it came whole, by what it was. */
export function undoFrom({ uri, type, objectUri, whole }: ActivityReference, actorUri: string): IncomingUndo {
  if (!whole || objectUri === undefined) return { kind: 'undo', uri, of: undefined }
  const reactor = { actorUri, followersUrl: null }
  const undone =
    type === 'Announce'
      ? boostFromActivity({ ...whole, to: null, cc: null }, '', objectUri, reactor)
      : likeFromActivity(whole, '', objectUri, reactor)
  const emoji = undone?.kind === 'like' ? undone.emoji : null
  return { kind: 'undo', uri, of: { kind: undone?.kind ?? 'like', postUri: objectUri, emoji } }
}

async function fetchBoosted(world: World, asking: Asking, uri: string): Promise<boolean> {
  const note = await asking.post(uri)
  if (note === 'gone' || note === undefined) return false
  const incoming = incomingFrom(note, world.clock.now())
  if (incoming.uri !== uri) return false
  const author = await world.directory.findByUri(incoming.authorUri)
  if (!author || author.local) return false
  const [outcome] = await receivePosts(world, [{ incoming, author, wanted: true }])
  return outcome === 'stored' || outcome === 'known'
}
