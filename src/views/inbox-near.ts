import { type RawBuilder, sql } from 'kysely'
import { type AccountId, idAt } from '../base/ids.ts'
import type { Db } from '../db/connect.ts'
import { keyset, type Range } from './ranges.ts'

/** What an inbox may be narrowed to. */
export interface InboxFilter {
  readonly type?: string
  readonly objectType?: string
  /** the id of what an activity is about */
  readonly object?: string
  readonly actor?: string
  readonly publishedAfter?: Date
}

/** As many as are looked at for one page, so that a rare find costs no more than a frequent one. */
export const LOOKED_AT = 2000

/** The next two thousand that the indexes find. */
export async function nearOf(
  db: Db,
  ownerId: AccountId,
  range: Pick<Range, 'past' | 'back'>,
  filter: InboxFilter,
): Promise<RawBuilder<unknown>> {
  const parts: RawBuilder<unknown>[] = []
  if (filter.actor !== undefined) {
    const actor = await db
      .selectFrom('account')
      .select('id')
      .where('uri', '=', filter.actor)
      .executeTakeFirst()
    parts.push(actor ? sql`AND item.actor_id = ${actor.id}::bigint` : sql`AND false`)
  }
  if (filter.type !== undefined) parts.push(sql`AND item.kind = ${filter.type}`)
  if (filter.object !== undefined) parts.push(sql`AND item.id IN (${aboutOf(ownerId, filter.object)})`)
  if (filter.publishedAfter !== undefined) {
    parts.push(sql`AND item.id >= ${idAt(filter.publishedAfter)}::bigint`)
  }
  const { where, rest } = keyset('item.id', { ...range, limit: LOOKED_AT })
  return sql`
    SELECT item.* FROM inbox_item AS item
    WHERE item.owner_id = ${ownerId}::bigint AND ${where} ${parts.length > 0 ? sql.join(parts, sql` `) : sql``} ${rest}`
}

/** What somebody said of that object, showed of it, or did to it. */
function aboutOf(ownerId: AccountId, object: string): RawBuilder<unknown> {
  const me = sql`${ownerId}::bigint`
  return sql`
    SELECT id FROM inbox_item WHERE owner_id = ${me} AND object_uri = ${object}
    UNION ALL SELECT about.id FROM post
      JOIN inbox_item AS about ON about.post_id = post.id WHERE post.uri = ${object} AND about.owner_id = ${me}
    UNION ALL SELECT about.id FROM post JOIN post AS boost ON boost.boost_of_id = post.id
      JOIN inbox_item AS about ON about.post_id = boost.id WHERE post.uri = ${object} AND about.owner_id = ${me}`
}

/** Of what came before it was kept what it is about, so many bytes are read to find out: two thousand of them at once. */
export const LARGEST_READ = 8192

/** NUL and halves of surrogate pairs, which PostgreSQL cannot read in JSON. */
const NO_JSONB = String.raw`\\u(0000|[dD][89aAbB])`

export function ofObjectType({ objectType }: InboxFilter = {}): RawBuilder<boolean> {
  if (objectType === undefined) return sql<boolean>`true`
  return sql<boolean>`(EXISTS (SELECT 1 FROM post LEFT JOIN post AS shown ON shown.id = post.boost_of_id
      WHERE post.id = item.post_id AND coalesce(shown.kind, post.kind) = lower(${objectType}))
    OR CASE WHEN item.object_types IS NOT NULL THEN item.object_types @> ARRAY[${objectType}::text]
      WHEN octet_length(item.body) > ${LARGEST_READ} OR item.body ~ ${NO_JSONB} THEN false
      ELSE item.body::jsonb -> 'object' -> 'type' @> to_jsonb(${objectType}::text) END)`
}

/** The same of the whole inbox. */
export const plainNear = (me: RawBuilder<unknown>, range: Pick<Range, 'past' | 'back'>) => {
  const { where, rest } = keyset('item.id', { ...range, limit: LOOKED_AT })
  return sql`SELECT item.* FROM inbox_item AS item WHERE item.owner_id = ${me} AND ${where} ${rest}`
}
