import type { ActivityId } from '../../../base/ids.ts'
import { refuse } from '../../../base/refusal.ts'
import { findDone } from '../../../domain/activities/undone-find.ts'
import type { KnownPost } from '../../../domain/posts/find.ts'
import { customNameFrom, findCustomEmoji } from '../../../domain/reactions/custom.ts'
import { findReaction } from '../../../domain/reactions/find.ts'
import { addReaction } from '../../../domain/reactions/like.ts'
import type { Emoji } from '../../../domain/reactions/reaction.ts'
import { reactionEmojiOf } from '../../../translate/from-activity/reaction.ts'
import type { OutboxHandler, Posted, Posting } from './posting.ts'
import { requireReaction } from './scopes.ts'
import { give, speak } from './speak.ts'
import { askForThing, authorOf, findSubject, objectOf, reactTo, requireThing } from './subject.ts'
import { findWish, giveWish } from './wishes.ts'

/** A Like, which may say with which emoji, and an EmojiReact, which must. */
export const like: OutboxHandler = {
  authorise: (asking) => requireReaction(asking, 'like', objectOf(asking.activity)),
  prepare: (asking) => askForThing(asking, objectOf(asking.activity)),
  async run(posting) {
    const uri = objectOf(posting.activity)
    const post = await findSubject(posting, uri)
    return post ? react(posting, post, await emojiOf(posting, post)) : giveOnce(posting, uri)
  },
}

/** Kept and told to whom it concerns; it is counted nowhere. */
export const dislike: OutboxHandler = {
  authorise: like.authorise,
  prepare: (asking) => askForThing(asking, objectOf(asking.activity)),
  async run(posting) {
    return giveOnce(posting, objectOf(posting.activity))
  },
}

async function emojiOf({ type, activity, world, tx }: Posting, post: KnownPost): Promise<Emoji | null> {
  const wish = reactionEmojiOf(activity)
  if (!wish) return type === 'EmojiReact' ? refuse('reaction.emoji') : null
  if ('emoji' in wish) return { emoji: wish.emoji, url: null }
  const name = customNameFrom(world.uris, wish.shortcode, wish.host)
  return (await findCustomEmoji({ db: tx, uris: world.uris }, name, post.id)) ?? refuse('reaction.unknown')
}

async function react(posting: Posting, post: KnownPost, emoji: Emoji | null): Promise<Posted> {
  const { world, tx, actor } = posting
  const find = () => findReaction(tx, { accountId: actor.id, postId: post.id }, emoji?.emoji ?? null)
  const earlier = (await find()) ?? (await findWish(posting, 'like', post))
  if (earlier) refuse('act.redundant', { duplicate: earlier.uri })
  const activityId = await speak(posting, { as: 'Like', usual: true }, () =>
    addReaction(world, actor, post.id, emoji),
  )
  return { activityId: activityId ?? (await orWaiting(posting, post, find)) }
}

async function orWaiting(
  posting: Posting,
  post: KnownPost,
  find: () => Promise<{ readonly uri: string } | undefined>,
): Promise<ActivityId> {
  const wish = await findWish(posting, 'like', post)
  if (wish) return giveWish(posting, wish)
  const earlier = await find()
  return refuse('act.redundant', earlier ? { duplicate: earlier.uri } : {})
}

/** What means nothing more here than that somebody said it of something, which they do once. */
async function giveOnce(posting: Posting, uri: string): Promise<Posted> {
  const { world, tx, actor, type } = posting
  const post = await findSubject(posting, uri)
  const thing = post ? undefined : await requireThing(posting, uri)
  const also = post ? await authorOf(posting, post) : thing ? [thing.owner] : []
  const [earlier] = await findDone(tx, { accountId: actor.id, kind: type, objectUri: uri })
  if (earlier) refuse('act.redundant', { duplicate: world.uris.activity(earlier) })
  const posted = await give(posting, { also })
  if (thing?.objectId && type === 'Like') await reactTo(posting, thing.objectId, 'like', posted)
  return posted
}
