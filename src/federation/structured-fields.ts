/**
 * As much of RFC 9651 (structured field values) as HTTP Message Signatures need: dictionaries whose members are inner
 * lists of strings (Signature-Input) or byte sequences (Signature, Content-Digest).
 */
export type Bare = string | number | boolean | Buffer | { readonly token: string }

export interface InnerList {
  readonly items: readonly { readonly name: string; readonly hasParameters: boolean }[]
  readonly parameters: ReadonlyMap<string, Bare>
  /** list and parameters in canonical form: what stands behind `"@signature-params": ` (RFC 9421, section 2.3) */
  readonly canonical: string
}

/** A reader that stands somewhere in a text; each `read…` moves it on or throws `SyntaxError`. */
interface Reader {
  readonly text: string
  at: number
}

const KEY = /[a-z*][a-z0-9_.*-]*/y
const NUMBER = /-?\d{1,15}(?:\.\d{1,3})?/y
const TOKEN = /[A-Za-z*][\w!#$%&'*+.^`|~:/-]*/y
const STRING = /"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"/y
const BYTES = /:([A-Za-z0-9+/]*={0,2}):/y
const SPACES = / */y
const COMMA = /[ \t]*,[ \t]*/y
const MOST_MEMBERS = 16
const MOST_ITEMS = 32

/** @throws SyntaxError when the text is no dictionary of inner lists of strings */
export function innerListsFrom(text: string): ReadonlyMap<string, InnerList> {
  return membersFrom(text, readInnerList)
}

/** @throws SyntaxError when the text is no dictionary of byte sequences */
export function bytesFrom(text: string): ReadonlyMap<string, Buffer> {
  return membersFrom(text, (reader) => {
    const bytes = Buffer.from(read(reader, BYTES)[1] ?? '', 'base64')
    readParameters(reader)
    return bytes
  })
}

function membersFrom<T>(text: string, readMember: (reader: Reader) => T): ReadonlyMap<string, T> {
  const members = new Map<string, T>()
  const reader = { text: text.trim(), at: 0 }
  while (reader.at < reader.text.length) {
    if (members.size > 0) read(reader, COMMA)
    const [key] = read(reader, KEY)
    // RFC 9651 lets the last of equal keys win; where a signature is at stake, two meanings are none.
    if (members.has(key) || members.size >= MOST_MEMBERS) throw new SyntaxError(`too much of ${key}`)
    expect(reader, '=')
    members.set(key, readMember(reader))
  }
  return members
}

function readInnerList(reader: Reader): InnerList {
  const items: { name: string; hasParameters: boolean }[] = []
  const canonical: string[] = []
  expect(reader, '(')
  for (;;) {
    read(reader, SPACES)
    if (reader.text[reader.at] === ')') break
    const before = reader.text[reader.at - 1]
    if ((items.length > 0 && before !== ' ') || items.length >= MOST_ITEMS) throw new SyntaxError('no list')
    const [quoted, name = ''] = read(reader, STRING)
    const parameters = readParameters(reader)
    items.push({ name: unescaped(name), hasParameters: parameters.map.size > 0 })
    canonical.push(quoted + parameters.canonical)
  }
  expect(reader, ')')
  const parameters = readParameters(reader)
  return { items, parameters: parameters.map, canonical: `(${canonical.join(' ')})${parameters.canonical}` }
}

function readParameters(reader: Reader): { map: Map<string, Bare>; canonical: string } {
  const map = new Map<string, Bare>()
  let canonical = ''
  while (reader.text[reader.at] === ';') {
    reader.at += 1
    read(reader, SPACES)
    const [key] = read(reader, KEY)
    if (map.has(key) || map.size >= MOST_MEMBERS) throw new SyntaxError(`too much of ${key}`)
    const start = reader.at
    if (reader.text[reader.at] === '=') {
      reader.at += 1
      map.set(key, readBare(reader))
    } else map.set(key, true)
    const value = reader.text.slice(start, reader.at)
    canonical += `;${key}${value === '=?1' ? '' : value}`
  }
  return { map, canonical }
}

function readBare(reader: Reader): Bare {
  const next = reader.text[reader.at] ?? ''
  if (next === '"') return unescaped(read(reader, STRING)[1] ?? '')
  if (next === ':') return Buffer.from(read(reader, BYTES)[1] ?? '', 'base64')
  if (next === '?') return read(reader, /\?[01]/y)[0] === '?1'
  if (next === '-' || (next >= '0' && next <= '9')) return Number(read(reader, NUMBER)[0])
  return { token: read(reader, TOKEN)[0] }
}

function read(reader: Reader, pattern: RegExp): RegExpExecArray {
  pattern.lastIndex = reader.at
  const match = pattern.exec(reader.text)
  if (!match) throw new SyntaxError(`unexpected at ${reader.at}`)
  reader.at += match[0].length
  return match
}

function expect(reader: Reader, character: string): void {
  if (reader.text[reader.at] !== character) throw new SyntaxError(`${character} expected at ${reader.at}`)
  reader.at += 1
}

function unescaped(text: string): string {
  return text.includes('\\') ? text.replace(/\\(["\\])/g, '$1') : text
}
