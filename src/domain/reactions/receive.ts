import { isOpen } from '../../base/visibility.ts'
import type { Account } from '../accounts/account.ts'
import type { Permission } from '../policies/policy.ts'
import type { KnownBoost } from '../posts/boost-find.ts'
import { findVisible, type KnownPost } from '../posts/find.ts'
import type { World } from '../world.ts'
import { type Gathered, gather, type ReactionArrival } from './gather.ts'
import { isApproved, permissionsFor, seekLeave } from './leave.ts'
import { createLedger, type Ledger } from './ledger.ts'
import { type IncomingReaction, type KnownReaction, MOST_EMOJI, type ReactionKey } from './reaction.ts'
import { settle } from './settle.ts'

/**
 * What became of a reaction from elsewhere; not one of these is an error.
 * - `unknown post`: a boost of a post that is not known, by somebody who is followed here: its own server may be asked
 * - `unrelated`: it concerns nobody and nothing here
 * - `hidden`: of a post that its sender cannot have seen (S-053, S-091), or may not boost (S-088)
 * - `refused`: the author of the post lets others do it; `held`: it waits for them
 */
export type ReactionOutcome =
  | 'added'
  | 'known'
  | 'removed'
  | 'undone'
  | 'remembered'
  | 'nothing'
  | 'unknown post'
  | 'unrelated'
  | 'hidden'
  | 'too many'
  | 'refused'
  | 'held'

/**
 * Takes likes, emoji reactions, boosts and their Undos from elsewhere, one or a hundred, in a fixed number of queries and
 * one transaction. However often and in whatever order they come, what stands in the end is the same.
 */
export async function receiveReactions(
  world: World,
  arrivals: readonly ReactionArrival[],
): Promise<ReactionOutcome[]> {
  if (arrivals.length === 0) return []
  const gathered = await gather(world, arrivals)
  const ledger = createLedger(
    [...gathered.reactions.map(standingOf), ...gathered.boosts.map(standingOf)],
    gathered.echoes,
  )
  const permissions = await permissionsFor(
    world,
    arrivals.map((arrival) => ({ ...arrival, post: targetOf(gathered, arrival) })),
  )
  const outcomes: ReactionOutcome[] = []
  for (const [index, arrival] of arrivals.entries())
    outcomes.push(await enter(world, ledger, gathered, arrival, permissions[index]))
  await settle(world, ledger, gathered, arrivals)
  for (const [index, arrival] of arrivals.entries())
    await seekLeave(world, arrival, targetOf(gathered, arrival), outcomes[index], permissions[index])
  return outcomes
}

function targetOf({ posts }: Gathered, { incoming }: ReactionArrival): KnownPost | undefined {
  return incoming.kind === 'undo' ? undefined : posts.get(incoming.postUri)
}

const standingOf = (known: KnownReaction | KnownBoost) => ({ key: keyOf(known), uri: known.uri })

function keyOf(known: KnownReaction | KnownBoost): ReactionKey {
  const { accountId, postId } = known
  return 'emoji' in known
    ? { accountId, postId, kind: 'like', emoji: known.emoji }
    : { accountId, postId, kind: 'boost', emoji: null }
}

async function enter(
  world: World,
  ledger: Ledger,
  gathered: Gathered,
  { incoming, actor }: ReactionArrival,
  permission: Permission | undefined,
): Promise<ReactionOutcome> {
  if (actor.local) return 'unrelated'
  // Whoever is suspended may still take back.
  if (incoming.kind === 'undo') {
    return ledger.undo(actor.id, incoming.uri, meantBy(ledger, gathered, incoming, actor))
  }
  if (actor.suspended) return 'unrelated'
  const post = gathered.posts.get(incoming.postUri)
  const verdict = await judge(world, gathered, incoming, actor, post)
  if (verdict !== undefined || !post) return verdict ?? 'unrelated'
  if (permission === 'refused') return 'refused'
  if (permission === 'ask' && !(await isApproved(world, incoming, actor, post))) return 'held'
  const emoji = incoming.kind === 'like' ? (incoming.emoji?.emoji ?? null) : null
  const key: ReactionKey = { accountId: actor.id, postId: post.id, kind: incoming.kind, emoji }
  const theirs = emoji === null ? [] : ledger.keysOf(key)
  const isNew = !theirs.some((one) => one.emoji === emoji)
  if (isNew && theirs.length >= MOST_EMOJI) return 'too many'
  return ledger.add(key, incoming.uri)
}

/** What an Undo takes back when nobody knows its id: a like that was never one may have been an emoji. */
function meantBy(
  ledger: Ledger,
  { posts }: Gathered,
  { of }: Extract<IncomingReaction, { kind: 'undo' }>,
  actor: Account,
): readonly ReactionKey[] {
  const post = of && posts.get(of.postUri)
  if (!post) return []
  const key = { accountId: actor.id, postId: post.id, kind: of.kind, emoji: of.emoji?.emoji ?? null }
  if (key.kind === 'boost' || key.emoji !== null) return [key]
  const theirs = ledger.keysOf(key)
  return theirs.some(({ emoji }) => emoji === null) ? [key] : theirs
}

/** Why a reaction has no effect; undefined when it has. */
async function judge(
  world: World,
  { followed, apart }: Gathered,
  incoming: Exclude<IncomingReaction, { kind: 'undo' }>,
  actor: Account,
  post: KnownPost | undefined,
): Promise<ReactionOutcome | undefined> {
  const isBoost = incoming.kind === 'boost'
  const isHeard = followed.has(actor.id)
  if (!post) return isBoost && isHeard && !world.uris.isOurs(incoming.postUri) ? 'unknown post' : 'unrelated'
  if (isBoost && !isHeard && !post.local) return 'unrelated'
  if (apart(actor.id, post.accountId)) return 'hidden'
  if (isOpen(post.visibility)) return undefined
  if (isBoost) return post.visibility === 'followers' && post.accountId === actor.id ? undefined : 'hidden'
  return (await findVisible(world.db, post.id, { accountId: actor.id })) ? undefined : 'hidden'
}
