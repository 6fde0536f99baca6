import { CompiledQuery } from 'kysely'
import type { Db } from './connect.ts'
import { giveName } from './names.ts'

/** Runs one hot statement, alone or within the transaction that it is given. */
export type Statement = <Row>(db: Db, values: readonly unknown[]) => Promise<Row[]>

/**
 * A statement that PostgreSQL parses once on each connection instead of at each call, which is a third of the work of
 * small ones. For the few that run thousands of times a second; the rest stay with the query builder.
 * @param name unique in the program; `pg_prepared_statements` shows it
 * @param text with `$1`, `$2` … for its values, and never put together from input
 */
export function statement(name: string, text: string): Statement {
  giveName(name, text)
  return async <Row>(db: Db, values: readonly unknown[]): Promise<Row[]> => {
    const { rows } = await db.executeQuery<Row>(CompiledQuery.raw(text, [...values]))
    return rows
  }
}
