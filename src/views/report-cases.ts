import { sql } from 'kysely'
import type { AccountId, PostId, ReportId } from '../base/ids.ts'
import type { Db } from '../db/connect.ts'
import { type Report, reportColumns } from '../domain/moderation/find.ts'
import { type MemberView, viewMembers } from './members.ts'
import { newestFirst, type PageQuery, pageBy } from './pages.ts'
import type { RuleView } from './server.ts'
import { type StatusView, viewStatuses } from './statuses.ts'

/** A report with all that those who look into it want to see at once. */
export interface CaseView {
  readonly report: Report
  readonly target: MemberView
  /** undefined when the account is gone; a server's own actor when another server made it */
  readonly reporter: MemberView | undefined
  readonly assigned: MemberView | undefined
  readonly resolver: MemberView | undefined
  /** what was reported and is still there, whoever it was for */
  readonly posts: readonly StatusView[]
  readonly rules: readonly RuleView[]
}

export interface CaseQuery extends PageQuery {
  readonly resolved: boolean
  readonly reporterId?: AccountId | undefined
  readonly targetId?: AccountId | undefined
  /** whose target is from there */
  readonly targetHost?: string | undefined
}

/** Ids of reports as they were asked for, newest first. */
export async function listCaseIds(db: Db, query: CaseQuery): Promise<readonly ReportId[]> {
  const { where, rest } = pageBy('report.id', query)
  const { rows } = await sql<{ id: ReportId }>`
    SELECT report.id FROM report WHERE ${where}
      AND ${query.resolved ? sql`resolved_at IS NOT NULL` : sql`resolved_at IS NULL`}
      AND ${query.reporterId === undefined ? sql`true` : sql`reporter_id = ${query.reporterId}::bigint`}
      AND ${query.targetId === undefined ? sql`true` : sql`target_id = ${query.targetId}::bigint`}
      AND ${
        query.targetHost === undefined
          ? sql`true`
          : sql`EXISTS (SELECT 1 FROM account WHERE account.id = report.target_id
              AND account.host = ${query.targetHost.toLowerCase()})`
      } ${rest}`.execute(db)
  return newestFirst(rows, query).map(({ id }) => id)
}

/** Reports by id, in the order given; in a fixed number of queries and what the posts of each target take. */
export async function viewCases(db: Db, ids: readonly ReportId[]): Promise<CaseView[]> {
  if (ids.length === 0) return []
  const reports = await db
    .selectFrom('report')
    .select(reportColumns)
    .where('id', '=', sql<ReportId>`any(${ids}::bigint[])`)
    .execute()
  const [members, rules, posts] = await Promise.all([
    viewMembers(db, reports.flatMap(peopleIn)),
    rulesNamed(db, reports),
    postsIn(db, reports),
  ])
  const byId = new Map(reports.map((report) => [report.id, report]))
  const member = (id: AccountId | null) => (id === null ? undefined : members.get(id))
  return ids.flatMap((id) => {
    const report = byId.get(id)
    const target = report && members.get(report.targetId)
    if (!report || !target) return []
    return [
      {
        report,
        target,
        reporter: member(report.reporterId),
        assigned: member(report.assignedTo),
        resolver: member(report.resolvedBy),
        posts: report.postUris.flatMap((uri) => posts.get(`${report.targetId} ${uri}`) ?? []),
        rules: report.ruleIds.flatMap((rule) => rules.get(rule) ?? []),
      },
    ]
  })
}

/** Ids of what a report names and what is known here, in the order in which it names it. */
export async function listReportedIds(db: Db, report: Report): Promise<readonly PostId[]> {
  return (await reportedIdsOf(db, [report]))(report)
}

/** The same for several reports, in one query. */
export async function reportedIdsOf(
  db: Db,
  reports: readonly Report[],
): Promise<(report: Report) => readonly PostId[]> {
  const known = await idsOf(db, reports)
  return ({ targetId, postUris }) => postUris.flatMap((uri) => known.get(`${targetId} ${uri}`) ?? [])
}

function peopleIn({ targetId, reporterId, assignedTo, resolvedBy }: Report): AccountId[] {
  return [targetId, reporterId, assignedTo, resolvedBy].filter((id) => id !== null)
}

async function rulesNamed(db: Db, reports: readonly Report[]): Promise<ReadonlyMap<string, RuleView>> {
  const ids = [...new Set(reports.flatMap(({ ruleIds }) => ruleIds))]
  if (ids.length === 0) return new Map()
  const rows = await db
    .selectFrom('server_rule')
    .select(['id', 'text', 'hint'])
    .where('id', '=', sql<RuleView['id']>`any(${ids}::bigint[])`)
    .execute()
  return new Map(rows.map((rule) => [rule.id, rule]))
}

/** By whom they are and what they are called: what somebody else said is no part of a report about them. */
async function idsOf(db: Db, reports: readonly Report[]): Promise<ReadonlyMap<string, PostId>> {
  const named = reports.flatMap(({ targetId, postUris }) => postUris.map((uri) => [targetId, uri] as const))
  if (named.length === 0) return new Map()
  const { rows } = await sql<{ id: PostId; uri: string; authorId: AccountId }>`
    SELECT post.id, post.uri, post.account_id AS "authorId"
    FROM unnest(${named.map(([id]) => id)}::bigint[], ${named.map(([, uri]) => uri)}::text[]) AS named (author, uri)
    JOIN post ON post.uri = named.uri AND post.account_id = named.author`.execute(db)
  return new Map(rows.map(({ id, uri, authorId }) => [`${authorId} ${uri}`, id]))
}

/** What others said to the author alone, and is quoted or shown again, was not reported. */
function forStaff(view: StatusView): StatusView {
  const { post, quoted, boostOf } = view
  const isOpen = quoted?.post.visibility === 'public' || quoted?.post.visibility === 'unlisted'
  return {
    ...view,
    post: isOpen || post.quote === null ? post : { ...post, quote: { ...post.quote, post: null } },
    mine: null,
    quoted: isOpen ? { ...quoted, mine: null } : null,
    boostOf: boostOf && forStaff(boostOf),
  }
}

/**
 * As their author sees them, since who complained could see them; but nothing of what the author did with them, which is
 * theirs alone.
 */
async function postsIn(db: Db, reports: readonly Report[]): Promise<ReadonlyMap<string, StatusView>> {
  const ids = await idsOf(db, reports)
  const byAuthor = Map.groupBy(ids, ([key]) => key.slice(0, key.indexOf(' ')) as AccountId)
  const found = new Map<PostId, StatusView>()
  for (const [accountId, named] of byAuthor) {
    const views = await viewStatuses(
      db,
      named.map(([, id]) => id),
      { accountId },
      false,
    )
    for (const view of views) found.set(view.post.id, forStaff(view))
  }
  return new Map(
    [...ids].flatMap(([key, id]) => {
      const view = found.get(id)
      return view ? [[key, view] as const] : []
    }),
  )
}
