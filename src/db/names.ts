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

/** Makes a connection send named statements by their names: parsed once on each connection, planned a few times. */
export function nameStatements(client: ClientBase): void {
  const query = client.query
  const named = (first: unknown, values: unknown, ...rest: unknown[]): unknown => {
    const name = typeof first === 'string' ? names.get(first) : undefined
    const args = name === undefined ? [first, values, ...rest] : [{ name, text: first, values }, ...rest]
    return Reflect.apply(query, client, args)
  }
  Object.assign(client, { query: named })
}
