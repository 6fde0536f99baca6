import { sql } from 'kysely'
import type { Db } from '../db/connect.ts'

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
