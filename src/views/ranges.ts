import { type RawBuilder, sql } from 'kysely'

/** A piece of a list in the list's own order: from its beginning, or what follows one item, or what stands before one. */
export interface Range {
  /** what follows the item with this key */
  readonly past?: string
  /** what stands before the item with this key, the nearest of it */
  readonly back?: string
  readonly limit: number
}

export type Order = 'newest' | 'oldest'

/** The condition and the order by which a query finds a piece of a list; `inOrder` puts the rows right afterwards. */
export function keyset(
  column: string,
  { past, back, limit }: Range,
  first: Order = 'newest',
): { readonly where: RawBuilder<boolean>; readonly rest: RawBuilder<unknown> } {
  const key = sql.ref(column)
  const key0 = back ?? past
  // Away from the beginning of the list, or towards it.
  const down = (first === 'newest') === (back === undefined)
  const where =
    key0 === undefined ? sql<boolean>`true` : sql<boolean>`${key} ${down ? sql`<` : sql`>`} ${key0}::bigint`
  return { where, rest: sql`ORDER BY ${key} ${down ? sql`DESC` : sql`ASC`} LIMIT ${limit}` }
}

/** Rows as they were found, in the order of the list. */
export function inOrder<Row>(rows: readonly Row[], { back }: Range): readonly Row[] {
  return back === undefined ? rows : rows.toReversed()
}
