import type { AccountId, PostId } from '../../base/ids.ts'
import type { Account } from '../accounts/account.ts'
import { findApart } from '../blocks/find.ts'
import { followedHere } from '../follows/find.ts'
import { findBoostsByPairs, findBoostsByUris, type KnownBoost } from '../posts/boost-find.ts'
import { findPostsByIds, findPostsByUris, type KnownPost } from '../posts/find.ts'
import type { World } from '../world.ts'
import { findEchoes, findReactionsByPairs, findReactionsByUris, type Pair } from './find.ts'
import type { Echo, IncomingReaction, KnownReaction } from './reaction.ts'

/** One thing that somebody elsewhere did to a post, or took back. */
export interface ReactionArrival {
  readonly incoming: IncomingReaction
  /** already known to be whose hand it is */
  readonly actor: Account
}

/** All that a batch of reactions touches, as it stands before. */
export interface Gathered {
  /** the posts that are reacted to, by the id that was named; of a boost, what it shows again */
  readonly posts: ReadonlyMap<string, KnownPost>
  /** the same, and those of which something is taken back, by their own ids */
  readonly postsById: ReadonlyMap<PostId, KnownPost>
  readonly reactions: readonly KnownReaction[]
  readonly boosts: readonly KnownBoost[]
  readonly echoes: readonly Echo[]
  /** those of the actors whom somebody here follows */
  readonly followed: ReadonlySet<AccountId>
  /** whether an actor and an author are kept apart by a block */
  readonly apart: (one: AccountId, other: AccountId) => boolean
}

/** Reads it all in a fixed number of queries, whatever the number of arrivals. */
export async function gather(world: World, arrivals: readonly ReactionArrival[]): Promise<Gathered> {
  const { db } = world
  const undone = arrivals.flatMap(({ incoming }) =>
    incoming.kind === 'undo' && incoming.uri !== undefined ? [incoming.uri] : [],
  )
  const boosters = arrivals.flatMap(({ incoming, actor }) => (incoming.kind === 'boost' ? [actor.id] : []))
  const [posts, undoneReactions, undoneBoosts, followed] = await Promise.all([
    findOriginals(world, arrivals),
    findReactionsByUris(db, undone),
    findBoostsByUris(db, undone),
    followedHere(db, [...new Set(boosters)]),
  ])
  const pairs = pairsOf([
    ...arrivals.flatMap(({ incoming, actor }) => pairOf(posts, incoming, actor)),
    ...undoneReactions,
    ...undoneBoosts,
  ])
  const named = arrivals.flatMap(({ incoming: { uri }, actor }) =>
    uri === undefined ? [] : [{ accountId: actor.id, uri }],
  )
  const [reactions, boosts, echoes, apart] = await Promise.all([
    findReactionsByPairs(db, pairs),
    findBoostsByPairs(db, pairs),
    findEchoes(db, named, pairs),
    findApart(
      db,
      arrivals.flatMap(({ incoming, actor }) => authorOf(posts, incoming, actor)),
    ),
  ])
  const all = await withTaken(world, echoes)
  const postsById = await withOthers(world, posts, [...reactions, ...keysIn(all)])
  return { posts, postsById, reactions, boosts, echoes: all, followed, apart }
}

async function findOriginals(
  world: World,
  arrivals: readonly ReactionArrival[],
): Promise<ReadonlyMap<string, KnownPost>> {
  const uris = arrivals.flatMap(({ incoming }) =>
    incoming.kind === 'undo' ? (incoming.of?.postUri ?? []) : incoming.postUri,
  )
  const found = await findPostsByUris(world.db, [...new Set(uris)])
  const boosted = [...found.values()].flatMap(({ boostOfId }) => boostOfId ?? [])
  if (boosted.length === 0) return found
  const originals = await findPostsByIds(world.db, boosted)
  return new Map(
    [...found].flatMap(([uri, post]) => {
      const meant = post.boostOfId === null ? post : originals.get(post.boostOfId)
      return meant ? [[uri, meant] as const] : []
    }),
  )
}

function pairOf(posts: Gathered['posts'], incoming: IncomingReaction, actor: Account): Pair[] {
  const uri = incoming.kind === 'undo' ? incoming.of?.postUri : incoming.postUri
  const post = uri === undefined ? undefined : posts.get(uri)
  return post ? [{ accountId: actor.id, postId: post.id }] : []
}

function authorOf(
  posts: Gathered['posts'],
  incoming: IncomingReaction,
  actor: Account,
): (readonly [AccountId, AccountId])[] {
  const post = incoming.kind === 'undo' ? undefined : posts.get(incoming.postUri)
  return post ? [[actor.id, post.accountId]] : []
}

function pairsOf(all: readonly Pair[]): Pair[] {
  return [
    ...new Map(
      all.map(({ accountId, postId }) => [`${accountId} ${postId}`, { accountId, postId }]),
    ).values(),
  ]
}

/** What was taken in the name of an id is needed beside it: it may come back. */
async function withTaken(world: World, echoes: readonly Echo[]): Promise<readonly Echo[]> {
  const named = echoes.flatMap((echo) =>
    echo.state === 'undone' ? echo.took.map((uri) => ({ accountId: echo.accountId, uri })) : [],
  )
  if (named.length === 0) return echoes
  const all = [...echoes, ...(await findEchoes(world.db, named, []))]
  return [...new Map(all.map((echo) => [`${echo.accountId} ${echo.uri}`, echo])).values()]
}

const keysIn = (echoes: readonly Echo[]) =>
  echoes.flatMap((echo) => (echo.state === 'taken' ? [echo.key] : []))

async function withOthers(
  world: World,
  posts: Gathered['posts'],
  touched: readonly Pair[],
): Promise<ReadonlyMap<PostId, KnownPost>> {
  const known = new Map([...posts.values()].map((post) => [post.id, post]))
  const others = touched.flatMap(({ postId }) => (known.has(postId) ? [] : [postId]))
  if (others.length === 0) return known
  return new Map([...known, ...(await findPostsByIds(world.db, others))])
}
