import { Hashtag, Note } from '@fedify/fedify/vocab'
import { hashtagObject } from '../../translate/to-activity/lifecycle.ts'
import { noteObject } from '../../translate/to-activity/note.ts'
import { listFeaturedTags, listPinned } from '../../views/featured.ts'
import { findOwner } from './collections.ts'
import { exactly } from './exactly.ts'
import type { SurfaceParts } from './parts.ts'

/** Registers what an actor has on top of its profile: posts, whole, so that readers need not ask for each, and hashtags. */
export function registerFeatures(parts: SurfaceParts): void {
  const { federation, db, uris } = parts
  federation
    .setFeaturedDispatcher('/ap/actors/{identifier}/featured', async ({ data }, identifier) => {
      data.lasting = true
      const account = await findOwner(parts, identifier, data)
      if (!account) return null
      const posts = await listPinned(db, account.id, undefined)
      const items = posts.map((post) => exactly(new Note({ id: new URL(post.uri) }), noteObject(post, uris)))
      return { items }
    })
    .setCounter(async ({ data }, identifier) => {
      const account = await findOwner(parts, identifier, data)
      return account ? (await listPinned(db, account.id, undefined)).length : null
    })
  federation
    .setFeaturedTagsDispatcher('/ap/actors/{identifier}/tags', async ({ data }, identifier) => {
      data.lasting = true
      const account = await findOwner(parts, identifier, data)
      if (!account) return null
      const tags = await listFeaturedTags(db, account.id)
      const items = tags.map((tag) => exactly(new Hashtag({ name: tag.name }), hashtagObject(tag, uris)))
      return { items }
    })
    .setCounter(async ({ data }, identifier) => {
      const account = await findOwner(parts, identifier, data)
      return account ? (await listFeaturedTags(db, account.id)).length : null
    })
}
