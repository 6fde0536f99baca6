import { CompiledQuery } from 'kysely'
import type { Db } from '../db/connect.ts'
import type { Tx } from '../db/transact.ts'

/** Stands in for db/statement.ts, with its signature. */
export function statement(_name: string, text: string) {
  return async <Row>(db: Db | Tx, values: unknown[]): Promise<Row[]> => {
    const { rows } = await db.executeQuery<Row>(CompiledQuery.raw(text, values))
    return rows
  }
}
