import { type Request, type RequestHandler, Router } from 'express'
import { refuse } from '../../base/refusal.ts'
import type { LocalAccount } from '../../domain/accounts/account.ts'
import { featureTag, unfeatureTag } from '../../domain/featured/tag.ts'
import { followTag, unfollowTag } from '../../domain/tags/follow.ts'
import { hashtagFrom } from '../../text/tokens.ts'
import { tagFrom } from '../../translate/to-mastodon/tag.ts'
import { type HashtagView, listFollowedTags, UNKNOWN_TAG, viewTags } from '../../views/tags.ts'
import { readParams } from '../http/read-params.ts'
import { requires, requiresIfGiven, signedIn, viewerOf } from './auth.ts'
import { endsOf, pageFrom, sendPage } from './paging.ts'
import type { MastodonParts } from './parts.ts'

const FOLLOWED = { usual: 100, most: 200 }

/** /api/v1/tags: hashtags, one by one, and those that somebody follows. */
export function tagRoutes({ world }: MastodonParts): RequestHandler {
  const { db, uris, clock } = world
  const router = Router({ caseSensitive: true })

  const tagOf = async (req: Request): Promise<HashtagView> => {
    const tag = hashtagFrom(String(req.params.name)) ?? refuse('not-found')
    const found = await viewTags(db, [tag.name], viewerOf(req), clock.now())
    const view = found.get(tag.name) ?? refuse('not-found')
    return view.id === UNKNOWN_TAG ? { ...view, displayName: tag.displayName } : view
  }
  /** Does something with a hashtag, and answers what it is then. */
  const after =
    (act: (account: LocalAccount, tag: HashtagView) => Promise<void>): RequestHandler =>
    async (req, res) => {
      await act(signedIn(req), await tagOf(req))
      res.json(tagFrom(await tagOf(req), uris))
    }

  router.get('/api/v1/tags/:name', requiresIfGiven('read:follows'), async (req, res) => {
    res.json(tagFrom(await tagOf(req), uris))
  })
  router.post(
    '/api/v1/tags/:name/follow',
    requires('write:follows'),
    after((account, tag) => followTag(world, account, tag.displayName)),
  )
  router.post(
    '/api/v1/tags/:name/unfollow',
    requires('write:follows'),
    after((account, tag) => unfollowTag(world, account, tag.name)),
  )
  router.post(
    '/api/v1/tags/:name/feature',
    requires('write:accounts'),
    after((account, tag) => featureTag(world, account, tag.displayName)),
  )
  router.post(
    '/api/v1/tags/:name/unfeature',
    requires('write:accounts'),
    after(async (account, tag) => {
      if (tag.featuring) await unfeatureTag(world, account, tag.name)
    }),
  )

  router.get('/api/v1/followed_tags', requires('read:follows'), async (req, res) => {
    const page = pageFrom(await readParams(req), FOLLOWED)
    const followed = await listFollowedTags(db, signedIn(req).id, page)
    const names = followed.map(({ name }) => name)
    const tags = await viewTags(db, names, viewerOf(req), clock.now())
    const body = names.flatMap((name) => tags.get(name) ?? []).map((tag) => tagFrom(tag, uris))
    const keys = followed.map(({ key }) => key)
    sendPage(req, res, body, endsOf(keys, page), 'since_id')
  })

  return router
}
