import type { Account } from '../../../domain/accounts/account.ts'
import { enqueueActorJobs } from '../../../domain/accounts/refresh.ts'
import { followedHere } from '../../../domain/follows/find.ts'
import { receiveEdit } from '../../../domain/posts/edit.ts'
import { findPostByUri } from '../../../domain/posts/find.ts'
import { receivePosts } from '../../../domain/posts/receive.ts'
import type { World } from '../../../domain/world.ts'
import type { ReadActivity } from '../../../translate/from-activity/activity.ts'
import { incomingFrom } from '../../../translate/from-activity/note.ts'
import { boostFromActivity, likeFromActivity } from '../../../translate/from-activity/reaction.ts'
import { idOf, isObject, type JsonObject, listOf, typeOf } from '../../../translate/json.ts'
import { isActivityType, takeFromOrigin } from './origin.ts'
import { takeReaction, takeReactions } from './reaction.ts'
import { type Asking, askFirst, effect, nothing, type Reading, type Receipt } from './reading.ts'

/** An activity that a group passes on, and the object of that one. */
interface Passed {
  readonly type: string
  readonly uri: string | undefined
  readonly objectUri: string
}

/** Everything about one Announce of a group that its effect needs. */
interface Announced {
  readonly announce: ReadActivity
  readonly passed: Passed
  readonly at: Date
}

type Outcome = string | typeof askFirst

/**
 * An Announce by a group of a whole activity (FEP-1b12: Lemmy and its like). It is a hint and no more: what was created or
 * changed is read at its own server, what was deleted is gone only if that says so, a like counts only if its own server
 * has it. What somebody posts in the group is then boosted by it; answers are kept where they belong.
 */
export function readGroupAnnounce(announce: ReadActivity, whole: JsonObject, { at }: Receipt): Reading {
  const [inner] = listOf(whole.object)
  // S-056: what stands within may hold no activity again, but for the Delete or the like that an Undo takes back.
  const undone = typeOf(whole) === 'Undo' && isObject(inner) ? inner : undefined
  const objectUri = idOf(undone ? listOf(undone.object)[0] : inner)
  if (objectUri === undefined) return nothing('its object has no id')
  if (!undone && isObject(inner) && isActivityType(typeOf(inner))) return nothing('nested too deep')
  const type = undone ? `Undo ${typeOf(undone)}` : typeOf(whole)
  const announced = { announce, passed: { type, uri: idOf(whole), objectUri }, at }
  return effect((world, actor, asking) => takePassed(world, actor, announced, asking))
}

async function takePassed(
  world: World,
  group: Account,
  announced: Announced,
  asking: Asking | undefined,
): Promise<Outcome> {
  if (group.kind !== 'group') return 'not a group'
  const { type, objectUri } = announced.passed
  if (/^(?:Undo )?(?:Like|EmojiReact)$/.test(type)) return takeLike(world, announced.passed, asking)
  if (!(await followedHere(world.db, [group.id])).has(group.id)) return 'unrelated'
  if (type === 'Add' || type === 'Remove') {
    // What it features is read from its own list.
    await enqueueActorJobs(world.db, 'features', [group.id])
    return 'features'
  }
  if (!['Create', 'Update', 'Delete', 'Undo Delete'].includes(type)) return `${type} in a group`
  if (!asking) return askFirst
  if (type === 'Delete') return takeDeleted(world, group, objectUri, asking, announced.at)
  return takeSaid(world, group, announced, asking)
}

/** Something was said in the group: it is kept, and if it begins a conversation, the group boosts it. */
async function takeSaid(
  world: World,
  group: Account,
  { announce, passed: { objectUri }, at }: Announced,
  asking: Asking,
): Promise<Outcome> {
  if (!world.uris.isOurs(objectUri)) {
    const note = await asking.post(objectUri)
    if (note === 'gone') return takeFromOrigin(world, asking, objectUri, at)
    if (note === undefined) return 'not to be had'
    const incoming = incomingFrom(note, at)
    const author = await world.directory.findByUri(incoming.authorUri)
    if (!author || author.local) return 'unknown author'
    const edited = await receiveEdit(world, author, incoming)
    if (edited === 'unknown') await receivePosts(world, [{ incoming, author, wanted: true }])
  }
  const post = await findPostByUri(world.db, objectUri)
  if (!post) return 'not kept'
  if (post.inReplyToUri !== null) return 'answer kept'
  const boost = boostFromActivity(announce.raw, announce.id, objectUri, {
    actorUri: group.uri,
    followersUrl: group.followersUrl,
  })
  return boost ? takeReaction(world, group, boost, asking) : 'for nobody here'
}

/** Gone at its own server, it is gone here; still there, it was only put out of the group. */
async function takeDeleted(
  world: World,
  group: Account,
  objectUri: string,
  asking: Asking,
  at: Date,
): Promise<Outcome> {
  const note = world.uris.isOurs(objectUri) ? undefined : await asking.post(objectUri)
  if (note === 'gone') return takeFromOrigin(world, asking, objectUri, at)
  const undo = {
    kind: 'undo',
    uri: undefined,
    of: { kind: 'boost', postUri: objectUri, emoji: null },
  } as const
  const [outcome = 'nothing'] = await takeReactions(world, [{ incoming: undo, actor: group }])
  return outcome
}

/** Likes are for the author of what is liked: only those of our own posts are looked into. */
async function takeLike(
  world: World,
  { type, uri, objectUri }: Passed,
  asking: Asking | undefined,
): Promise<Outcome> {
  if (uri === undefined || !world.uris.isOurs(objectUri)) return 'a like of somebody else’s post'
  if (!asking) return askFirst
  const activity = await asking.activity(uri)
  if (activity === undefined || activity === 'gone') return 'not to be had'
  const isUndo = type.startsWith('Undo ')
  const [inner] = listOf(activity.object)
  const like = isUndo ? inner : activity
  const actorUri = idOf(activity.actor)
  if (!isObject(like) || actorUri === undefined || idOf(listOf(like.object)[0]) !== objectUri)
    return 'not what it was said to be'
  if (typeOf(activity) !== (isUndo ? 'Undo' : type) || idOf(like.actor) !== actorUri)
    return 'not what it was said to be'
  const actor = await world.directory.findByUri(actorUri)
  if (!actor || actor.local) return 'unknown actor'
  const reaction = likeFromActivity(like, idOf(like) ?? uri, objectUri, { actorUri, followersUrl: null })
  if (!reaction) return 'no like'
  const { emoji } = reaction
  const undo = { kind: 'undo', uri: idOf(like), of: { kind: 'like', postUri: objectUri, emoji } } as const
  return takeReaction(world, actor, isUndo ? undo : reaction, asking)
}
