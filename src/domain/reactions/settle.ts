import { clampPublished, idFromPublished, type PostId, type ReactionId } from '../../base/ids.ts'
import { type Tx, transact } from '../../db/transact.ts'
import { renameBoost } from '../posts/boost-store.ts'
import { addBoosts, type BoostOf, removeBoosts } from '../posts/boosts.ts'
import { idsTaken } from '../posts/incoming-store.ts'
import type { World } from '../world.ts'
import type { Gathered, ReactionArrival } from './gather.ts'
import type { Change, Ledger } from './ledger.ts'
import type { IncomingReaction } from './reaction.ts'
import { addReactions, type ReactionTo, removeReactions } from './reactions.ts'
import { deleteEchoes, type NewReaction, putEchoes, renameReaction } from './store.ts'

type IncomingBoost = Extract<IncomingReaction, { kind: 'boost' }>

/** Stores what a ledger has changed, in one transaction. */
export async function settle(
  world: World,
  ledger: Ledger,
  gathered: Gathered,
  arrivals: readonly ReactionArrival[],
): Promise<void> {
  const changes = ledger.changes()
  const { put, forget } = ledger.echoes()
  if (changes.length === 0 && put.length === 0 && forget.length === 0) return
  const boosts = await newBoosts(world, gathered, changes, arrivals)
  const likes = newReactions(world, gathered, changes, arrivals)
  await transact(world.db, async (tx) => {
    await settleReactions(world, tx, gathered, changes)
    await addReactions(world, tx, likes)
    await settleBoosts(world, tx, gathered, changes)
    await addBoosts(world, tx, boosts)
    await deleteEchoes(tx, forget)
    await putEchoes(tx, put, world.clock.now())
  })
}

/** Those that were in force: taken back, or in force by another id now. */
async function settleReactions(
  world: World,
  tx: Tx,
  { reactions, postsById }: Gathered,
  changes: readonly Change[],
): Promise<void> {
  const removing: ReactionTo[] = []
  for (const { key, before, now } of changes) {
    if (key.kind !== 'like' || before === null) continue
    const reaction = reactions.find(
      (one) => one.accountId === key.accountId && one.postId === key.postId && one.emoji === key.emoji,
    )
    const post = postsById.get(key.postId)
    if (reaction && now !== null) await renameReaction(tx, reaction, now)
    else if (reaction && post) removing.push({ reaction, post, accountLocal: false })
  }
  await removeReactions(world, tx, removing)
}

async function settleBoosts(
  world: World,
  tx: Tx,
  { boosts }: Gathered,
  changes: readonly Change[],
): Promise<void> {
  const removing = []
  for (const { key, before, now } of changes) {
    if (key.kind !== 'boost' || before === null) continue
    const boost = boosts.find((one) => one.accountId === key.accountId && one.postId === key.postId)
    if (boost && now !== null) await renameBoost(tx, boost.id, now)
    else if (boost) removing.push(boost)
  }
  await removeBoosts(world, tx, removing)
}

function newReactions(
  world: World,
  { postsById }: Gathered,
  changes: readonly Change[],
  arrivals: readonly ReactionArrival[],
): ReactionTo<NewReaction>[] {
  return changes.flatMap(({ key: { kind, ...key }, before, now }) => {
    const post = postsById.get(key.postId)
    if (kind !== 'like' || before !== null || now === null || !post) return []
    const emojiUrl = pictureOf(arrivals, key.emoji)
    const reaction = { id: world.ids.next<ReactionId>(), uri: now, ...key, emojiUrl }
    return [{ reaction, post, accountLocal: false }]
  })
}

/** A custom emoji has its host in its name, so whoever of the batch names it means the same picture. */
function pictureOf(arrivals: readonly ReactionArrival[], emoji: string | null): string | null {
  if (emoji === null) return null
  for (const { incoming } of arrivals) {
    if (incoming.kind === 'like' && incoming.emoji?.emoji === emoji) return incoming.emoji.url
  }
  return null
}

async function newBoosts(
  world: World,
  { posts, postsById }: Gathered,
  changes: readonly Change[],
  arrivals: readonly ReactionArrival[],
): Promise<BoostOf[]> {
  const now = world.clock.now()
  const made = changes.flatMap(({ key, before, now: uri }) => {
    const post = postsById.get(key.postId)
    if (key.kind !== 'boost' || before !== null || uri === null || !post) return []
    const said = arrivals.find(
      ({ incoming, actor }) =>
        incoming.kind === 'boost' &&
        actor.id === key.accountId &&
        posts.get(incoming.postUri)?.id === post.id,
    )?.incoming as IncomingBoost | undefined
    return said ? [{ uri, post, said, accountId: key.accountId }] : []
  })
  const candidates = made.map(({ uri, said }) => candidatesFor(uri, said, now))
  const taken = await idsTaken(world.db, candidates.flat())
  return made.map(({ uri, post, said, accountId }, index): BoostOf => {
    const id = (candidates[index] ?? []).find((one) => !taken.has(one)) ?? world.ids.next<PostId>()
    taken.add(id)
    const publishedAt = clampPublished(said.publishedAt, now)
    const boost = { id, uri, accountId, accountLocal: false, postId: post.id, visibility: said.visibility }
    return { boost: { ...boost, publishedAt, receivedAt: now }, post }
  })
}

/** Two uris of one second may fall on one id; whoever comes later takes the next that its own hash offers. */
function candidatesFor(uri: string, { publishedAt }: IncomingBoost, now: Date): PostId[] {
  const at = clampPublished(publishedAt, now)
  return [0, 1, 2, 3].map((attempt) => idFromPublished(at, uri, now, attempt))
}
