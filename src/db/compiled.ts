import { CompiledQuery } from 'kysely'
import type { Db } from './connect.ts'
import { ofAnyLength } from './lists.ts'
import { giveName } from './names.ts'

/** Stands for a value of a query that is put together before its values are known. */
class Place {
  readonly at: number
  constructor(at: number) {
    this.at = at
  }
}

interface Ready {
  readonly text: string
  /** which value stands for `$1`, `$2` … */
  readonly order: readonly (Place | unknown)[]
}

/**
 * A query that is put together by the builder once, and from then on is a named statement: for hot ones that are made of
 * fragments, such as the rule of who may see a post.
 * @param name unique in the program
 * @param build gets stand-ins for the values, in their order, and uses each as often as it likes
 */
export function compiled<Row, Values extends readonly unknown[]>(
  name: string,
  build: (db: Db, ...values: Values) => { compile(db: Db): CompiledQuery },
): (db: Db, ...values: Values) => Promise<Row[]> {
  let ready: Ready | undefined
  return async (db, ...values) => {
    ready ??= prepare(name, db, build, values.length)
    const parameters = ready.order.map((each) => (each instanceof Place ? values[each.at] : each))
    const { rows } = await db.executeQuery<Row>(CompiledQuery.raw(ready.text, parameters))
    return rows
  }
}

function prepare<Values extends readonly unknown[]>(
  name: string,
  db: Db,
  build: (db: Db, ...values: Values) => { compile(db: Db): CompiledQuery },
  count: number,
): Ready {
  const places = Array.from({ length: count }, (_, at) => new Place(at))
  const { sql, parameters } = build(db, ...(places as unknown as Values)).compile(db)
  // One value that is used twice is sent once.
  const order: unknown[] = []
  const numbers = parameters.map((parameter) => {
    const known = parameter instanceof Place ? order.indexOf(parameter) : -1
    return known === -1 ? order.push(parameter) : known + 1
  })
  const text = ofAnyLength(sql.replace(/\$(\d+)/g, (_, number: string) => `$${numbers[Number(number) - 1]}`))
  giveName(name, text)
  return { text, order }
}
