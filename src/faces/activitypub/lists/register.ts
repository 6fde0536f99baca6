import { Object as ActivityPubObject } from '@fedify/fedify/vocab'
import type { Reading } from '../../http/reading.ts'
import type { SurfaceParts } from '../parts.ts'
import { answerList } from './answer.ts'
import { FIRST_PAGE } from './list.ts'

interface Asked {
  readonly data: Reading
}
type Found = { readonly items: readonly never[] } | null

/**
 * Registers the lists that other servers read. Fedify is asked whether they are there and leads to them; what they say is
 * in the reading, as we wrote it, so to Fedify they are empty.
 */
export function registerLists(parts: SurfaceParts): void {
  const { federation } = parts

  const read = async (path: string, { data }: Asked, cursor: string | null): Promise<Found> => {
    const key = cursor === null ? path : `${path}?cursor=${encodeURIComponent(cursor)}`
    return (await answerList(parts, key, data)) ? { items: [] } : null
  }
  const ofActor = (name: string) => ({
    page: (asked: Asked, id: string, cursor: string | null) =>
      read(`/ap/actors/${id}/${name}`, asked, cursor),
    begin: async (asked: Asked, id: string) =>
      (await read(`/ap/actors/${id}/${name}`, asked, null)) && FIRST_PAGE,
  })

  const outbox = ofActor('outbox')
  federation.setOutboxDispatcher('/ap/actors/{identifier}/outbox', outbox.page).setFirstCursor(outbox.begin)
  const followers = ofActor('followers')
  federation
    .setFollowersDispatcher('/ap/actors/{identifier}/followers', followers.page)
    .setFirstCursor(followers.begin)
  const following = ofActor('following')
  federation
    .setFollowingDispatcher('/ap/actors/{identifier}/following', following.page)
    .setFirstCursor(following.begin)
  const liked = ofActor('liked')
  federation.setLikedDispatcher('/ap/actors/{identifier}/liked', liked.page).setFirstCursor(liked.begin)
  const featured = ofActor('featured')
  federation
    .setFeaturedDispatcher('/ap/actors/{identifier}/featured', featured.page)
    .setFirstCursor(featured.begin)
  const tags = ofActor('tags')
  federation.setFeaturedTagsDispatcher('/ap/actors/{identifier}/tags', tags.page).setFirstCursor(tags.begin)

  const ofThing = (name: string, path: `${string}{id}${string}`) => {
    const at = (id: string) => path.replace('{id}', id)
    federation
      .setCollectionDispatcher(name, ActivityPubObject, path, (asked, { id }, cursor) =>
        read(at(id), asked, cursor),
      )
      .setFirstCursor(async (asked, { id }) => (await read(at(id), asked, null)) && FIRST_PAGE)
  }
  ofThing('likes', '/ap/posts/{id}/likes')
  ofThing('shares', '/ap/posts/{id}/shares')
  ofThing('replies', '/ap/posts/{id}/replies')
  ofThing('likes of objects', '/ap/objects/{id}/likes')
  ofThing('shares of objects', '/ap/objects/{id}/shares')
  ofThing('replies to objects', '/ap/objects/{id}/replies')
  ofThing('context', '/ap/posts/{id}/context')
}
