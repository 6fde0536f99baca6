import type { AccountId, ReportId, RuleId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import type { ReportCategory } from '../../db/tables/moderation.ts'
import { transact } from '../../db/transact.ts'
import type { World } from '../world.ts'
import { type Decider, noteAct } from './acts.ts'
import { findReport, findRuleIds } from './find.ts'
import { resolveWithin } from './report.ts'
import { markOpen, updateReport } from './store.ts'

/** Says anew what a report is about. @throws Refusal 'report.not-found', 'report.rules' */
export async function sortReport(
  world: World,
  by: Decider,
  id: ReportId,
  change: {
    readonly category?: ReportCategory | undefined
    readonly ruleIds?: readonly RuleId[] | undefined
  },
): Promise<void> {
  const known = (await findReport(world.db, id)) ?? refuse('report.not-found')
  const category = change.category ?? known.category
  const asked = change.ruleIds && [...new Set(change.ruleIds)]
  if (asked && (await findRuleIds(world.db, asked)).length < asked.length) refuse('report.rules')
  // Rules are broken by violations alone.
  const ruleIds = category === 'violation' ? asked : []
  if (asked && asked.length > 0 && category !== 'violation') refuse('report.rules')
  await transact(world.db, async (tx) => {
    await updateReport(tx, id, { category, ruleIds }, world.clock.now())
    await noteAct(world, tx, by, 'report.update', id, category)
  })
}

/** Somebody looks into it, or nobody any more. @throws Refusal 'report.not-found' */
export async function assignReport(
  world: World,
  by: Decider,
  id: ReportId,
  to: AccountId | null,
): Promise<void> {
  await transact(world.db, async (tx) => {
    const changed = await updateReport(tx, id, { assignedTo: to }, world.clock.now())
    if (!changed) refuse('report.not-found')
    await noteAct(world, tx, by, to === null ? 'report.unassign' : 'report.assign', id)
  })
}

/** Somebody has looked into it; what is resolved stays as it is. @throws Refusal 'report.not-found' */
export async function closeReport(world: World, by: Decider, id: ReportId): Promise<void> {
  const known = (await findReport(world.db, id)) ?? refuse('report.not-found')
  if (known.resolvedAt !== null) return
  await transact(world.db, async (tx) => {
    await resolveWithin(world, tx, id, by?.id ?? null)
    await noteAct(world, tx, by, 'report.resolve', id)
  })
}

/** It is to be looked into once more. @throws Refusal 'report.not-found' */
export async function reopenReport(world: World, by: Decider, id: ReportId): Promise<void> {
  if (!(await findReport(world.db, id))) refuse('report.not-found')
  await transact(world.db, async (tx) => {
    if (await markOpen(tx, id, world.clock.now())) await noteAct(world, tx, by, 'report.reopen', id)
  })
}
