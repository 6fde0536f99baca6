import type { ActivityId, PostId } from '../../base/ids.ts'
import { type Tx, transact } from '../../db/transact.ts'
import { handlesIn } from '../../text/tokens.ts'
import type { LocalAccount } from '../accounts/account.ts'
import { knownDirectory } from '../accounts/known.ts'
import { claimOnce, findOnce, keepOnce, type OnceOnly } from '../activities/once.ts'
import type { World } from '../world.ts'
import { findMentioned } from './compose.ts'
import type { Draft } from './post.ts'
import { type Published, publish } from './publish.ts'

/** Publishes a post once, however often the same request for it comes. */
export async function publishOnce(
  world: World,
  author: LocalAccount,
  draft: Draft,
  once: OnceOnly | undefined,
): Promise<Published> {
  if (!once) return publish(world, author, draft)
  const earlier = await findOnce(world.db, once)
  // Of a post its own id is kept: nothing else of it is known as soon.
  if (earlier) return { id: earlier as string as PostId }
  await findMentioned(world, handlesIn(draft.text))
  return transact(world.db, async (tx) => {
    const done = await claimOnce(tx, once)
    if (done) return { id: done as string as PostId }
    const published = await publish(within(world, tx), author, draft)
    await keepOnce(world, tx, once, published.id as string as ActivityId)
    return published
  })
}

/** The same world within a transaction; whoever a draft names has to have been looked for before. */
export function within(world: World, tx: Tx): World {
  return { ...world, db: tx, directory: knownDirectory(tx, world.uris.handleHost) }
}
