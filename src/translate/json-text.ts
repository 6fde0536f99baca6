import { refuse } from '../base/refusal.ts'

/** How large a document may be in its parts, whatever its bytes (S-026). */
export interface ShapeLimits {
  readonly depth: number
  readonly nodes: number
  readonly items: number
  readonly contexts: number
}

export const shapeLimits: ShapeLimits = { depth: 32, nodes: 10_000, items: 5_000, contexts: 10 }

const [QUOTE, COMMA, BACKSLASH] = [34, 44, 92]
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [91, 93, 123, 125]

/**
 * Counts brackets and commas of a JSON text without parsing it, and stops at the first excess. A few milliseconds a
 * megabyte; what is no JSON at all may pass, the parser sees to that.
 * @throws Refusal 'request.invalid' for a depth or a number of parts beyond the limits
 */
export function checkText(text: string, limits: ShapeLimits = shapeLimits): void {
  let depth = 0
  let parts = 0
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) at = endOfString(text, at)
    else if (code === COMMA) parts += 1
    else if (code === OPEN_LIST || code === OPEN_OBJECT) depth += 1
    else if (code === CLOSE_LIST || code === CLOSE_OBJECT) depth -= 1
    if (depth > limits.depth) refuse('request.invalid', { reason: 'nested too deep' })
    if (parts > limits.nodes) refuse('request.invalid', { reason: 'too many parts' })
  }
}

function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1)
  while (end !== -1 && isEscaped(text, end)) end = text.indexOf('"', end + 1)
  return end === -1 ? text.length : end
}

function isEscaped(text: string, at: number): boolean {
  let from = at
  while (text.charCodeAt(from - 1) === BACKSLASH) from -= 1
  return (at - from) % 2 === 1
}
