import { type RequestHandler, Router } from 'express'
import { z } from 'zod'
import { refuse } from '../../base/refusal.ts'
import { chooseQuoters } from '../../domain/policies/choose.ts'
import { revokeInteraction } from '../../domain/policies/decide.ts'
import { findVisible } from '../../domain/posts/find.ts'
import { findQuote } from '../../domain/quotes/find.ts'
import { listQuotesOf } from '../../views/kept.ts'
import { queryParams, readParams } from '../http/read-params.ts'
import { requires, signedIn, viewerOf } from './auth.ts'
import { onUpdate } from './on-update.ts'
import { pageFrom } from './paging.ts'
import type { MastodonParts } from './parts.ts'
import { choiceOf, quoteApproval } from './status-fields.ts'
import { postIdIn, tellStatus } from './status-one.ts'
import { sendStatuses } from './status-pages.ts'

/** Who quotes a post, and who may. */
export function quoteRoutes({ world }: MastodonParts): RequestHandler {
  const { db } = world
  const router = Router({ caseSensitive: true })

  router.get('/api/v1/statuses/:id/quotes', requires('read:statuses'), async (req, res) => {
    const viewer = viewerOf(req)
    const post = (await findVisible(db, postIdIn(req), viewer)) ?? refuse('post.not-found')
    const page = pageFrom(queryParams(req), { usual: 20, most: 40 })
    const rows = await listQuotesOf(db, post.id, viewer, page)
    const [ids, keys] = [rows.map(({ id }) => id), rows.map(({ key }) => key)]
    await sendStatuses(world, req, res, ids, page, keys)
  })

  router.post('/api/v1/statuses/:id/quotes/:quoting/revoke', requires('write:statuses'), async (req, res) => {
    const author = signedIn(req)
    const [id, quotingId] = [postIdIn(req), postIdIn(req, 'quoting')]
    const quote = await findQuote(db, quotingId)
    if (quote?.quotedId !== id || quote.quotedAccountId !== author.id) return refuse('quote.not-found')
    await revokeInteraction(world, author, 'quote', quote.postUri)
    res.json(await tellStatus(world, req, quotingId))
  })

  onUpdate(
    router,
    '/api/v1/statuses/:id/interaction_policy',
    requires('write:statuses'),
    async (req, res) => {
      const fields = (await readParams(req)).read(quoteApprovalPolicyFields)
      const id = postIdIn(req)
      if (fields.quote_approval_policy !== undefined)
        await chooseQuoters(world, signedIn(req), id, choiceOf(fields.quote_approval_policy))
      res.json(await tellStatus(world, req, id))
    },
  )

  return router
}

const quoteApprovalPolicyFields = z.object({ quote_approval_policy: quoteApproval })
