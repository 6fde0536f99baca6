import { sql } from 'kysely'
import type { Db } from '../db/connect.ts'
import type { Knock, Standing } from '../db/tables/queue.ts'

/** What an operator may want to know of a host that we have trouble with. */
export interface HostReport {
  readonly name: string
  readonly failures: number
  readonly failingSince: Date | null
  readonly deadAt: Date | null
  readonly lastError: string | null
  readonly lastSuccessAt: Date | null
  /** when it is tried next; null when nothing waits for it */
  readonly nextTryAt: Date | null
  readonly waiting: number
}

/** Hosts that are failing or dead, those failing longest first. */
export async function listTroubledHosts(db: Db, limit = 100): Promise<HostReport[]> {
  return db
    .selectFrom('host')
    .leftJoin('host_queue', 'host_queue.host_id', 'host.id')
    .where((where) => where.or([where('failures', '>', 0), where('dead_at', 'is not', null)]))
    .select([
      'host.name',
      'host.failures',
      'host.failing_since as failingSince',
      'host.dead_at as deadAt',
      'host.last_error as lastError',
      'host.last_success_at as lastSuccessAt',
      'host_queue.due_at as nextTryAt',
      sql<number>`(SELECT count(*)::int FROM delivery WHERE delivery.host_id = host.id)`.as('waiting'),
    ])
    .orderBy('failingSince')
    .orderBy('host.id')
    .limit(limit)
    .execute()
}

/** Everything that is known of a host. */
export interface HostView {
  readonly id: number
  readonly name: string
  readonly software: string | null
  readonly softwareVersion: string | null
  /** the signature that it took last */
  readonly knock: Knock
  /** how it answered last; `dead` after a week of failures and nothing else */
  readonly state: Standing | 'dead'
  readonly failures: number
  readonly failingSince: Date | null
  readonly lastError: string | null
  readonly lastSuccessAt: Date | null
  readonly lastFailureAt: Date | null
  /** when a request of theirs was last verified, to the hour */
  readonly heardAt: Date | null
  readonly askedAt: Date | null
  readonly nextTryAt: Date | null
  readonly waiting: number
  readonly accounts: number
  readonly inboxes: number
  readonly sharedInbox: string | null
}

const state = sql<HostView['state']>`CASE WHEN host.dead_at IS NOT NULL THEN 'dead'
  WHEN host.failures > 0 THEN 'failing' ELSE COALESCE(host_queue.standing, 'new') END`

const selectHosts = (db: Db) =>
  db
    .selectFrom('host')
    .leftJoin('host_queue', 'host_queue.host_id', 'host.id')
    .select([
      'host.id',
      'host.name',
      'host.software',
      'host.software_version as softwareVersion',
      'host.knock',
      'host.failures',
      'host.failing_since as failingSince',
      'host.last_error as lastError',
      'host.last_success_at as lastSuccessAt',
      'host.last_failure_at as lastFailureAt',
      'host.heard_at as heardAt',
      'host.asked_at as askedAt',
      'host_queue.due_at as nextTryAt',
      state.as('state'),
      sql<number>`(SELECT count(*)::int FROM delivery WHERE delivery.host_id = host.id)`.as('waiting'),
      sql<number>`(SELECT count(*)::int FROM inbox WHERE inbox.host_id = host.id)`.as('inboxes'),
      sql<number>`(SELECT count(*)::int FROM account JOIN inbox ON inbox.id = account.inbox_id
        WHERE inbox.host_id = host.id)`.as('accounts'),
      sql<string | null>`(SELECT inbox.url FROM inbox WHERE inbox.host_id = host.id
        AND EXISTS (SELECT 1 FROM account WHERE account.shared_inbox_id = inbox.id) LIMIT 1)`.as(
        'sharedInbox',
      ),
    ])

/** Hosts by name, some at a time; those in trouble alone, if asked for. */
export async function listHosts(
  db: Db,
  options: { readonly after?: string; readonly limit: number; readonly troubled?: boolean },
): Promise<HostView[]> {
  const { after, limit, troubled = false } = options
  return selectHosts(db)
    .$if(after !== undefined, (query) => query.where('host.name', '>', after ?? ''))
    .$if(troubled, (query) =>
      query.where((where) => where.or([where('failures', '>', 0), where('dead_at', 'is not', null)])),
    )
    .orderBy('host.name')
    .limit(limit)
    .execute()
}

/** One host by its name as in addresses, with its port. */
export async function findHost(db: Db, name: string): Promise<HostView | undefined> {
  return selectHosts(db).where('host.name', '=', name.toLowerCase()).executeTakeFirst()
}
