import { refuse } from '../../../base/refusal.ts'
import type { Account } from '../../../domain/accounts/account.ts'
import { findAccount } from '../../../domain/accounts/find.ts'
import { rememberUndone } from '../../../domain/activities/undone.ts'
import { unblockAccount } from '../../../domain/blocks/block.ts'
import { rejectFollow, undoFollow } from '../../../domain/follows/answer.ts'
import { type Act, mayUndo } from '../../../domain/grants/scopes.ts'
import { forgetObjectReaction } from '../../../domain/objects/react.ts'
import { findPostsByIds } from '../../../domain/posts/find.ts'
import { removeReactions } from '../../../domain/reactions/reactions.ts'
import { unboostPost, unlikePost } from '../../../domain/reactions/undo.ts'
import { isObject, type JsonObject } from '../../../translate/json.ts'
import { heardBefore } from './heard.ts'
import type { Asking, OutboxHandler, Posted, Posting } from './posting.ts'
import { requireScope } from './scopes.ts'
import { give, nobody, speak } from './speak.ts'
import { type Undone, undoneIn } from './undone.ts'

/** Takes back what somebody did: everybody who heard of that hears of this, too, and whatever came of it ends. */
export const undo: OutboxHandler = {
  authorise: requireUndoScope,
  async run(posting) {
    const { world, tx, actor, activity } = posting
    const undone = await undoneIn({ db: tx, uris: world.uris, actor }, activity.object)
    if (undone.kind === 'over')
      refuse('act.redundant', undone.byUri === undefined ? {} : { duplicate: undone.byUri })
    const posted = await takeBack(posting, undone)
    const activityId = world.uris.activityIdFrom(undone.uri)
    if (activityId)
      await rememberUndone(world, tx, { activityId, accountId: actor.id, byId: posted.activityId })
    return posted
  },
}

async function takeBack(posting: Posting, undone: Exclude<Undone, { kind: 'over' }>): Promise<Posted> {
  const { world, tx, actor } = posting
  switch (undone.kind) {
    case 'reaction':
      return end(posting, undone, async () => {
        const { reaction } = undone
        const post = (await findPostsByIds(tx, [reaction.postId])).get(reaction.postId)
        if (post) await removeReactions(world, tx, [{ reaction, accountLocal: true, post }])
      })
    case 'boost':
      return end(posting, undone, () => unboostPost(world, actor, undone.boost.postId))
    case 'follow':
      return end(posting, undone, () => undoFollow(world, undone.follow))
    case 'block':
      return endBlock(posting, undone.block.targetId)
    case 'wish': {
      const forget = undone.wish.kind === 'announce' ? unboostPost : unlikePost
      await forget(world, actor, undone.wish.targetId)
      return give(posting, { audience: nobody, words: wordsFor(posting, undone) })
    }
    case 'accept': {
      const follower = await findAccount(tx, undone.follow.followerId)
      await rejectFollow(world, undone.follow)
      return give(posting, { also: follower ? [follower] : [], words: wordsFor(posting, undone) })
    }
    case 'given':
      await forgetObjectReaction(tx, actor.id, undone.uri)
      return give(posting, {
        audience: await heardBefore(posting, undone.uri),
        words: wordsFor(posting, undone),
      })
  }
}

/** What was named by what it was is told by its id, too. */
function wordsFor({ activity }: Posting, { uri }: Undone): JsonObject {
  const { object } = activity
  return isObject(object) ? { ...activity, object: { ...object, id: uri } } : activity
}

async function end(posting: Posting, { uri }: Undone, work: () => Promise<unknown>): Promise<Posted> {
  const audience = await heardBefore(posting, uri)
  const activityId = await speak(posting, { usual: true, audience }, work)
  return { activityId: activityId ?? refuse('act.redundant') }
}

/** As quietly as the block was made. */
async function endBlock(posting: Posting, targetId: Account['id']): Promise<Posted> {
  const { world, tx, actor } = posting
  const target = (await findAccount(tx, targetId)) ?? refuse('act.object-unknown')
  const activityId = await speak(posting, { usual: true, audience: nobody }, () =>
    unblockAccount(world, actor, target),
  )
  return { activityId: activityId ?? refuse('act.redundant') }
}

const ACTS: Readonly<Record<string, Act>> = {
  Like: 'like',
  EmojiReact: 'like',
  Dislike: 'like',
  Announce: 'share',
  Follow: 'follow',
  Block: 'block',
}

/** What it takes to do a thing is what it takes to undo it. */
async function requireUndoScope({ parts, bearer, actor, activity }: Asking): Promise<void> {
  const { db, uris } = parts.world
  // An app that may do nothing at all is not told what there is to undo.
  const any = ['like', 'share', 'follow', 'block'] as const
  const homes = [uris.origin, bearer.clientId]
  const some = any.some((act) => homes.some((at) => mayUndo(bearer.scopes, reacting(act, at))))
  if (!some) requireScope(bearer, ['managefollowers', 'createcontent', 'like'])
  const undone = await undoneIn({ db, uris, actor }, activity.object)
  const type = typeOf(undone)
  const act = ACTS[type]
  if (act === undefined) return requireScope(bearer, type === 'Accept' ? 'managefollowers' : 'createcontent')
  if (!mayUndo(bearer.scopes, reacting(act, await objectUriOf(parts.world, undone))))
    requireScope(bearer, act)

  function reacting(of: Act, objectUri: string) {
    return { act: of, objectUri, clientId: bearer.clientId, origin: uris.origin }
  }
}

const TYPES = {
  reaction: 'Like',
  boost: 'Announce',
  follow: 'Follow',
  block: 'Block',
  accept: 'Accept',
} as const

function typeOf(undone: Undone): string {
  if ('type' in undone) return undone.type
  if (undone.kind !== 'wish') return TYPES[undone.kind]
  return undone.wish.kind === 'announce' ? 'Announce' : 'Like'
}

/** The id of what it was done to, by whose origin some apps are limited. */
async function objectUriOf({ db }: Asking['parts']['world'], undone: Undone): Promise<string> {
  switch (undone.kind) {
    case 'reaction':
      return (await findPostsByIds(db, [undone.reaction.postId])).get(undone.reaction.postId)?.uri ?? ''
    case 'boost':
      return undone.boost.postUri
    case 'wish':
      return undone.wish.targetUri
    case 'follow':
      return (await findAccount(db, undone.follow.followedId))?.uri ?? ''
    case 'block':
      return (await findAccount(db, undone.block.targetId))?.uri ?? ''
    default:
      return ''
  }
}
