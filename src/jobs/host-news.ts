import { sql } from 'kysely'
import type { Db } from '../db/connect.ts'
import type { Knock } from '../db/tables/queue.ts'

/** What a visit to a host has shown. */
export interface HostNews {
  readonly hostId: number
  /** some inbox took something */
  readonly delivered: boolean
  /** some answer came, whatever it said */
  readonly answered: boolean
  /** why the host could not be had in the end */
  readonly failure: string | null
  /** visits that failed since the last answer, this one included */
  readonly failures: number
  /** a signature that it took, when that is new */
  readonly knock: Knock | null
}

const DEAD_DAYS = 7

/**
 * Writes down how hosts answered: failures and since when, back to none with any answer; dead after seven days of
 * failures and nothing else, and back to life when something is delivered.
 */
export async function writeHostNews(db: Db, news: readonly HostNews[]): Promise<void> {
  if (news.length === 0) return
  await sql`
    UPDATE host h SET
      failures = t.failures,
      failing_since = CASE WHEN t.failure IS NULL THEN NULL WHEN t.answered THEN now()
        ELSE COALESCE(h.failing_since, now()) END,
      last_error = t.failure,
      dead_at = CASE WHEN t.delivered THEN NULL
        WHEN t.failure IS NOT NULL AND NOT t.answered
          AND h.failing_since <= now() - make_interval(days => ${DEAD_DAYS}) THEN COALESCE(h.dead_at, now())
        ELSE h.dead_at END,
      last_failure_at = CASE WHEN t.failure IS NULL THEN h.last_failure_at ELSE now() END,
      last_success_at = CASE WHEN t.delivered THEN now() ELSE h.last_success_at END,
      knock = COALESCE(t.knock, h.knock),
      knock_at = CASE WHEN t.knock IS NULL THEN h.knock_at ELSE now() END
    FROM unnest(
      ${news.map((one) => one.hostId)}::int[], ${news.map((one) => one.delivered)}::boolean[],
      ${news.map((one) => one.answered)}::boolean[], ${news.map((one) => one.failure)}::text[],
      ${news.map((one) => one.failures)}::int[], ${news.map((one) => one.knock)}::text[]
    ) AS t (host_id, delivered, answered, failure, failures, knock)
    WHERE h.id = t.host_id`.execute(db)
}
