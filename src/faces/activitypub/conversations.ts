import type { RequestContext } from '@fedify/fedify'
import { Object as ActivityPubObject, Note } from '@fedify/fedify/vocab'
import { type PostId, readId } from '../../base/ids.ts'
import { countConversation, listConversation, listReplies, ownerOfConversation } from '../../views/threads.ts'
import type { Page } from '../../views/view.ts'
import type { Reading } from '../http/fedify.ts'
import { FIRST_PAGE } from './collections.ts'
import { exactly } from './exactly.ts'
import { findPost } from './objects.ts'
import type { SurfaceParts } from './parts.ts'

const REPLIES_PER_PAGE = 40
/** As Mastodon has it. */
const CONVERSATION_PER_PAGE = 60

type Values = { readonly id: string }
type List = (options: { readonly after?: PostId; readonly limit: number }) => Promise<Page<string>>

/**
 * Registers what belongs to a post: its open replies, wherever they are from, for those who may see the post; and the open posts of a conversation (FEP-7888, FEP-f228), whose address is that of its oldest
 * post, seen here or not.
 */
export function registerConversations(parts: SurfaceParts): void {
  const { federation, db, uris } = parts
  const find = async ({ data }: RequestContext<Reading>, values: Values) => {
    const id = readId<PostId>(values.id)
    return id && findPost(parts, id, data)
  }

  federation
    .setCollectionDispatcher(
      'replies',
      ActivityPubObject,
      '/ap/posts/{id}/replies',
      async (context, values, cursor) => {
        const post = await find(context, values)
        return post
          ? readPage((options) => listReplies(db, post.id, options), cursor, context.data, REPLIES_PER_PAGE)
          : null
      },
    )
    .setFirstCursor(async (context, values) => begin(context.data, await find(context, values)))
    .setCounter(async (context, values) => (await find(context, values))?.counts.replies ?? null)

  federation
    .setCollectionDispatcher(
      'context',
      ActivityPubObject,
      '/ap/posts/{id}/context',
      async ({ data }, values, cursor) => {
        const id = readId<PostId>(values.id)
        const page =
          id &&
          (await readPage(
            (options) => listConversation(db, id, options),
            cursor,
            data,
            CONVERSATION_PER_PAGE,
          ))
        data.public = true
        return page && page.items.length > 0 ? page : null
      },
    )
    .setFirstCursor(async ({ data }, values) => {
      const id = readId<PostId>(values.id)
      const page = id && (await listConversation(db, id, { limit: 1 }))
      data.public = true
      // Of a conversation that began elsewhere we keep a list all the same, and it is only ours.
      data.attributedTo = (id && (await ownerOfConversation(db, id))) ?? uris.instanceActor
      return begin(data, page?.items[0])
    })
    .setCounter(async (_context, values) => {
      const id = readId<PostId>(values.id)
      return id === undefined ? null : countConversation(db, id)
    })
}

function begin(reading: Reading, found: unknown): string | null {
  reading.lasting = true
  return found === undefined ? null : FIRST_PAGE
}

/** A page of ids, oldest first, whose cursor is the last id of the page before; undefined for a cursor that is none. */
async function readPage(list: List, cursor: string | null, reading: Reading, limit: number) {
  const after = readId<PostId>(cursor ?? undefined)
  if (cursor !== FIRST_PAGE && after === undefined) return null
  reading.lasting = cursor === FIRST_PAGE
  const page = await list(after === undefined ? { limit } : { limit, after })
  const items = page.items.map((uri) => exactly(new Note({ id: new URL(uri) }), uri))
  return { items, nextCursor: page.next ?? null }
}
