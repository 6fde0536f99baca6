import { CompiledQuery, type RawBuilder, sql } from 'kysely'
import type { Db } from './connect.ts'
import { ofAnyLength } from './lists.ts'
import { giveName } from './names.ts'

/** Where a value will stand. */
class Place {
  readonly name: string
  constructor(name: string) {
    this.name = name
  }
}

/** Runs it with values for its places. */
export type Prepared<Name extends string> = <Row>(
  db: Db,
  values: Readonly<Record<Name, unknown>>,
) => Promise<Row[]>

/**
 * A statement that is put together from fragments once, and that PostgreSQL parses once on each connection: for the few
 * that are hot and share their conditions with others. Where `statement` takes a text, this takes what the query builder
 * makes.
 * @param name unique in the program
 * @param build gets a maker of places, and is called once
 */
export function prepared<Name extends string>(
  name: string,
  build: (at: (value: Name) => RawBuilder<unknown>) => RawBuilder<unknown>,
): Prepared<Name> {
  let made: { readonly text: string; readonly places: readonly unknown[] } | undefined
  return async <Row>(db: Db, values: Readonly<Record<Name, unknown>>): Promise<Row[]> => {
    if (!made) {
      made = sentOnce(build((value) => sql`${new Place(value)}`).compile(db))
      giveName(name, made.text)
    }
    const given = made.places.map((place) => (place instanceof Place ? values[place.name as Name] : place))
    const { rows } = await db.executeQuery<Row>(CompiledQuery.raw(made.text, given))
    return rows
  }
}

/** However often a value is used, it is sent once. */
function sentOnce({ sql: text, parameters }: CompiledQuery): {
  readonly text: string
  readonly places: readonly unknown[]
} {
  const places: unknown[] = []
  const numbers = parameters.map((each) => {
    const known = places.findIndex(
      (place) => place instanceof Place && each instanceof Place && place.name === each.name,
    )
    return known === -1 ? places.push(each) : known + 1
  })
  const numbered = text.replace(/\$(\d+)/g, (_, at: string) => `$${numbers[Number(at) - 1]}`)
  return { text: ofAnyLength(numbered), places }
}
