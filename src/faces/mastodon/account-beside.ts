import { type RequestHandler, Router } from 'express'
import { z } from 'zod'
import { refuse } from '../../base/refusal.ts'
import { featureTag, unfeatureTag } from '../../domain/featured/tag.ts'
import { listsWith } from '../../domain/lists/find.ts'
import { hashtagFrom } from '../../text/tokens.ts'
import { featuredTagFrom } from '../../translate/to-mastodon/featured-tag.ts'
import { listFrom } from '../../translate/to-mastodon/list.ts'
import { tagFrom } from '../../translate/to-mastodon/tag.ts'
import { listEndorsed } from '../../views/account-lists.ts'
import { listUsedTags, viewShownTags } from '../../views/featured-tags.ts'
import { viewTags } from '../../views/tags.ts'
import { textish } from '../http/param-fields.ts'
import { queryParams, readParams } from '../http/read-params.ts'
import { ACCOUNTS, accountIdIn, requireAccountView, sendAccounts } from './account-one.ts'
import { requires, requiresIfGiven, signedIn, viewerOf } from './auth.ts'
import { pageFrom } from './paging.ts'
import type { MastodonParts } from './parts.ts'

const MOST_SUGGESTED = 10

/** What stands beside an account: the hashtags that it shows, the lists that it is on, and what there is none of. */
export function accountBesideRoutes({ world }: MastodonParts): RequestHandler {
  const { db, uris, clock } = world
  const router = Router({ caseSensitive: true })

  // An app that finds none here may hide more than the hashtags, so there always is a list.
  router.get('/api/v1/accounts/:id/featured_tags', requiresIfGiven('read:accounts'), async (req, res) => {
    const { id, suspended } = await requireAccountView(world, accountIdIn(req))
    const tags = suspended ? [] : await viewShownTags(db, id)
    res.json(tags.map((tag) => featuredTagFrom(tag, uris)))
  })
  router.get('/api/v1/accounts/:id/lists', requires('read:lists'), async (req, res) => {
    const { id } = await requireAccountView(world, accountIdIn(req))
    res.json((await listsWith(db, signedIn(req).id, id)).map(listFrom))
  })
  router.get('/api/v1/accounts/:id/endorsements', requiresIfGiven('read:accounts'), async (req, res) => {
    const { id, suspended } = await requireAccountView(world, accountIdIn(req))
    const page = pageFrom(queryParams(req), ACCOUNTS)
    const endorsed = suspended ? [] : await listEndorsed(db, id, viewerOf(req), page)
    await sendAccounts(world, req, res, endorsed, page)
  })
  router.get('/api/v1/endorsements', requires('read:accounts'), async (req, res) => {
    const page = pageFrom(queryParams(req), ACCOUNTS)
    await sendAccounts(world, req, res, await listEndorsed(db, signedIn(req).id, undefined, page), page)
  })
  // Nobody proves who they are in that way any more.
  router.get('/api/v1/accounts/:id/identity_proofs', requiresIfGiven('read:accounts'), async (req, res) => {
    await requireAccountView(world, accountIdIn(req))
    res.json([])
  })

  router.get('/api/v1/featured_tags', requires('read:accounts'), async (req, res) => {
    const tags = await viewShownTags(db, signedIn(req).id)
    res.json(tags.map((tag) => featuredTagFrom(tag, uris)))
  })
  router.post('/api/v1/featured_tags', requires('write:accounts'), async (req, res) => {
    const { name = '' } = (await readParams(req)).read(nameFields)
    const wanted = hashtagFrom(name) ?? refuse('tag.invalid')
    await featureTag(world, signedIn(req), wanted.displayName)
    const tags = await viewShownTags(db, signedIn(req).id)
    const tag = tags.find((each) => each.name === wanted.name) ?? refuse('tag.invalid')
    res.json(featuredTagFrom(tag, uris))
  })
  router.get('/api/v1/featured_tags/suggestions', requires('read:accounts'), async (req, res) => {
    const names = await listUsedTags(db, signedIn(req).id, MOST_SUGGESTED)
    const tags = await viewTags(db, [...names], viewerOf(req), clock.now())
    res.json(names.flatMap((name) => tags.get(name) ?? []).map((tag) => tagFrom(tag, uris)))
  })
  router.delete('/api/v1/featured_tags/:id', requires('write:accounts'), async (req, res) => {
    const tags = await viewShownTags(db, signedIn(req).id)
    const tag = tags.find(({ id }) => id === req.params.id) ?? refuse('not-found')
    await unfeatureTag(world, signedIn(req), tag.name)
    res.json({})
  })

  return router
}

const nameFields = z.object({ name: textish })
