import type { PostId } from '../../base/ids.ts'
import type { Tx } from '../../db/transact.ts'
import type { NamedAudience } from './post.ts'
import { insertMentions, nameMentions, silenceMentions } from './store.ts'

/**
 * Lets more people read a post of ours. It names those that it names now and no others; whoever nobody was to know of, and
 * is named now, is known from now on.
 */
export async function addReaders(
  tx: Tx,
  postId: PostId,
  { named, silent, blind }: NamedAudience,
): Promise<void> {
  const names = named.map(({ id }) => id)
  await insertMentions(tx, [
    ...named.map(({ id }) => ({ postId, accountId: id })),
    ...silent.map(({ id }) => ({ postId, accountId: id, silent: true })),
    ...blind.map(({ id }) => ({ postId, accountId: id, silent: true, blind: true })),
  ])
  await nameMentions(tx, postId, names)
  await silenceMentions(tx, postId, [...names, ...blind.map(({ id }) => id)])
}
