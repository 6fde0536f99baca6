import { transact } from '../../db/transact.ts'
import type { Account } from '../accounts/account.ts'
import { blockedBetween } from '../blocks/find.ts'
import { enterPosts } from '../inboxes/enter.ts'
import { notifyMentioned } from '../notifications/notify.ts'
import type { World } from '../world.ts'
import { findPostsByUris } from './find.ts'
import type { Incoming } from './post.ts'
import { insertMentions } from './store.ts'

interface Arrived {
  readonly incoming: Incoming
  readonly author: Account
  readonly activityUri?: string | undefined
}

/** Everybody whom a post is for or names. */
export function peopleIn({ mentionUris, recipientUris, blindUris = [] }: Incoming): readonly string[] {
  return [...mentionUris, ...recipientUris, ...blindUris]
}

/** People here whom a post is for though nobody may know. */
export function blindIn(
  { blindUris = [] }: Incoming,
  accounts: ReadonlyMap<string, Account>,
  author: Account,
  named: readonly Account[] = [],
): readonly Account[] {
  const found = blindUris.flatMap((uri) => accounts.get(uri) ?? [])
  const isElse = ({ id, local }: Account) => local && id !== author.id && !named.some((one) => one.id === id)
  return [...new Map(found.filter(isElse).map((account) => [account.id, account])).values()]
}

/** A post that is here already came to others as well: each of them gets it, and nobody may know. */
export async function admitReaders(
  world: World,
  arrivals: readonly Arrived[],
  accounts: ReadonlyMap<string, Account>,
): Promise<void> {
  const concerned = arrivals.filter(({ incoming, author }) => blindIn(incoming, accounts, author).length > 0)
  if (concerned.length === 0) return
  const posts = await findPostsByUris(world.db, [...new Set(concerned.map(({ incoming }) => incoming.uri))])
  for (const { incoming, author, activityUri } of concerned) {
    const post = posts.get(incoming.uri)
    const blind = blindIn(incoming, accounts, author)
    if (!post || post.local || post.held || post.accountId !== author.id || blind.length === 0) continue
    const apart = await blockedBetween(
      world.db,
      author.id,
      blind.map(({ id }) => id),
    )
    const readers = blind.filter(({ id }) => !apart.has(id))
    if (readers.length === 0) continue
    await transact(world.db, async (tx) => {
      await insertMentions(
        tx,
        readers.map(({ id }) => ({ postId: post.id, accountId: id, silent: true, blind: true })),
      )
      const item = {
        kind: 'Create',
        postId: post.id,
        authorId: author.id,
        local: false,
        activityUri,
      } as const
      await enterPosts(world, tx, [item])
      await notifyMentioned(world, tx, [{ postId: post.id, authorId: author.id }])
    })
  }
}
