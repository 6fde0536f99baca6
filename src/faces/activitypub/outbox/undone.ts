import type { ActivityId } from '../../../base/ids.ts'
import { refuse } from '../../../base/refusal.ts'
import type { Uris } from '../../../base/uris.ts'
import type { Db } from '../../../db/connect.ts'
import type { LocalAccount } from '../../../domain/accounts/account.ts'
import { findAccountByUri } from '../../../domain/accounts/find.ts'
import { findDone, findUndoOf } from '../../../domain/activities/undone-find.ts'
import { type Block, findBlock, findBlockByUri } from '../../../domain/blocks/find.ts'
import { type Follow, findFollow, findFollowByUri } from '../../../domain/follows/find.ts'
import { type Approval, findApprovalsNamed, findPendingOf } from '../../../domain/policies/find.ts'
import { findBoost, findBoostsByUris, type KnownBoost } from '../../../domain/posts/boost-find.ts'
import { findPostByUri } from '../../../domain/posts/find.ts'
import { customNameFrom } from '../../../domain/reactions/custom.ts'
import { findReaction, findReactionsByUris } from '../../../domain/reactions/find.ts'
import { customEmoji, type KnownReaction } from '../../../domain/reactions/reaction.ts'
import { reactionEmojiOf } from '../../../translate/from-activity/reaction.ts'
import { idOf, isObject, type Json, type JsonObject, typeOf } from '../../../translate/json.ts'
import { viewReadableActivity } from '../../../views/activities.ts'

/** What somebody takes back, as it stands, and the id of the activity by which they did it. */
export type Undone = { readonly uri: string } & (
  | { readonly kind: 'reaction'; readonly reaction: KnownReaction }
  | { readonly kind: 'boost'; readonly boost: KnownBoost }
  | { readonly kind: 'wish'; readonly wish: Approval }
  | { readonly kind: 'follow'; readonly follow: Follow }
  | { readonly kind: 'block'; readonly block: Block }
  | { readonly kind: 'accept'; readonly follow: Follow }
  | { readonly kind: 'given'; readonly type: string }
  /** taken back before, or ended otherwise */
  | { readonly kind: 'over'; readonly type: string; readonly byUri: string | undefined }
)

export interface Looking {
  readonly db: Db
  readonly uris: Uris
  readonly actor: LocalAccount
}

/** What is not taken back but followed by another activity. */
const INSTEAD: Readonly<Record<string, string>> = {
  Create: 'Delete',
  Add: 'Remove',
  Remove: 'Add',
  Update: 'another Update',
  Delete: 'another Create',
  Undo: 'the activity itself, once more',
  Move: 'the settings of the account',
}

/**
 * Finds out what an Undo means, by its id, or by what it was: then exactly one thing of the kind must stand.
 * @throws Refusal 'act.not-yours', 'act.use-instead', 'act.object-unknown'
 */
export async function undoneIn(looking: Looking, object: Json | undefined): Promise<Undone> {
  if (object === undefined) refuse('activity.no-object')
  const by = isObject(object) ? idOf(object.actor) : undefined
  if (by !== undefined && by !== looking.actor.uri) refuse('act.not-yours')
  if (isObject(object) && object.id === undefined) return byWhatItWas(looking, object)
  const uri = idOf(object) ?? refuse('act.object-unknown')
  return byId(looking, uri)
}

async function byId(looking: Looking, uri: string): Promise<Undone> {
  const { db, uris, actor } = looking
  const id = uris.activityIdFrom(uri)
  const said = id && (await viewReadableActivity(db, id, { accountId: actor.id }))
  if (said && said.accountId !== actor.id) refuse('act.not-yours')
  const type = said?.kind ?? ''
  const instead = INSTEAD[type]
  if (instead !== undefined) refuse('act.use-instead', { use: instead })
  const standing = await standingAs(looking, uri)
  if (standing) return standing
  const undo = id && (await findUndoOf(db, id))
  if (undo || (said && OURS.has(type) && !(await isOfThing(looking, type, said.body))))
    return { kind: 'over', uri, type, byUri: undo && uris.activity(undo) }
  if (!said) return refuse('act.object-unknown')
  if (type === 'Accept') return (await acceptOf(looking, uri, said.body)) ?? { kind: 'given', uri, type }
  return { kind: 'given', uri, type }
}

/** What such an activity does is kept by itself: where that is gone, the activity is over. */
const OURS = new Set(['Like', 'EmojiReact', 'Announce', 'Follow', 'Block'])

/** What is done to people and objects stands nowhere but in its activity. */
async function isOfThing({ db, uris }: Looking, type: string, body: string): Promise<boolean> {
  const of = idOf((JSON.parse(body) as JsonObject).object)
  if (of === undefined || type === 'Follow' || type === 'Block') return false
  if ((uris.objectIdFrom(of) ?? uris.collectionIdFrom(of)) !== undefined) return true
  return (await findAccountByUri(db, of)) !== undefined
}

async function standingAs({ db, actor }: Looking, uri: string): Promise<Undone | undefined> {
  const [reaction] = await findReactionsByUris(db, [uri])
  if (reaction?.accountId === actor.id) return { kind: 'reaction', uri, reaction }
  const [boost] = await findBoostsByUris(db, [uri])
  if (boost?.accountId === actor.id) return { kind: 'boost', uri, boost }
  const follow = await findFollowByUri(db, uri)
  if (follow?.followerId === actor.id) return { kind: 'follow', uri, follow }
  const block = await findBlockByUri(db, uri)
  if (block?.accountId === actor.id) return { kind: 'block', uri, block }
  // What others did is theirs; that they did it need not be known.
  if (reaction || boost || follow || block) refuse('act.object-unknown')
  const wish = (await findApprovalsNamed(db, uri)).find(
    (one) => one.actorId === actor.id && one.state === 'pending',
  )
  return wish && { kind: 'wish', uri, wish }
}

async function acceptOf(looking: Looking, uri: string, body: string): Promise<Undone | undefined> {
  const { object } = JSON.parse(body) as JsonObject
  const of = idOf(object)
  const follow = of === undefined ? undefined : await findFollowByUri(looking.db, of)
  if (!follow) return isObject(object) && typeOf(object) === 'Follow' ? over(uri, 'Accept') : undefined
  return follow.followedId === looking.actor.id && follow.state === 'accepted'
    ? { kind: 'accept', uri, follow }
    : over(uri, 'Accept')
}

const over = (uri: string, type: string): Undone => ({ kind: 'over', uri, type, byUri: undefined })

async function byWhatItWas(looking: Looking, object: JsonObject): Promise<Undone> {
  const type = typeOf(object)
  const instead = INSTEAD[type]
  if (instead !== undefined) refuse('act.use-instead', { use: instead })
  const of = idOf(object.object) ?? refuse('act.object-unknown')
  const standing =
    type === 'Like' || type === 'EmojiReact' || type === 'Announce'
      ? await standingTo(looking, object, of)
      : await standingBetween(looking, type, object, of)
  return standing ?? (await givenAs(looking, type, of))
}

async function standingTo(
  { db, uris, actor }: Looking,
  object: JsonObject,
  of: string,
): Promise<Undone | undefined> {
  const post = await findPostByUri(db, of)
  if (!post) return undefined
  if (typeOf(object) === 'Announce') {
    const boost = await findBoost(db, actor.id, post.id)
    if (boost) return { kind: 'boost', uri: boost.uri, boost }
  } else {
    const reaction = await findReaction(db, { accountId: actor.id, postId: post.id }, emojiIn(uris, object))
    if (reaction) return { kind: 'reaction', uri: reaction.uri, reaction }
  }
  const wanted = typeOf(object) === 'Announce' ? 'announce' : 'like'
  const wish = await findPendingOf(db, wanted, actor.id, post.id)
  return wish && { kind: 'wish', uri: wish.uri, wish }
}

function emojiIn(uris: Uris, object: JsonObject): string | null {
  const wish = reactionEmojiOf(object)
  if (!wish) return null
  return 'emoji' in wish ? wish.emoji : customEmoji(customNameFrom(uris, wish.shortcode, wish.host))
}

async function standingBetween(
  { db, actor }: Looking,
  type: string,
  object: JsonObject,
  of: string,
): Promise<Undone | undefined> {
  const other = await findAccountByUri(db, of)
  if (type === 'Follow') {
    const follow = other && (await findFollow(db, actor.id, other.id))
    return follow && { kind: 'follow', uri: follow.uri, follow }
  }
  if (type === 'Block') {
    const block = other && (await findBlock(db, actor.id, other.id))
    return block && { kind: 'block', uri: block.uri, block }
  }
  if (type !== 'Accept' || !isObject(object.object)) return undefined
  const follow = await findFollowByUri(db, of)
  const stands = follow?.followedId === actor.id && follow.state === 'accepted'
  return stands ? { kind: 'accept', uri: of, follow } : undefined
}

async function givenAs({ db, uris, actor }: Looking, type: string, of: string): Promise<Undone> {
  const done = await findDone(db, { accountId: actor.id, kind: type, objectUri: of })
  const [only] = done as readonly ActivityId[]
  if (only === undefined || done.length > 1) return refuse('act.object-unknown')
  return { kind: 'given', uri: uris.activity(only), type }
}
