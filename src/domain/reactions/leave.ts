import type { PostId, ReactionId } from '../../base/ids.ts'
import type { Visibility } from '../../base/visibility.ts'
import { type Tx, transact } from '../../db/transact.ts'
import type { Account, LocalAccount } from '../accounts/account.ts'
import { askApproval, grantApproval, type Wanted, withdrawWishes } from '../policies/ask.ts'
import { type Approval, findApprovalOf, findPendingOf } from '../policies/find.ts'
import { judgePermissions } from '../policies/judge.ts'
import type { Permission } from '../policies/policy.ts'
import { addBoosts } from '../posts/boosts.ts'
import { findPostsByIds, type KnownPost } from '../posts/find.ts'
import type { World } from '../world.ts'
import { findReactionsByPairs } from './find.ts'
import { type Emoji, type IncomingReaction, MOST_EMOJI } from './reaction.ts'
import { addReactions } from './reactions.ts'

/** A like, an emoji reaction or a boost while it waits for the author of the post. */
export type Waiting =
  | { readonly kind: 'like'; readonly emoji: Emoji | null }
  | { readonly kind: 'boost'; readonly visibility: Visibility; readonly publishedAt: string }

export const interactionOf = (kind: 'like' | 'boost'): 'like' | 'announce' =>
  kind === 'like' ? 'like' : 'announce'

type Done = Exclude<IncomingReaction, { kind: 'undo' }>

export function waitingFrom(incoming: Done, now: Date): Waiting {
  return incoming.kind === 'like'
    ? { kind: 'like', emoji: incoming.emoji }
    : {
        kind: 'boost',
        visibility: incoming.visibility,
        publishedAt: (incoming.publishedAt ?? now).toISOString(),
      }
}

/** What the author of a post lets each of these do, where it is a post of ours; in their order. */
export async function permissionsFor(
  world: World,
  reactions: readonly {
    readonly incoming: IncomingReaction
    readonly actor: Pick<Account, 'id'>
    readonly post: KnownPost | undefined
  }[],
): Promise<(Permission | undefined)[]> {
  const wishes = reactions.map(({ incoming, actor, post }) =>
    incoming.kind === 'undo' || !post?.local
      ? undefined
      : { kind: interactionOf(incoming.kind), actorId: actor.id, targetId: post.id },
  )
  const judged = await judgePermissions(
    world.db,
    wishes.filter((wish) => wish !== undefined),
  )
  let next = 0
  return wishes.map((wish) => (wish === undefined ? undefined : judged[next++]))
}

/** Whether the author of the post has allowed that very one, of that very post. */
export async function isApproved(
  world: World,
  incoming: Done,
  actor: Pick<Account, 'id'>,
  post: Pick<KnownPost, 'id'>,
): Promise<boolean> {
  const known = await findApprovalOf(world.db, interactionOf(incoming.kind), incoming.uri, post.id)
  return known?.state === 'approved' && known.actorId === actor.id
}

/**
 * What a reaction from elsewhere still needs: one that is held is put before the author of the post; one whose actor
 * only our own server knows to be a follower gets its word, for all others to believe it; one that is taken back waits
 * no longer.
 */
export async function seekLeave(
  world: World,
  { incoming, actor }: { readonly incoming: IncomingReaction; readonly actor: Account },
  target: KnownPost | undefined,
  outcome: string | undefined,
  permission: Permission | undefined,
): Promise<void> {
  if (incoming.kind === 'undo') {
    const { uri } = incoming
    if (uri !== undefined) await transact(world.db, (tx) => withdrawWishes(tx, actor.id, uri))
    return
  }
  if (!target) return
  const wanted: Wanted = { kind: interactionOf(incoming.kind), actor, target, uri: incoming.uri }
  const body = JSON.stringify(waitingFrom(incoming, world.clock.now()))
  if (outcome === 'held') await transact(world.db, (tx) => askApproval(world, tx, { ...wanted, body }))
  if (permission === 'member' && (outcome === 'added' || outcome === 'known'))
    await transact(world.db, (tx) => grantApproval(world, tx, wanted))
}

/** A like or boost that waited is allowed: it is done now. */
export async function carryOutReaction(world: World, tx: Tx, approval: Approval): Promise<void> {
  const post = (await findPostsByIds(tx, [approval.targetId])).get(approval.targetId)
  if (!post || approval.body === null) return
  const waiting = JSON.parse(approval.body) as Waiting
  const { actorId: accountId, actorLocal: accountLocal, uri } = approval
  if (waiting.kind === 'like') {
    const { emoji } = waiting
    const theirs =
      emoji && !accountLocal ? await findReactionsByPairs(tx, [{ accountId, postId: post.id }]) : []
    if (theirs.length >= MOST_EMOJI) return
    const reaction = {
      id: world.ids.next<ReactionId>(),
      uri,
      accountId,
      postId: post.id,
      emoji: emoji?.emoji ?? null,
      emojiUrl: emoji?.url ?? null,
    }
    await addReactions(world, tx, [{ reaction, accountLocal, post }])
    return
  }
  const now = world.clock.now()
  const own = accountLocal ? (world.uris.activityIdFrom(uri) as string | undefined) : undefined
  const boost = {
    id: (own as PostId | undefined) ?? world.ids.next<PostId>(),
    uri,
    accountId,
    accountLocal,
    postId: post.id,
    visibility: waiting.visibility,
    publishedAt: accountLocal ? now : new Date(waiting.publishedAt),
    receivedAt: now,
  }
  await addBoosts(world, tx, [{ boost, post }])
}

/** Somebody here asks the author of a post; to ask again while that waits changes nothing. */
export async function askToReact(
  world: World,
  account: LocalAccount,
  post: KnownPost,
  uri: string,
  waiting: Waiting,
): Promise<void> {
  const kind = interactionOf(waiting.kind)
  await transact(world.db, async (tx) => {
    if (await findPendingOf(tx, kind, account.id, post.id)) return
    const body = JSON.stringify(waiting)
    await askApproval(world, tx, { kind, actor: account, target: post, uri, body })
  })
}

/** They no longer want to do what they asked for; @returns false when they had not. */
export async function stopAsking(
  tx: Tx,
  kind: 'like' | 'announce',
  account: LocalAccount,
  post: KnownPost,
): Promise<boolean> {
  const pending = await findPendingOf(tx, kind, account.id, post.id)
  return pending !== undefined && (await withdrawWishes(tx, account.id, pending.uri)) > 0
}
