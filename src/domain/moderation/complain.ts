import type { AccountId, PostId, ReportId, RuleId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import type { ReportCategory } from '../../db/tables/moderation.ts'
import type { Account, LocalAccount } from '../accounts/account.ts'
import { findAccount, findAccountsByIds } from '../accounts/find.ts'
import { findVisibleOf } from '../posts/find.ts'
import type { World } from '../world.ts'
import { countReportsBy, findRuleIds } from './find.ts'
import { reportAccount } from './report.ts'

/** A complaint about what the one who complains can see. */
export interface Grievance {
  readonly targetId: AccountId
  /** what the target said */
  readonly postIds: readonly PostId[]
  readonly comment: string
  readonly category: ReportCategory | undefined
  readonly ruleIds: readonly RuleId[]
  readonly forward: boolean
  /** where to, when not to the target's own server alone: to those of whom it has answered as well */
  readonly domains: readonly string[] | undefined
}

/** Each may go on to another server, whose people are not to be flooded from here. */
const REPORTS_AN_HOUR = 60
const HOUR_SECONDS = 3600

/**
 * Somebody here complains about somebody. Of posts only those count that the target said and that the one who complains
 * may see (S-145): otherwise a report would be a way to have others' posts read, and to be told whether they are there.
 * @throws Refusal 'account.not-found', 'post.not-found', 'report.self', 'report.rules', 'request.too-many', and those of `reportAccount`
 */
export async function complain(
  world: World,
  reporter: LocalAccount,
  grievance: Grievance,
): Promise<ReportId> {
  const target = await findAccount(world.db, grievance.targetId)
  if (!target || (target.local && target.kind === 'application')) return refuse('account.not-found')
  if (target.id === reporter.id) refuse('report.self')
  const since = new Date(world.clock.now().getTime() - HOUR_SECONDS * 1000)
  if ((await countReportsBy(world.db, reporter.id, since)) >= REPORTS_AN_HOUR)
    refuse('request.too-many', { retryAfterSeconds: HOUR_SECONDS })
  const wanted = [...new Set(grievance.postIds)]
  const posts = await findVisibleOf(world.db, target.id, wanted, { accountId: reporter.id })
  if (posts.length < wanted.length) refuse('post.not-found')
  const ruleIds = [...new Set(grievance.ruleIds)]
  if ((await findRuleIds(world.db, ruleIds)).length < ruleIds.length) refuse('report.rules')
  const answered = posts.flatMap(({ answersId }) => answersId ?? [])
  return reportAccount(world, reporter, target, {
    postUris: posts.map(({ uri }) => uri),
    comment: grievance.comment,
    category: grievance.category,
    ruleIds,
    forwardTo: grievance.forward ? await serversToTell(world, target, answered, grievance.domains) : [],
  })
}

const MOST_DOMAINS = 10

/** One account of each server that is to be told. */
async function serversToTell(
  { db }: Pick<World, 'db'>,
  target: Account,
  answered: readonly AccountId[],
  domains: readonly string[] | undefined,
): Promise<readonly AccountId[]> {
  const others = domains === undefined ? [] : [...(await findAccountsByIds(db, answered)).values()]
  const wanted = domains?.map((domain) => domain.toLowerCase()) ?? [target.host]
  const byHost = new Map<string, AccountId>()
  for (const { local, host, id } of [target, ...others]) {
    if (local || host === null || !wanted.includes(host) || byHost.has(host)) continue
    if (byHost.size < MOST_DOMAINS) byHost.set(host, id)
  }
  return [...byHost.values()]
}
