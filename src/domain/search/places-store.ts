import { sql } from 'kysely'
import type { AccountId, PostId } from '../../base/ids.ts'
import type { Db } from '../../db/connect.ts'
import { statement } from '../../db/statement.ts'

/** Where somebody is in what they found. */
export interface SearchPlace {
  readonly offset: number
  /** what comes next is beyond this id, in the order of the list */
  readonly beyond: PostId
}

/** All that is kept of one list: of whom, and a number for what they look for. */
export interface SearchKey {
  readonly accountId: AccountId
  readonly search: string
}

/** As many pages of one list as can be asked for. */
const MOST_PLACES = 500

const nearest = statement(
  'search-place',
  `SELECT place.at AS "offset", place.last_id::text AS beyond
  FROM search_place, unnest(offsets, last_ids) WITH ORDINALITY AS place (at, last_id, turn)
  WHERE account_id = $1::bigint AND search = $2::bigint AND expires_at > $3::timestamptz AND place.at <= $4::integer
  ORDER BY place.at DESC, place.turn DESC LIMIT 1`,
)

/** The last place that is known before so many, or there. */
export async function nearestPlace(
  db: Db,
  { accountId, search }: SearchKey,
  offset: number,
  now: Date,
): Promise<SearchPlace | undefined> {
  return (await nearest<SearchPlace>(db, [accountId, search, now, offset]))[0]
}

const put = statement(
  'search-places-put',
  `INSERT INTO search_place AS had (account_id, search, offsets, last_ids, expires_at)
  VALUES ($1::bigint, $2::bigint, $3::integer[], $4::bigint[], $5::timestamptz)
  ON CONFLICT (account_id, search) DO UPDATE SET
    offsets = CASE WHEN $6::boolean THEN excluded.offsets
      ELSE had.offsets[greatest(1, cardinality(had.offsets) - ${MOST_PLACES}):] || excluded.offsets END,
    last_ids = CASE WHEN $6::boolean THEN excluded.last_ids
      ELSE had.last_ids[greatest(1, cardinality(had.last_ids) - ${MOST_PLACES}):] || excluded.last_ids END,
    expires_at = excluded.expires_at`,
)

/** @param anew whether what was known before is over */
export async function putPlaces(
  db: Db,
  { accountId, search }: SearchKey,
  places: readonly SearchPlace[],
  until: Date,
  anew: boolean,
): Promise<void> {
  const [offsets, ids] = [places.map(({ offset }) => offset), places.map(({ beyond }) => beyond)]
  await put(db, [accountId, search, offsets, ids, until, anew])
}

/** Some of those that nobody goes on from; how many that were. */
export async function deletePlaces(db: Db, now: Date, limit: number): Promise<number> {
  const { numAffectedRows } = await sql`
    DELETE FROM search_place WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM search_place WHERE expires_at <= ${now} LIMIT ${limit} FOR UPDATE SKIP LOCKED))`.execute(
    db,
  )
  return Number(numAffectedRows ?? 0)
}
