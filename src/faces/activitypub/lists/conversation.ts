import type { PostId } from '../../../base/ids.ts'
import { listConversationPosts } from '../../../views/open-posts.ts'
import { countConversation, ownerOfConversation } from '../../../views/threads.ts'
import type { Reading } from '../../http/reading.ts'
import type { List } from './list.ts'
import { type ListParts, readerOf, textOf } from './source.ts'

/** As Mastodon has it. */
const PER_PAGE = 60

/**
 * The posts of a conversation (FEP-7888, FEP-f228), whose address is that of its oldest post, seen here or not; undefined
 * when there is none that this reader may see.
 */
export async function openConversation(
  { db, uris }: ListParts,
  id: PostId,
  reading: Reading,
): Promise<List | undefined> {
  const viewer = readerOf(reading)
  const [first] = await listConversationPosts(db, id, viewer, { limit: 1 })
  reading.public = true
  if (!first) return undefined
  // Of a conversation that began elsewhere we keep a list all the same, and it is only ours.
  const attributedTo = (await ownerOfConversation(db, id)) ?? uris.instanceActor
  return {
    id: uris.context(id),
    ordered: false,
    first: 'oldest',
    perPage: PER_PAGE,
    about: { attributedTo },
    count: viewer ? undefined : () => countConversation(db, id),
    async read(range) {
      const rows = await listConversationPosts(db, id, viewer, range)
      return rows.map(({ key, uri }) => ({ key, text: textOf(uri) }))
    },
  }
}
