import { refuse } from '../../../base/refusal.ts'
import type { Db } from '../../../db/connect.ts'
import type { Account } from '../../../domain/accounts/account.ts'
import { findAccount, findAccountByUri } from '../../../domain/accounts/find.ts'
import { findActivity } from '../../../domain/activities/find.ts'
import { acceptFollow, rejectFollow } from '../../../domain/follows/answer.ts'
import { type Follow, findFollow, findFollowByUri } from '../../../domain/follows/find.ts'
import { approveInteraction, rejectInteraction, revokeInteraction } from '../../../domain/policies/decide.ts'
import { type Approval, findApprovalsNamed } from '../../../domain/policies/find.ts'
import type { World } from '../../../domain/world.ts'
import { idOf, isObject, type Json, typeOf } from '../../../translate/json.ts'
import type { Asking, Known, OutboxHandler, Posted, Posting } from './posting.ts'
import { requireScope } from './scopes.ts'
import { give, speak } from './speak.ts'

/** What is answered: a follow, what somebody wants to do to a post, or anything else, which only its asker hears of. */
type Asked =
  | { readonly kind: 'follow'; readonly follow: Follow | undefined }
  | { readonly kind: 'wish'; readonly wish: Approval }
  | { readonly kind: 'other' }

/** Accept and Reject. A Reject also ends a follow that was accepted before. */
export const answer: OutboxHandler = {
  async authorise({ parts: { world }, actor, activity, bearer }) {
    const { kind } = await askedIn(world, world.db, actor, activity.object)
    requireScope(bearer, kind === 'follow' ? 'managefollowers' : 'createcontent')
  },
  prepare: askForAsker,
  async run(posting) {
    const { world, tx, actor, activity } = posting
    const asked = await askedIn(world, tx, actor, activity.object)
    if (asked.kind === 'follow') return answerFollow(posting, asked.follow)
    if (asked.kind === 'wish') return answerWish(posting, asked.wish)
    return answerOther(posting)
  },
}

async function askedIn(
  { uris }: Pick<World, 'uris'>,
  db: Db,
  actor: Account,
  object: Json | undefined,
): Promise<Asked> {
  if (object === undefined) refuse('activity.no-object')
  const id = idOf(object)
  const isFollow = isObject(object) && typeOf(object) === 'Follow'
  const follow = id === undefined ? undefined : await findFollowByUri(db, id)
  if (follow) return { kind: 'follow', follow }
  if (isFollow && id === undefined) return { kind: 'follow', follow: await followBy(db, actor, object) }
  const own = id === undefined ? undefined : uris.activityIdFrom(id)
  if (isFollow || (own && (await findActivity(db, own))?.kind === 'Follow'))
    return { kind: 'follow', follow: undefined }
  const wishes = id === undefined ? [] : await findApprovalsNamed(db, id)
  const wish = wishes.find(({ deciderId }) => deciderId === actor.id)
  return wish ? { kind: 'wish', wish } : { kind: 'other' }
}

async function followBy(db: Db, actor: Account, object: Json): Promise<Follow | undefined> {
  const [by, of] = isObject(object) ? [idOf(object.actor), idOf(object.object)] : []
  const follower = by !== undefined && of === actor.uri ? await findAccountByUri(db, by) : undefined
  return follower && findFollow(db, follower.id, actor.id)
}

async function answerFollow(posting: Posting, follow: Follow | undefined): Promise<Posted> {
  const { world, actor, type } = posting
  const pending = follow?.state === 'requested'
  if (follow?.followedId !== actor.id || (type === 'Accept' && !pending)) return refuse('act.not-pending')
  const settle = type === 'Accept' ? acceptFollow : rejectFollow
  const activityId = await speak(posting, { usual: true }, () => settle(world, follow))
  return { activityId: activityId ?? refuse('act.not-pending') }
}

async function answerWish(posting: Posting, wish: Approval): Promise<Posted> {
  const { world, tx, actor, type } = posting
  const asker = await findAccount(tx, wish.actorId)
  const also = asker ? [asker] : []
  const isPending = wish.state === 'pending'
  if (type === 'Reject' && wish.state === 'approved' && (wish.kind === 'reply' || wish.kind === 'quote')) {
    await revokeInteraction(world, actor, wish.kind, wish.uri)
    return give(posting, { also })
  }
  if (!isPending) refuse('act.not-pending')
  const settle = type === 'Accept' ? approveInteraction : rejectInteraction
  const activityId = await speak(posting, { usual: true }, () => settle(world, actor, wish.id))
  return activityId ? { activityId } : give(posting, { also })
}

/** Whoever asked is told, if it can be found out who that was. */
async function answerOther(posting: Posting): Promise<Posted> {
  const { known, tx, activity } = posting
  const id = idOf(activity.object) ?? ''
  const by = isObject(activity.object) ? idOf(activity.object.actor) : undefined
  const asker = known.accounts.get(id) ?? (by === undefined ? undefined : await findAccountByUri(tx, by))
  if (typeof activity.object === 'string' && !asker) refuse('act.not-pending')
  return give(posting, { also: asker ? [asker] : [] })
}

async function askForAsker({ parts, activity }: Asking): Promise<Partial<Known>> {
  const { object } = activity
  const id = idOf(object)
  if (id === undefined) return {}
  const { world, directory } = parts
  const own = world.uris.activityIdFrom(id)
  if (own) {
    const said = await findActivity(world.db, own)
    const by = said && (await findAccount(world.db, said.accountId))
    return { accounts: new Map(by ? [[id, by]] : []) }
  }
  if (world.uris.isOurs(id) || isObject(object)) return {}
  const found = await directory.activity(id).catch(() => undefined)
  const by = found === undefined || found === 'gone' ? undefined : idOf(found.actor)
  const asker = by === undefined ? undefined : await directory.findByUri(by).catch(() => undefined)
  return { accounts: new Map(asker ? [[id, asker]] : []) }
}
