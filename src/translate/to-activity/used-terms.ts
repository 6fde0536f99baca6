import { isObject, type Json, type JsonObject, listOf } from '../json.ts'

/**
 * The same document with those terms alone, of its inline contexts, that it uses: what is delivered a thousand times need
 * not carry the words of everything that a post might hold.
 */
export function withUsedTerms(document: JsonObject): JsonObject {
  const contexts = listOf(document['@context'])
  if (!contexts.some(isObject)) return document
  const used = new Set<string>()
  const { '@context': _context, ...rest } = document
  note(rest, used)
  const [sole, ...others] = contexts.flatMap((context) => trimmed(context, used))
  return {
    ...document,
    '@context': others.length === 0 && sole !== undefined ? sole : [sole ?? '', ...others],
  }
}

function trimmed(context: Json, used: ReadonlySet<string>): Json[] {
  if (!isObject(context)) return [context]
  const kept = new Set(Object.keys(context).filter((term) => used.has(term)))
  // A term may be written with another, which stands for the first half of an address.
  for (const term of kept) {
    const prefix = prefixOf(context[term])
    if (prefix !== undefined && prefix in context) kept.add(prefix)
  }
  const terms = Object.entries(context).filter(([term]) => kept.has(term))
  return terms.length === 0 ? [] : [Object.fromEntries(terms)]
}

function prefixOf(definition: Json | undefined): string | undefined {
  const id = isObject(definition) ? definition['@id'] : definition
  return typeof id === 'string' ? /^([\w-]+):(?!\/\/)/.exec(id)?.[1] : undefined
}

/** Names of members and of types, wherever they stand; of `toot:Emoji` both it and `toot`. */
function note(value: Json | undefined, used: Set<string>): void {
  if (Array.isArray(value)) for (const item of value) note(item, used)
  if (!isObject(value)) return
  for (const [name, member] of Object.entries(value)) {
    add(name, used)
    if (name === 'type') for (const type of listOf(member)) if (typeof type === 'string') add(type, used)
    note(member, used)
  }
}

function add(name: string, used: Set<string>): void {
  used.add(name)
  const colon = name.indexOf(':')
  if (colon > 0) used.add(name.slice(0, colon))
}
