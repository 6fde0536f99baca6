import { type RawBuilder, sql } from 'kysely'
import { idAt } from '../base/ids.ts'
import type { Db } from '../db/connect.ts'
import type { MeasureOf, Span } from './measures.ts'

export interface DimensionView {
  readonly key: DimensionKey
  readonly values: readonly DimensionValue[]
}

export interface DimensionValue {
  readonly key: string
  /** for people, where it is not the key */
  readonly name: string | null
  readonly value: string
  readonly unit?: string | undefined
}

interface Grouped {
  /** rows of `key`, `name` and `value` */
  readonly rows: (span: Span, of: MeasureOf, limit: number) => RawBuilder<unknown>
  readonly needs?: keyof MeasureOf
  readonly unit?: string
}

/** Of a long time the newest are looked at alone. */
const LOOKED_AT = 50_000

const biggest = (limit: number) => sql`GROUP BY 1, 2 ORDER BY count(*) DESC, 1 LIMIT ${limit}`
const since = (span: Span, id: RawBuilder<unknown>) =>
  sql`${id} >= ${idAt(span.from)}::bigint AND ${id} < ${idAt(span.to)}::bigint`
const tagged = (span: Span, { tagId }: MeasureOf) => sql`(
  SELECT post.account_id, post.language FROM post_hashtag JOIN post ON post.id = post_hashtag.post_id
  WHERE post_hashtag.hashtag_id = ${tagId ?? '0'}::bigint AND ${since(span, sql`post_hashtag.post_id`)}
  ORDER BY post_hashtag.post_id DESC LIMIT ${LOOKED_AT})`

const DIMENSIONS = {
  languages: {
    rows: (span, _of, limit) => sql`
      SELECT coalesce(posting_default.language, 'und') AS key, NULL AS name, count(*)::text AS value
      FROM login LEFT JOIN posting_default ON posting_default.account_id = login.account_id
      WHERE login.seen_at >= ${span.from} ${biggest(limit)}`,
  },
  sources: {
    rows: (span, _of, limit) => sql`
      SELECT coalesce(login.client_id, 'web') AS key, client.name, count(*)::text AS value
      FROM login LEFT JOIN client ON client.id = login.client_id
      WHERE login.created_at >= ${span.from} AND login.created_at < ${span.to} ${biggest(limit)}`,
  },
  servers: {
    rows: (span, _of, limit) => sql`
      SELECT coalesce(account.host, '') AS key, NULL AS name, count(*)::text AS value
      FROM (SELECT account_id FROM post WHERE ${since(span, sql`post.id`)} ORDER BY id DESC LIMIT ${LOOKED_AT}) AS said
      JOIN account ON account.id = said.account_id ${biggest(limit)}`,
  },
  space_usage: {
    unit: 'bytes',
    rows: () =>
      sql`SELECT 'postgresql' AS key, 'PostgreSQL' AS name, pg_database_size(current_database())::text AS value`,
  },
  software_versions: {
    rows: () =>
      sql`SELECT 'postgresql' AS key, 'PostgreSQL' AS name, current_setting('server_version') AS value`,
  },
  tag_servers: {
    needs: 'tagId',
    rows: (span, of, limit) => sql`
      SELECT coalesce(account.host, '') AS key, NULL AS name, count(*)::text AS value
      FROM ${tagged(span, of)} AS said JOIN account ON account.id = said.account_id ${biggest(limit)}`,
  },
  tag_languages: {
    needs: 'tagId',
    rows: (span, of, limit) => sql`
      SELECT coalesce(said.language, 'und') AS key, NULL AS name, count(*)::text AS value
      FROM ${tagged(span, of)} AS said ${biggest(limit)}`,
  },
  /** by how many people here follow them */
  instance_accounts: {
    needs: 'host',
    rows: (_span, { host }, limit) => sql`
      SELECT account.name AS key, NULL AS name, count(*)::text AS value
      FROM account JOIN follow ON follow.followed_id = account.id AND follow.state = 'accepted'
      WHERE account.host = ${host ?? ''} ${biggest(limit)}`,
  },
  instance_languages: {
    needs: 'host',
    rows: (span, { host }, limit) => sql`
      SELECT coalesce(post.language, 'und') AS key, NULL AS name, count(*)::text AS value
      FROM account JOIN post ON post.account_id = account.id AND ${since(span, sql`post.id`)}
      WHERE account.host = ${host ?? ''} ${biggest(limit)}`,
  },
} as const satisfies Readonly<Record<string, Grouped>>

export type DimensionKey = keyof typeof DIMENSIONS

export function isDimension(key: string): key is DimensionKey {
  return Object.hasOwn(DIMENSIONS, key)
}

/** What something is made up of, the most of it first; undefined when it is not said of what. In one statement. */
export async function viewDimension(
  db: Db,
  key: DimensionKey,
  span: Span,
  of: MeasureOf,
  limit: number,
): Promise<DimensionView | undefined> {
  const { rows, needs, unit }: Grouped = DIMENSIONS[key]
  if (needs !== undefined && of[needs] === undefined) return undefined
  const found = await sql<Omit<DimensionValue, 'unit'>>`${rows(span, of, limit)}`.execute(db)
  return { key, values: found.rows.map((row) => ({ ...row, unit })) }
}
