import { type RequestHandler, Router } from 'express'
import { listBookmarks, listOwnLikes } from '../../views/kept.ts'
import { queryParams } from '../http/read-params.ts'
import { requires, signedIn } from './auth.ts'
import { pageFrom } from './paging.ts'
import type { MastodonParts } from './parts.ts'
import { sendStatuses } from './status-pages.ts'

/** /api/v1/favourites and /api/v1/bookmarks: what somebody keeps, in the order in which they did. */
export function keptRoutes({ world }: MastodonParts): RequestHandler {
  const router = Router({ caseSensitive: true })
  const keeps = (name: 'favourites' | 'bookmarks', list: typeof listBookmarks) =>
    router.get(`/api/v1/${name}`, requires(`read:${name}`), async (req, res) => {
      const page = pageFrom(queryParams(req), { usual: 20, most: 40 })
      const kept = await list(world.db, signedIn(req).id, page)
      const [ids, keys] = [kept.map(({ id }) => id), kept.map(({ key }) => key)]
      await sendStatuses(world, req, res, ids, page, keys)
    })
  keeps('favourites', listOwnLikes)
  keeps('bookmarks', listBookmarks)
  return router
}
