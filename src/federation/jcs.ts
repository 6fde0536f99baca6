import type { Json, JsonObject } from '../translate/json.ts'

/**
 * A value as the one text that RFC 8785 (JSON Canonicalization Scheme) gives it: no blanks, members sorted by UTF-16 code
 * units, numbers and strings as ECMAScript writes them. What is undefined is left out.
 */
export function canonicalJson(value: Json): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item)).join(',')}]`
  const members: string[] = []
  for (const name of Object.keys(value).toSorted()) {
    const member = (value as JsonObject)[name]
    if (member !== undefined) members.push(`${JSON.stringify(name)}:${canonicalJson(member)}`)
  }
  return `{${members.join(',')}}`
}
