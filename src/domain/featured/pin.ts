import type { PostId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import { isOpen } from '../../base/visibility.ts'
import { transact } from '../../db/transact.ts'
import { record } from '../../facts/record.ts'
import type { Account, LocalAccount } from '../accounts/account.ts'
import { lockAccount } from '../accounts/store.ts'
import { findPostByUri, findPostsByUris, findVisible, type KnownPost } from '../posts/find.ts'
import type { World } from '../world.ts'
import { countPins } from './find.ts'
import { deletePin, insertPin, replacePins } from './store.ts'

/** As many as Mastodon allows. */
export const MOST_PINS = 5
/** Others may allow more; so many of theirs are kept. */
export const MOST_PINS_AFAR = 20

/** Puts an open post of one's own on top of one's profile, and tells everyone; pinning it again changes nothing. */
export async function pinPost(world: World, author: LocalAccount, id: PostId): Promise<void> {
  await transact(world.db, async (tx) => {
    await lockAccount(tx, author.id)
    const post = await findVisible(tx, id, { accountId: author.id })
    if (!post) refuse('post.not-found')
    if (post.accountId !== author.id) refuse('post.not-yours')
    if (!isPinnable(post)) refuse('pin.not-open')
    if (!(await insertPin(tx, author.id, id, world.clock.now()))) return
    if ((await countPins(tx, author.id)) > MOST_PINS) refuse('pin.too-many', { most: MOST_PINS })
    await record(world, tx, { type: 'post.pinned', postId: id, uri: post.uri, authorId: author.id })
  })
}

export async function unpinPost(world: World, author: LocalAccount, id: PostId): Promise<void> {
  await transact(world.db, async (tx) => {
    const post = await findVisible(tx, id, { accountId: author.id })
    if (!post) refuse('post.not-found')
    if (!(await deletePin(tx, author.id, id))) refuse('pin.not-pinned')
    await record(world, tx, { type: 'post.unpinned', postId: id, uri: post.uri, authorId: author.id })
  })
}

/**
 * Somebody elsewhere has pinned a post of theirs.
 * @returns `unknown` when the post is not known here
 */
export async function receivePin(
  world: World,
  author: Account,
  uri: string,
): Promise<'pinned' | 'unknown' | 'not theirs'> {
  return transact(world.db, async (tx) => {
    const post = await findPostByUri(tx, uri)
    if (!post) return 'unknown'
    if (post.accountId !== author.id || !isPinnable(post)) return 'not theirs'
    await lockAccount(tx, author.id)
    if ((await countPins(tx, author.id)) < MOST_PINS_AFAR)
      await insertPin(tx, author.id, post.id, world.clock.now())
    return 'pinned'
  })
}

export async function receiveUnpin(
  world: World,
  author: Account,
  uri: string,
): Promise<'unpinned' | 'unknown'> {
  return transact(world.db, async (tx) => {
    const post = await findPostByUri(tx, uri)
    const was = post !== undefined && (await deletePin(tx, author.id, post.id))
    return was ? 'unpinned' : 'unknown'
  })
}

/** What somebody elsewhere has pinned, as their own list has it: exactly these are, as far as they are known here. */
export async function receivePins(world: World, author: Account, uris: readonly string[]): Promise<void> {
  await transact(world.db, async (tx) => {
    await lockAccount(tx, author.id)
    const posts = await findPostsByUris(tx, uris)
    const pinned = uris
      .map((uri) => posts.get(uri))
      .filter((post) => post !== undefined)
      .filter((post) => isPinnable(post) && isOf(post, author))
    await replacePins(
      tx,
      author.id,
      [...new Set(pinned.map((post) => post.id))].slice(0, MOST_PINS_AFAR),
      world.clock.now(),
    )
  })
}

/** Their own; of a group, what was said in it. */
function isOf(post: KnownPost, { id, kind, uri }: Account): boolean {
  return post.accountId === id || (kind === 'group' && post.audienceUri === uri)
}

function isPinnable(post: KnownPost): boolean {
  return isOpen(post.visibility) && post.boostOfId === null
}
