import { createHash } from 'node:crypto'
import type { ClientBase } from 'pg'

/** The text of each named statement, with its name. */
const names = new Map<string, string>()

/**
 * From now on, this text is sent under this name by every connection that went through `nameStatements`.
 * @throws Error when the name already stands for another text, or is longer than PostgreSQL's 63 bytes
 */
export function giveName(name: string, text: string): void {
  if (Buffer.byteLength(name) > 63) throw new Error(`a statement's name is too long: ${name}`)
  for (const [known, taken] of names) {
    if (taken === name && known !== text) throw new Error(`two statements are named ${name}`)
  }
  names.set(text, name)
}

/** Every named statement of the modules that are loaded: its name and its text. */
export function namedStatements(): [name: string, text: string][] {
  return [...names].map(([text, name]) => [name, text])
}

type NameOf = (text: string, values: unknown) => string | undefined

const nameGiven: NameOf = (text) => names.get(text)

/** Makes a connection send named statements by their names: parsed once on each connection, planned a few times. */
export function nameStatements(client: ClientBase, nameOf: NameOf = nameGiven): void {
  const query = client.query
  const named = (first: unknown, values: unknown, ...rest: unknown[]): unknown => {
    const name = typeof first === 'string' ? nameOf(first, values) : undefined
    const args = name === undefined ? [first, values, ...rest] : [{ name, text: first, values }, ...rest]
    return Reflect.apply(query, client, args)
  }
  Object.assign(client, { query: named })
}

/** A statement is worth a name when it was seen so often; each costs some memory on each connection. */
const OFTEN = 20
const MOST_NAMES = 200
const MOST_COUNTED = 2000
/** Longer ones are lists of rows, and never the same twice. */
const LONGEST = 6000

/** Names what has no name and comes again and again, word by word; for a pool that does the same all day. */
export function nameOften(): NameOf {
  const seen = new Map<string, number>()
  const learnt = new Map<string, string>()
  return (text, values) => {
    const known = names.get(text) ?? learnt.get(text)
    if (known !== undefined || learnt.size >= MOST_NAMES) return known
    if (text.length > LONGEST || !Array.isArray(values) || values.length === 0) return undefined
    const times = (seen.get(text) ?? 0) + 1
    if (seen.size < MOST_COUNTED || times > 1) seen.set(text, times)
    if (times < OFTEN) return undefined
    const name = `often-${createHash('sha256').update(text).digest('hex').slice(0, 16)}`
    learnt.set(text, name)
    return name
  }
}
