import { isOpen } from '../../base/visibility.ts'
import type { Account } from '../accounts/account.ts'
import { findAccountByUri } from '../accounts/find.ts'
import type { World } from '../world.ts'
import type { KnownPost } from './find.ts'

/**
 * The group in which a post was said, which must get answers to it as well: it is what hands them on to everybody there
 * (FEP-1b12, Lemmy). Undefined when there is none, or none that we know.
 */
export async function groupOf(
  world: Pick<World, 'db'>,
  post: Pick<KnownPost, 'audienceUri' | 'visibility'> | undefined,
): Promise<Account | undefined> {
  if (!post?.audienceUri || !isOpen(post.visibility)) return undefined
  const group = await findAccountByUri(world.db, post.audienceUri)
  return group?.kind === 'group' ? group : undefined
}
