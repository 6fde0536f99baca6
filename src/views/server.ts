import { sql } from 'kysely'
import type { AccountId, RuleId } from '../base/ids.ts'
import type { Db } from '../db/connect.ts'
import type { ServerTextName } from '../db/tables/server.ts'

/** What this server says of itself. */
export interface ServerView {
  readonly texts: Readonly<
    Partial<Record<ServerTextName, { readonly text: string; readonly updatedAt: Date }>>
  >
  readonly rules: readonly RuleView[]
  /** who answers for it; undefined as long as nobody does */
  readonly contactId: AccountId | undefined
  readonly counts: ServerCounts
}

export interface RuleView {
  readonly id: RuleId
  readonly text: string
  readonly hint: string
}

export interface ServerCounts {
  readonly users: number
  readonly activeMonth: number
  /** by people here, the open ones */
  readonly posts: number
  /** servers that are known */
  readonly domains: number
}

export async function viewServer(db: Db): Promise<ServerView> {
  const [texts, rules, contact, counts] = await Promise.all([
    db.selectFrom('server_text').select(['name', 'text', 'updated_at as updatedAt']).execute(),
    listRules(db),
    db
      .selectFrom('login')
      .innerJoin('account', 'account.id', 'login.account_id')
      .select('account.id')
      .where('login.role', '=', 'owner')
      .where('account.deleted_at', 'is', null)
      .executeTakeFirst(),
    viewCounts(db),
  ])
  return {
    texts: Object.fromEntries(texts.map(({ name, ...rest }) => [name, rest])),
    rules,
    contactId: contact?.id,
    counts,
  }
}

export async function listRules(db: Db): Promise<RuleView[]> {
  return db
    .selectFrom('server_rule')
    .select(['id', 'text', 'hint'])
    .orderBy('position')
    .orderBy('id')
    .limit(200)
    .execute()
}

/** Who waits to be let in is none of the people here yet. */
const isIn = sql`login.confirmed_at IS NOT NULL AND login.approved_at IS NOT NULL`

async function viewCounts(db: Db): Promise<ServerCounts> {
  const { rows } = await sql<ServerCounts>`
    SELECT count(*)::int AS users,
      count(*) FILTER (WHERE login.seen_at > now() - interval '30 days')::int AS "activeMonth",
      coalesce(sum(account_stat.posts), 0)::int AS posts,
      (SELECT count(*)::int FROM host WHERE dead_at IS NULL) AS domains
    FROM login
    JOIN account ON account.id = login.account_id AND account.deleted_at IS NULL
      AND ${isIn}
    JOIN account_stat ON account_stat.account_id = login.account_id`.execute(db)
  return rows[0] ?? { users: 0, activeMonth: 0, posts: 0, domains: 0 }
}

const MOST_PEERS = 100_000

/** The hosts that this server knows and has not given up, by name. */
export async function listPeers(db: Db): Promise<string[]> {
  const rows = await db
    .selectFrom('host')
    .select('name')
    .where('dead_at', 'is', null)
    .orderBy('name')
    .limit(MOST_PEERS)
    .execute()
  return rows.map(({ name }) => name)
}

/** The first of them whose name begins so. */
export async function findPeers(db: Db, beginning: string): Promise<string[]> {
  const rows = await db
    .selectFrom('host')
    .select('name')
    .where('dead_at', 'is', null)
    .where(sql<boolean>`starts_with(name, ${beginning.toLowerCase()})`)
    .orderBy('name')
    .limit(10)
    .execute()
  return rows.map(({ name }) => name)
}

/** One week of what people here did. */
export interface WeekView {
  /** when it began */
  readonly week: Date
  readonly posts: number
  /** those who were last here then */
  readonly logins: number
  readonly registrations: number
}

const WEEKS = 12

/** The last twelve weeks, this one first. Weeks begin on Monday. */
export async function listWeeks(db: Db, now: Date): Promise<WeekView[]> {
  const { rows } = await sql<WeekView>`
    SELECT week, (SELECT count(*)::int FROM post
        WHERE post.local AND NOT post.held AND post.boost_of_id IS NULL AND post.visibility IN ('public', 'unlisted')
          AND post.id >= (extract(epoch FROM week) * 1000)::bigint << 16
          AND post.id < (extract(epoch FROM week + interval '7 days') * 1000)::bigint << 16) AS posts,
      (SELECT count(*)::int FROM login WHERE ${isIn} AND login.seen_at >= week
          AND login.seen_at < week + interval '7 days') AS logins,
      (SELECT count(*)::int FROM login WHERE ${isIn} AND login.created_at >= week
          AND login.created_at < week + interval '7 days') AS registrations
    FROM generate_series(
      date_trunc('week', ${now}::timestamptz, 'UTC') - ${WEEKS - 1}::int * interval '7 days',
      date_trunc('week', ${now}::timestamptz, 'UTC'), interval '7 days') AS week
    ORDER BY week DESC`.execute(db)
  return rows
}

export interface BlockedDomainView {
  readonly domain: string
  readonly obfuscate: boolean
  readonly severity: string
  readonly comment: string
}

/** The domains that this server keeps away from, by name. */
export async function listBlockedDomains(db: Db): Promise<BlockedDomainView[]> {
  return db
    .selectFrom('domain_block')
    .select(['domain', 'obfuscate', 'severity', 'public_comment as comment'])
    .orderBy('domain')
    .limit(MOST_PEERS)
    .execute()
}
