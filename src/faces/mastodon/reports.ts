import { type RequestHandler, Router } from 'express'
import { z } from 'zod'
import type { AccountId, PostId, RuleId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import { complain } from '../../domain/moderation/complain.ts'
import { findReport } from '../../domain/moderation/find.ts'
import { reportFrom } from '../../translate/to-mastodon/report.ts'
import { viewAccounts } from '../../views/accounts.ts'
import { listReportedIds } from '../../views/report-cases.ts'
import { booleanish, idOf, idsOf, listOf, textish, wordOf } from '../http/param-fields.ts'
import { readParams } from '../http/read-params.ts'
import { requires, signedIn } from './auth.ts'
import type { MastodonParts } from './parts.ts'

export const CATEGORIES = ['spam', 'legal', 'violation', 'other'] as const

const fields = z.object({
  account_id: idOf<AccountId>(),
  status_ids: idsOf<PostId>(),
  comment: textish,
  category: wordOf(CATEGORIES),
  rule_ids: idsOf<RuleId>(),
  forward: booleanish,
  forward_to_domains: listOf(z.string().max(255)),
})

/** POST /api/v1/reports: somebody complains about somebody. */
export function reportRoutes({ world }: MastodonParts): RequestHandler {
  const router = Router({ caseSensitive: true })
  router.post('/api/v1/reports', requires('write:reports'), async (req, res) => {
    const asked = (await readParams(req)).read(fields)
    const id = await complain(world, signedIn(req), {
      targetId: asked.account_id ?? refuse('account.not-found'),
      postIds: asked.status_ids ?? [],
      comment: asked.comment ?? '',
      category: asked.category,
      ruleIds: asked.rule_ids ?? [],
      forward: asked.forward ?? false,
      domains: asked.forward_to_domains,
    })
    const report = (await findReport(world.db, id)) ?? refuse('report.not-found')
    const [postIds, targets] = await Promise.all([
      listReportedIds(world.db, report),
      viewAccounts(world.db, [report.targetId]),
    ])
    const target = targets.get(report.targetId) ?? refuse('account.not-found')
    res.json(reportFrom({ report, postIds, target }, world.uris))
  })
  return router
}
