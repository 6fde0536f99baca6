import type { AccountId, ReportId, RuleId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import type { ReportCategory } from '../../db/tables/moderation.ts'
import { type Tx, transact } from '../../db/transact.ts'
import { record } from '../../facts/record.ts'
import { cleanText } from '../../text/clean.ts'
import type { Account, LocalAccount } from '../accounts/account.ts'
import { withdrawReportNotices } from '../notifications/apart-store.ts'
import type { World } from '../world.ts'
import { countOpenReportsAbout, countReportsFrom, findVerdicts, type Report } from './find.ts'
import { insertReport, markResolved } from './store.ts'

export interface Complaint {
  /** ids of posts; those that are not known here are kept as well */
  readonly postUris: readonly string[]
  readonly comment: string
  /** whether the server of the one it is about is told, too, without saying by whom; it is, when left out */
  readonly forward?: boolean
  /** accounts elsewhere whose servers are told instead, the one it is about or others that it has to do with */
  readonly forwardTo?: readonly AccountId[]
  readonly category?: ReportCategory | undefined
  /** of this server; then something is a violation of them */
  readonly ruleIds?: readonly RuleId[]
}

/** Characters of a report, as Mastodon takes them. */
export const LONGEST_COMMENT = 5000
const MOST_POSTS = 100

/** Somebody here complains to those who look after this server, and to those who look after the other's. */
export async function reportAccount(
  world: World,
  reporter: LocalAccount,
  target: Account,
  complaint: Complaint,
): Promise<ReportId> {
  if (target.local && target.kind === 'application') refuse('report.empty')
  const comment = cleanText(complaint.comment).trim()
  if (comment.length > LONGEST_COMMENT) refuse('report.too-long', { limit: LONGEST_COMMENT })
  const id = world.ids.next<ReportId>()
  const forwardTo = complaint.forwardTo ?? (!target.local && (complaint.forward ?? true) ? [target.id] : [])
  const forwarded = forwardTo.length > 0
  const ruleIds = [...new Set(complaint.ruleIds ?? [])]
  const report: Report = {
    id,
    uri: forwarded ? world.uris.follow(id) : null,
    reporterId: reporter.id,
    host: null,
    targetId: target.id,
    postUris: [...new Set(complaint.postUris)].slice(0, MOST_POSTS),
    comment,
    forwarded,
    category: ruleIds.length > 0 ? 'violation' : (complaint.category ?? 'other'),
    ruleIds,
    createdAt: world.clock.now(),
    ...fresh,
  }
  await keep(world, report, forwardTo)
  return id
}

/** Reports that one host may send within an hour; more are dropped (S-051). */
const REPORTS_AN_HOUR = 60
const HOUR_MS = 3_600_000

export interface IncomingReport {
  /** the Flag's own id */
  readonly uri: string
  readonly host: string
  readonly postUris: readonly string[]
  readonly comment: string
}

/**
 * Another server complains about somebody here. Who complained is not told by most, which send it as their own actor.
 * @returns a word on what became of it
 */
export async function receiveReport(
  world: World,
  reporter: Account,
  target: Account,
  incoming: IncomingReport,
): Promise<'reported' | 'known' | 'rejected' | 'too many'> {
  const verdict = (await findVerdicts(world.db, [incoming.host])).get(incoming.host)
  if (verdict?.rejectReports) return 'rejected'
  const now = world.clock.now()
  const since = new Date(now.getTime() - HOUR_MS)
  if ((await countReportsFrom(world.db, incoming.host, since)) >= REPORTS_AN_HOUR) return 'too many'
  const kept = await keep(world, {
    id: world.ids.next<ReportId>(),
    uri: incoming.uri,
    reporterId: reporter.id,
    host: incoming.host,
    targetId: target.id,
    postUris: [...new Set(incoming.postUris)].slice(0, MOST_POSTS),
    comment: incoming.comment.slice(0, LONGEST_COMMENT),
    forwarded: false,
    category: 'other',
    ruleIds: [],
    createdAt: now,
    ...fresh,
  })
  return kept ? 'reported' : 'known'
}

const fresh = { updatedAt: null, resolvedAt: null, resolvedBy: null, assignedTo: null } as const

async function keep(world: World, report: Report, forwardTo: readonly AccountId[] = []): Promise<boolean> {
  return transact(world.db, async (tx) => {
    if (!(await insertReport(tx, report))) return false
    await record(world, tx, { type: 'report.made', reportId: report.id, forwardTo })
    return true
  })
}

/** Somebody has looked into it. */
export async function resolveReport(world: World, id: ReportId, by: AccountId | null): Promise<void> {
  await transact(world.db, (tx) => resolveWithin(world, tx, id, by))
}

/** The same within what else is decided. @throws Refusal 'report.not-found' */
export async function resolveWithin(
  { clock }: Pick<World, 'clock'>,
  tx: Tx,
  id: ReportId,
  by: AccountId | null,
): Promise<void> {
  const report = await markResolved(tx, id, by, clock.now())
  if (!report) refuse('report.not-found')
  if ((await countOpenReportsAbout(tx, report.targetId)) === 0) {
    await withdrawReportNotices(tx, report.targetId)
  }
}
