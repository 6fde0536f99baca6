import type { Tx } from '../../db/transact.ts'
import type { Account } from '../accounts/account.ts'
import { reviseQuote } from '../quotes/attach.ts'
import { findQuote } from '../quotes/find.ts'
import type { World } from '../world.ts'
import { setPolicy } from './controls-store.ts'
import type { KnownPost } from './find.ts'
import type { Incoming } from './post.ts'

/**
 * An Update from elsewhere may bring a quote its stamp, and let others do more or less with the post, without being an
 * edit for people to see.
 */
export async function receiveControls(
  world: World,
  tx: Tx,
  post: KnownPost,
  author: Account,
  incoming: Incoming,
): Promise<void> {
  const { id, uri, accountId } = post
  await reviseQuote(
    world,
    tx,
    await findQuote(tx, id),
    { id, uri, accountId, authorUri: author.uri },
    incoming.quote,
  )
  await setPolicy(tx, id, incoming.policy)
}
