/**
 * The short way through sanitising, for the markup that nearly every post is written in: paragraphs, line breaks, links
 * and spans as Mastodon makes them, plain emphasis. It reads a small, fully known grammar and gives up on anything else,
 * however harmless; a property test holds it to the very output of the long way.
 */
export interface CommonRules {
  /** the attributes that a link may keep, in their order; undefined when it leads nowhere allowed */
  link(attributes: Readonly<Record<string, string>>): Readonly<Record<string, string>> | undefined
  span(attributes: Readonly<Record<string, string>>): Readonly<Record<string, string>>
}

/** Never nearer to the limits of the long way than this. */
const DEEPEST = 12

const TAG =
  /<(?:br ?\/?>|(p|b|i|u|s|em|strong|code|del|span)>|\/(p|b|i|u|s|em|strong|code|del|span|a)>|(a|span)((?: [a-z]+="[^"<>&]*(?:&amp;[^"<>&]*)*")+)>)/y
const KNOWN_ATTRIBUTES = new Set(['href', 'class', 'rel', 'target', 'translate'])

const ENTITY = /&(?:(amp|lt|gt)|(quot|#34)|(apos|#39|#x27)|(nbsp));/y

/** The clean form of HTML in the known grammar; undefined when any part of it is not. */
export function cleanCommonHtml(html: string, rules: CommonRules): string | undefined {
  const open: string[] = []
  let clean = ''
  let at = 0
  while (at < html.length) {
    const next = html.indexOf('<', at)
    const text = cleanRun(html.slice(at, next === -1 ? html.length : next))
    if (text === undefined) return undefined
    clean += text
    if (next === -1) break
    TAG.lastIndex = next
    const tag = TAG.exec(html)
    const written = tag === null ? undefined : cleanTag(tag, open, rules)
    if (written === undefined) return undefined
    clean += written
    at = TAG.lastIndex
  }
  return open.length === 0 ? clean : undefined
}

function cleanTag(tag: RegExpExecArray, open: string[], rules: CommonRules): string | undefined {
  const [, bare, closing, rich, attributes = ''] = tag
  if (closing !== undefined) return open.pop() === closing ? `</${closing}>` : undefined
  const name = bare ?? rich
  if (name === undefined) return '<br />'
  // A paragraph within anything, or a link within a link, is mended by parsers in ways of their own.
  const nested = name === 'p' ? open.length > 0 : name === 'a' ? open.includes('a') : open.length > DEEPEST
  if (nested) return undefined
  open.push(name)
  if (rich === undefined) return `<${name}>`
  const read = readAttributes(attributes)
  const kept = read && (rich === 'a' ? rules.link(read) : rules.span(read))
  return kept && `<${rich}${writeAttributes(kept)}>`
}

function readAttributes(written: string): Record<string, string> | undefined {
  const attributes: Record<string, string> = {}
  // The grammar of TAG leaves no other form: a space, a name, `="`, a value, `"`.
  for (let at = 0; at < written.length; ) {
    const equals = written.indexOf('=', at)
    const end = written.indexOf('"', equals + 2)
    const name = written.slice(at + 1, equals)
    const value = written.slice(equals + 2, end)
    at = end + 1
    if (!KNOWN_ATTRIBUTES.has(name) || attributes[name] !== undefined) return undefined
    attributes[name] = value.includes('&') ? value.replaceAll('&amp;', '&') : value
  }
  return attributes
}

function writeAttributes(attributes: Readonly<Record<string, string>>): string {
  let written = ''
  for (const name in attributes) {
    const value = attributes[name] ?? ''
    written += ` ${name}="${value.includes('&') ? value.replaceAll('&', '&amp;') : value}"`
  }
  return written
}

/** Text between tags in its one form: `&`, `<` and `>` escaped, quotes not. */
function cleanRun(run: string): string | undefined {
  if (run.includes('>')) return undefined
  if (!run.includes('&')) return run
  let clean = ''
  let at = 0
  for (let amp = run.indexOf('&'); amp !== -1; amp = run.indexOf('&', at)) {
    ENTITY.lastIndex = amp
    const entity = ENTITY.exec(run)
    if (entity === null) return undefined
    const [whole, escaped, double, single] = entity
    clean += run.slice(at, amp) + (escaped ? whole : double ? '"' : single ? "'" : '\u00a0')
    at = ENTITY.lastIndex
  }
  return clean + run.slice(at)
}
