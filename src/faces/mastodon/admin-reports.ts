import { type Request, type RequestHandler, type Response, Router } from 'express'
import { z } from 'zod'
import { type AccountId, type ReportId, type RuleId, readId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import { assignReport, closeReport, reopenReport, sortReport } from '../../domain/moderation/handle-report.ts'
import { adminReportFrom } from '../../translate/to-mastodon/admin-report.ts'
import { type CaseView, listCaseIds, viewCases } from '../../views/report-cases.ts'
import { booleanish, idOf, idsOf, textish, wordOf } from '../http/param-fields.ts'
import { queryParams, readParams } from '../http/read-params.ts'
import { adminsOnly } from './admin-auth.ts'
import { deciderOf } from './admin-parts.ts'
import { onUpdate } from './on-update.ts'
import { endsOf, pageFrom, sendPage } from './paging.ts'
import type { MastodonParts } from './parts.ts'
import { CATEGORIES } from './reports.ts'
import { tellingFor } from './status-pages.ts'

const PAGE = { usual: 100, most: 200 }

const wanted = z.object({
  resolved: booleanish,
  account_id: idOf<AccountId>(),
  target_account_id: idOf<AccountId>(),
  by_target_domain: textish,
})
const change = z.object({ category: wordOf(CATEGORIES), rule_ids: idsOf<RuleId>() })

const idIn = (req: Request): ReportId => readId<ReportId>(String(req.params.id)) ?? refuse('report.not-found')

/** /api/v1/admin/reports: what was complained of, and who looks into it. */
export function adminReportRoutes(parts: MastodonParts): RequestHandler {
  const { world } = parts
  const { db } = world
  const requiresAdmin = adminsOnly(parts)
  const router = Router({ caseSensitive: true })
  const readers = requiresAdmin('admin:read:reports')
  const writers = requiresAdmin('admin:write:reports')

  router.get('/api/v1/admin/reports', ...readers, async (req, res) => {
    const params = queryParams(req)
    const asked = params.read(wanted)
    const query = {
      ...pageFrom(params, PAGE),
      resolved: asked.resolved ?? false,
      reporterId: asked.account_id,
      targetId: asked.target_account_id,
      ...(asked.by_target_domain && { targetHost: asked.by_target_domain }),
    }
    const ids = await listCaseIds(db, query)
    const telling = staffTelling(req)
    const body = (await viewCases(db, ids)).map((view) => adminReportFrom(view, telling))
    sendPage(req, res, body, endsOf(ids, query))
  })

  const send = async (req: Request, res: Response) => {
    const [view]: CaseView[] = await viewCases(db, [idIn(req)])
    res.json(adminReportFrom(view ?? refuse('report.not-found'), staffTelling(req)))
  }
  router.get('/api/v1/admin/reports/:id', ...readers, send)

  const after =
    (work: (req: Request, id: ReportId) => Promise<void>): RequestHandler =>
    async (req, res) => {
      await work(req, idIn(req))
      await send(req, res)
    }
  onUpdate(
    router,
    '/api/v1/admin/reports/:id',
    ...writers,
    after(async (req, id) => {
      const { category, rule_ids: ruleIds } = (await readParams(req)).read(change)
      await sortReport(world, deciderOf(req), id, { category, ruleIds })
    }),
  )
  const act = (word: string, work: (req: Request, id: ReportId) => Promise<void>) =>
    router.post(`/api/v1/admin/reports/:id/${word}`, ...writers, after(work))
  act('assign_to_self', (req, id) => assignReport(world, deciderOf(req), id, deciderOf(req).id))
  act('unassign', (req, id) => assignReport(world, deciderOf(req), id, null))
  act('resolve', (req, id) => closeReport(world, deciderOf(req), id))
  act('reopen', (req, id) => reopenReport(world, deciderOf(req), id))

  /** Nobody in particular reads: what a post is to the one who looks into it is beside the point. */
  function staffTelling(req: Request) {
    const { uris, now } = tellingFor(world, req)
    return { uris, now }
  }

  return router
}
