import { type RawBuilder, sql } from 'kysely'

/** A page of a list, newest first, by the keys of its items. */
export interface PageQuery {
  /** only what is older than this */
  readonly maxId?: string
  /** only what is newer than this, the newest of it */
  readonly sinceId?: string
  /** only what is newer than this, the nearest of it; never together with `sinceId` */
  readonly minId?: string
  readonly limit: number
}

/** The condition and the order by which a query finds a page; `newestFirst` puts the rows right afterwards. */
export function pageBy(
  column: string,
  { maxId, sinceId, minId, limit }: PageQuery,
): { readonly where: RawBuilder<boolean>; readonly rest: RawBuilder<unknown> } {
  const key = sql.ref(column)
  const above = minId ?? sinceId
  const where = sql<boolean>`(${maxId === undefined ? sql`true` : sql`${key} < ${maxId}::bigint`}
    AND ${above === undefined ? sql`true` : sql`${key} > ${above}::bigint`})`
  return { where, rest: sql`ORDER BY ${key} ${minId === undefined ? sql`DESC` : sql`ASC`} LIMIT ${limit}` }
}

/** Rows of a page as they were found, newest first. */
export function newestFirst<Row>(rows: readonly Row[], { minId }: Pick<PageQuery, 'minId'>): readonly Row[] {
  return minId === undefined ? rows : rows.toReversed()
}
