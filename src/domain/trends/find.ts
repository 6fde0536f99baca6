import { type RawBuilder, sql } from 'kysely'
import type { Db } from '../../db/connect.ts'

/** What can be decided about. */
export type Reviewed = 'tag' | 'post' | 'link' | 'publisher'

/**
 * What was decided about the row of a query, as a column or a condition: true, false, or null as long as nobody has.
 */
export const decided = (kind: Reviewed, subject: RawBuilder<unknown>): RawBuilder<boolean | null> =>
  sql<boolean | null>`(SELECT review.approved FROM trend_review AS review
    WHERE review.kind = ${kind} AND review.subject_id = ${subject})`

/** Whether there is something to be decided about, by its id. */
export async function isThere(db: Db, kind: Reviewed, id: string): Promise<boolean> {
  const { rows } = await sql<{ there: boolean }>`SELECT ${THERE[kind](sql`${id}::bigint`)} AS there`.execute(
    db,
  )
  return rows[0]?.there === true
}

const THERE: Readonly<Record<Reviewed, (id: RawBuilder<unknown>) => RawBuilder<unknown>>> = {
  tag: (id) => sql`EXISTS (SELECT 1 FROM hashtag WHERE hashtag.id = ${id})`,
  // What only some may read is no trend, and not told of to those who decide.
  post: (id) => sql`EXISTS (SELECT 1 FROM post WHERE post.id = ${id} AND post.visibility = 'public'
    AND post.boost_of_id IS NULL AND NOT post.held)`,
  link: (id) => sql`EXISTS (SELECT 1 FROM preview WHERE preview.id = ${id} AND preview.title IS NOT NULL)`,
  publisher: (id) => sql`EXISTS (SELECT 1 FROM publisher WHERE publisher.id = ${id})`,
}
