import { refuse } from '../../../base/refusal.ts'
import { isOpen } from '../../../base/visibility.ts'
import { findDone } from '../../../domain/activities/undone-find.ts'
import { findBoost } from '../../../domain/posts/boost-find.ts'
import type { KnownPost } from '../../../domain/posts/find.ts'
import { boostPost } from '../../../domain/reactions/boost.ts'
import type { Addressing, OutboxHandler, Posted, Posting } from './posting.ts'
import { requireReaction } from './scopes.ts'
import { give, speak } from './speak.ts'
import { askForThing, authorOf, findSubject, objectOf, reactTo, requireThing } from './subject.ts'
import { findWish, giveWish } from './wishes.ts'

/** Shows a post, or something else, to those whom the activity is for. */
export const announce: OutboxHandler = {
  authorise: (asking) => requireReaction(asking, 'share', objectOf(asking.activity)),
  prepare: (asking) => askForThing(asking, objectOf(asking.activity)),
  async run(posting) {
    const uri = objectOf(posting.activity)
    const post = await findSubject(posting, uri)
    return post ? boost(posting, post) : show(posting, uri)
  },
}

async function boost(posting: Posting, post: KnownPost): Promise<Posted> {
  const { world, tx, actor, audience } = posting
  if (widens(posting, post)) refuse('act.widening')
  const earlier = (await findBoost(tx, actor.id, post.id)) ?? (await findWish(posting, 'announce', post))
  if (earlier) refuse('act.redundant', { duplicate: earlier.uri })
  const also = await authorOf(posting, post)
  const said = await speak(posting, { also, audience: followed(audience) }, () =>
    boostPost(world, actor, post.id, audience.visibility),
  )
  if (said) return { activityId: said }
  const wish = await findWish(posting, 'announce', post)
  if (wish) return { activityId: await giveWish(posting, wish) }
  const other = await findBoost(tx, actor.id, post.id)
  return refuse('act.redundant', other ? { duplicate: other.uri } : {})
}

/** A post that is not for everyone may be shown again to its author's followers, by its author; to nobody else. */
function widens({ actor, audience }: Posting, post: KnownPost): boolean {
  if (isOpen(post.visibility)) return false
  const { to, cc, bto, bcc } = audience
  const named = [...to, ...cc, ...bto, ...bcc].some(({ id }) => id !== actor.id)
  return post.accountId !== actor.id || post.visibility === 'direct' || audience.public || named
}

/** What is for everyone goes to the followers, as every post does. */
function followed(audience: Addressing): Addressing {
  return { ...audience, followers: audience.followers || audience.public }
}

async function show(posting: Posting, uri: string): Promise<Posted> {
  const { world, tx, actor, type } = posting
  const { owner, open, objectId } = await requireThing(posting, uri)
  if (!open) refuse('act.widening')
  const [earlier] = await findDone(tx, { accountId: actor.id, kind: type, objectUri: uri })
  if (earlier) refuse('act.redundant', { duplicate: world.uris.activity(earlier) })
  const posted = await give(posting, { also: [owner] })
  if (objectId) await reactTo(posting, objectId, 'announce', posted)
  return posted
}
