import { isDeepStrictEqual } from 'node:util'
import type { Tx } from '../../db/transact.ts'
import type { Account } from '../accounts/account.ts'
import { reviseQuote } from '../quotes/attach.ts'
import { findQuote } from '../quotes/find.ts'
import type { World } from '../world.ts'
import { setPolicy } from './controls-store.ts'
import type { KnownPost } from './find.ts'
import type { PostParts } from './parts-find.ts'
import type { Incoming } from './post.ts'

/**
 * An Update from elsewhere may bring a quote its stamp, and let others do more or less with the post, without being an
 * edit for people to see.
 */
export async function receiveControls(
  world: World,
  tx: Tx,
  post: KnownPost,
  parts: PostParts,
  author: Account,
  incoming: Incoming,
): Promise<void> {
  const { id, uri, accountId } = post
  if (parts.hasQuote || (incoming.quote !== null && incoming.quote !== 'gone')) {
    const quoting = { id, uri, accountId, authorUri: author.uri }
    await reviseQuote(world, tx, await findQuote(tx, id), quoting, incoming.quote)
  }
  if (!isDeepStrictEqual(parts.policy, incoming.policy)) await setPolicy(tx, id, incoming.policy)
}
