import type { RequestContext } from '@fedify/fedify'
import { Object as ActivityPubObject, Note } from '@fedify/fedify/vocab'
import { type PostId, readId } from '../../base/ids.ts'
import { isOpen } from '../../base/visibility.ts'
import { listBoostUris, listLikers, type ReactionPageOptions } from '../../views/reactions.ts'
import type { Page, PostView } from '../../views/view.ts'
import type { Reading } from '../http/fedify.ts'
import { FIRST_PAGE } from './collections.ts'
import { exactly } from './exactly.ts'
import { findPost } from './objects.ts'
import type { SurfaceParts } from './parts.ts'

const PER_PAGE = 40

interface Kind {
  readonly name: 'likes' | 'shares'
  readonly count: (post: PostView) => number
  readonly list: (parts: SurfaceParts, id: PostId, options: ReactionPageOptions) => Promise<Page<string>>
}

const kinds: readonly Kind[] = [
  {
    name: 'likes',
    count: (post) => post.counts.likes,
    async list({ db }, id, options) {
      const { items, ...page } = await listLikers(db, id, options)
      return { ...page, items: items.map(({ uri }) => uri) }
    },
  },
  {
    name: 'shares',
    count: (post) => post.counts.boosts,
    list: ({ db }, id, options) => listBoostUris(db, id, undefined, options),
  },
]

/**
 * Registers who likes a post of ours, as ids of actors, and its boosts, as ids of Announces: how many, for everyone who
 * may see the post; and one by one, latest first, where everyone may.
 */
export function registerReactions(parts: SurfaceParts): void {
  const { federation } = parts
  for (const { name, count, list } of kinds) {
    federation
      .setCollectionDispatcher(
        name,
        ActivityPubObject,
        `/ap/posts/{id}/${name}`,
        async (context, values, cursor) => {
          const post = await find(parts, context, values)
          const maxId = readId(cursor ?? undefined)
          if (!post || (cursor !== FIRST_PAGE && maxId === undefined)) return null
          context.data.lasting = cursor === FIRST_PAGE
          if (!isOpen(post.visibility)) return { items: [], nextCursor: null }
          const options = { limit: PER_PAGE, ...(maxId === undefined ? {} : { maxId }) }
          const { items, next } = await list(parts, post.id, options)
          return {
            items: items.map((uri) => exactly(new Note({ id: new URL(uri) }), uri)),
            nextCursor: next ?? null,
          }
        },
      )
      .setFirstCursor(async (context, values) => {
        context.data.lasting = true
        return (await find(parts, context, values)) ? FIRST_PAGE : null
      })
      .setCounter(async (context, values) => {
        const post = await find(parts, context, values)
        return post ? count(post) : null
      })
  }
}

async function find(
  parts: SurfaceParts,
  { data }: RequestContext<Reading>,
  values: { readonly id: string },
): Promise<PostView | undefined> {
  const id = readId<PostId>(values.id)
  return id && findPost(parts, id, data)
}
