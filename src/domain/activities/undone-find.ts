import { sql } from 'kysely'
import type { AccountId, ActivityId } from '../../base/ids.ts'
import type { Db } from '../../db/connect.ts'

/** The Undo of an activity that somebody here has taken back. */
export async function findUndoOf(db: Db, id: ActivityId): Promise<ActivityId | undefined> {
  const row = await db
    .selectFrom('undone_activity')
    .select('by_id')
    .where('activity_id', '=', id)
    .executeTakeFirst()
  return row?.by_id
}

export interface Done {
  readonly accountId: AccountId
  readonly kind: string
  readonly objectUri: string
  /** of what is put somewhere, or taken from there: where */
  readonly targetUri?: string
}

/** Of what somebody did through apps, so many are looked at, */
const LOOKED_AT = 1000
/** and none that is longer than any that is meant well: all of them are read for one question. */
const LONGEST = 32_768

/** What somebody here did to something through an app and has not taken back, the last first: two of them at most. */
export async function findDone(
  db: Db,
  { accountId, kind, objectUri, targetUri }: Done,
): Promise<readonly ActivityId[]> {
  const at = (name: string) => sql`coalesce(lately.body->${name}->>'id', lately.body->>${name})`
  const { rows } = await sql<{ id: ActivityId }>`
    SELECT lately.id FROM (
      SELECT id, CASE WHEN octet_length(body) <= ${LONGEST} THEN body::jsonb END AS body FROM activity
      WHERE account_id = ${accountId}::bigint AND kind = ${kind}
        AND lasting AND post_id IS NULL AND object_id IS NULL
      ORDER BY id DESC LIMIT ${LOOKED_AT}
    ) AS lately
    WHERE ${at('object')} = ${objectUri}
      AND (${targetUri ?? null}::text IS NULL OR ${at('target')} = ${targetUri ?? null})
      AND NOT EXISTS (SELECT 1 FROM undone_activity AS undone WHERE undone.activity_id = lately.id)
    ORDER BY lately.id DESC LIMIT 2`.execute(db)
  return rows.map((row) => row.id)
}

/** Whom an activity was for, by name. */
export async function findHearers(
  db: Db,
  id: ActivityId,
): Promise<{ readonly accountId: AccountId; readonly blind: boolean }[]> {
  return db
    .selectFrom('activity_recipient')
    .select(['account_id as accountId', 'blind'])
    .where('activity_id', '=', id)
    .execute()
}
