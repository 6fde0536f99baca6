import { sql } from 'kysely'
import { type AccountId, idAt, type ReportId, type RuleId } from '../../base/ids.ts'
import type { Db } from '../../db/connect.ts'
import type { DomainSeverity, ReportCategory } from '../../db/tables/moderation.ts'

/** What is decided about a domain and everything below it. */
export interface DomainBlock {
  readonly domain: string
  readonly severity: DomainSeverity
  readonly rejectMedia: boolean
  readonly rejectReports: boolean
  /** the name is shown in part only where blocks are made public */
  readonly obfuscate: boolean
  readonly publicComment: string
  readonly privateComment: string
}

const columns = [
  'domain',
  'severity',
  'reject_media as rejectMedia',
  'reject_reports as rejectReports',
  'obfuscate',
  'public_comment as publicComment',
  'private_comment as privateComment',
] as const

/** Every domain that something is decided about, by name. There are thousands at most. */
export async function findDomainBlocks(db: Db): Promise<DomainBlock[]> {
  return db.selectFrom('domain_block').select(columns).orderBy('domain').execute()
}

export async function findDomainBlock(db: Db, domain: string): Promise<DomainBlock | undefined> {
  return db.selectFrom('domain_block').select(columns).where('domain', '=', domain).executeTakeFirst()
}

/** What holds for a host: of the blocks of itself and of what it stands below, all together. */
export interface DomainVerdict {
  readonly severity: DomainSeverity
  readonly rejectMedia: boolean
  readonly rejectReports: boolean
}

/** `a.b.example:8080` → itself and everything that it stands below, with and without the port. */
export function domainsAbove(host: string): readonly string[] {
  const [name = '', port] = host.toLowerCase().split(':')
  const labels = name.split('.')
  const names = labels.map((_, at) => labels.slice(at).join('.'))
  return port === undefined ? names : [...names.map((each) => `${each}:${port}`), ...names]
}

const RANK: Readonly<Record<DomainSeverity, number>> = { none: 0, limit: 1, suspend: 2 }

export function verdictOf(blocks: readonly DomainBlock[]): DomainVerdict | undefined {
  if (blocks.length === 0) return undefined
  const severity = blocks.reduce<DomainSeverity>(
    (worst, block) => (RANK[block.severity] > RANK[worst] ? block.severity : worst),
    'none',
  )
  return {
    severity,
    rejectMedia: blocks.some((block) => block.rejectMedia) || severity === 'suspend',
    rejectReports: blocks.some((block) => block.rejectReports) || severity === 'suspend',
  }
}

/** What holds for each of these hosts; those that nothing is decided about are left out. */
export async function findVerdicts(db: Db, hosts: readonly string[]): Promise<Map<string, DomainVerdict>> {
  const asked = new Map([...new Set(hosts)].map((host) => [host, domainsAbove(host)]))
  const names = [...new Set([...asked.values()].flat())]
  if (names.length === 0) return new Map()
  const blocks = await db
    .selectFrom('domain_block')
    .select(columns)
    .where('domain', '=', sql<string>`any(${names}::text[])`)
    .execute()
  if (blocks.length === 0) return new Map()
  return new Map(
    [...asked].flatMap(([host, above]) => {
      const verdict = verdictOf(blocks.filter((block) => above.includes(block.domain)))
      return verdict ? [[host, verdict] as const] : []
    }),
  )
}

/** An account is judged by the host of its id and by that of its handle. */
export function hostsOf({
  uri,
  host,
}: {
  readonly uri: string
  readonly host: string | null
}): readonly string[] {
  const home = URL.parse(uri)?.host
  return [...new Set([...(home ? [home] : []), ...(host === null ? [] : [host])])]
}

/** Of two hosts, what is decided about either. */
export function strictest(found: readonly (DomainVerdict | undefined)[]): DomainVerdict | undefined {
  const all = found.filter((verdict) => verdict !== undefined)
  const [first] = all
  if (!first) return undefined
  const severities = all.map(({ severity }) => severity)
  return {
    severity: severities.includes('suspend') ? 'suspend' : severities.includes('limit') ? 'limit' : 'none',
    rejectMedia: all.some(({ rejectMedia }) => rejectMedia),
    rejectReports: all.some(({ rejectReports }) => rejectReports),
  }
}

/** What holds for one account: the strictest of what is decided about its hosts. */
export async function findVerdictOn(
  db: Db,
  account: { readonly uri: string; readonly host: string | null },
): Promise<DomainVerdict | undefined> {
  return strictest([...(await findVerdicts(db, hostsOf(account))).values()])
}

export interface Report {
  readonly id: ReportId
  /** the id of the Flag, ours or theirs; null when nothing was sent */
  readonly uri: string | null
  readonly reporterId: AccountId | null
  /** where it came from; null when somebody here made it */
  readonly host: string | null
  readonly targetId: AccountId
  readonly postUris: readonly string[]
  readonly comment: string
  readonly forwarded: boolean
  readonly category: ReportCategory
  /** the rules of this server that are said to be broken */
  readonly ruleIds: readonly RuleId[]
  readonly createdAt: Date
  readonly updatedAt: Date | null
  readonly resolvedAt: Date | null
  readonly resolvedBy: AccountId | null
  /** who of those who look after the server looks into it */
  readonly assignedTo: AccountId | null
}

export const reportColumns = [
  'id',
  'uri',
  'reporter_id as reporterId',
  'host',
  'target_id as targetId',
  'post_uris as postUris',
  'comment',
  'forwarded',
  'category',
  'rule_ids as ruleIds',
  'created_at as createdAt',
  'updated_at as updatedAt',
  'resolved_at as resolvedAt',
  'resolved_by as resolvedBy',
  'assigned_to as assignedTo',
] as const

export async function findReport(db: Db, id: ReportId): Promise<Report | undefined> {
  return db.selectFrom('report').select(reportColumns).where('id', '=', id).executeTakeFirst()
}

/** How many reports a host has sent since then. */
export async function countReportsFrom(db: Db, host: string, since: Date): Promise<number> {
  const row = await db
    .selectFrom('report')
    .select((eb) => eb.fn.countAll<string>().as('n'))
    .where('host', '=', host)
    .where('created_at', '>=', since)
    .executeTakeFirstOrThrow()
  return Number(row.n)
}

/** How many reports somebody here has made since then. */
export async function countReportsBy(db: Db, reporterId: AccountId, since: Date): Promise<number> {
  const row = await db
    .selectFrom('report')
    .select((eb) => eb.fn.countAll<string>().as('n'))
    .where('reporter_id', '=', reporterId)
    .where('id', '>=', idAt(since) as ReportId)
    .executeTakeFirstOrThrow()
  return Number(row.n)
}

export async function countOpenReportsAbout(db: Db, targetId: AccountId): Promise<number> {
  const row = await db
    .selectFrom('report')
    .select((eb) => eb.fn.countAll<string>().as('n'))
    .where('target_id', '=', targetId)
    .where('resolved_at', 'is', null)
    .executeTakeFirstOrThrow()
  return Number(row.n)
}

/** The people here who look after reports. */
export async function findModerators(db: Db): Promise<AccountId[]> {
  const rows = await db
    .selectFrom('login')
    .innerJoin('account', 'account.id', 'login.account_id')
    .select('login.account_id as id')
    .where('login.role', 'in', ['owner', 'admin', 'moderator'])
    .where('login.disabled_at', 'is', null)
    .where('account.suspended_at', 'is', null)
    .where('account.deleted_at', 'is', null)
    .execute()
  return rows.map((row) => row.id)
}

/** Those of these rules that there are. */
export async function findRuleIds(db: Db, ids: readonly RuleId[]): Promise<RuleId[]> {
  if (ids.length === 0) return []
  const rows = await db
    .selectFrom('server_rule')
    .select('id')
    .where('id', '=', sql<RuleId>`any(${ids}::bigint[])`)
    .execute()
  return rows.map(({ id }) => id)
}

/** More about one account are not resolved at once. */
const MOST_RESOLVED = 1000

export async function findOpenReportIds(db: Db, targetId: AccountId): Promise<ReportId[]> {
  const rows = await db
    .selectFrom('report')
    .select('id')
    .where('target_id', '=', targetId)
    .where('resolved_at', 'is', null)
    .orderBy('id')
    .limit(MOST_RESOLVED)
    .execute()
  return rows.map(({ id }) => id)
}
