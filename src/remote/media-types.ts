const AS = 'https://www.w3.org/ns/activitystreams'

export const ACCEPT_ACTIVITY = `application/activity+json, application/ld+json; profile="${AS}"`

/** Only what is declared to be ActivityPub is read as such: anything else may be somebody's upload (S-060). */
export function isActivityType(contentType: string): boolean {
  const type = essence(contentType)
  if (type === 'application/activity+json') return true
  if (type !== 'application/ld+json') return false
  const [, quoted, bare] = /;\s*profile\s*=\s*(?:"([^"]*)"|([^\s;]+))/i.exec(contentType) ?? []
  return (quoted ?? bare ?? '').split(/\s+/).includes(AS)
}

export function isHtml(contentType: string): boolean {
  return ['text/html', 'application/xhtml+xml'].includes(essence(contentType))
}

function essence(contentType: string): string {
  return (contentType.split(';')[0] ?? '').trim().toLowerCase()
}

const LINKS = 50
const LONGEST_LINK = 2000

/**
 * The ActivityPub form of a page, as its `Link` header or a `<link>` in it says; undefined when neither does. Cheap
 * however the page is made: it looks at the first fifty links, each no longer than 2,000 characters.
 */
export function alternateOf(linkHeader: string, html: string, base: URL): URL | undefined {
  const href = inHeader(linkHeader) ?? inPage(html)
  if (href === undefined || !URL.canParse(href, base.href)) return undefined
  const url = new URL(href, base)
  return url.host === base.host && url.protocol === base.protocol ? url : undefined
}

function inHeader(header: string): string | undefined {
  for (const part of header.slice(0, LONGEST_LINK * 4).split(/,(?=\s*<)/)) {
    const end = part.indexOf('>')
    const start = part.indexOf('<')
    if (start === -1 || end < start) continue
    if (isAlternate(parameters(part.slice(end + 1)))) return part.slice(start + 1, end)
  }
  return undefined
}

function inPage(html: string): string | undefined {
  const lower = html.toLowerCase()
  let at = lower.indexOf('<link')
  for (let seen = 0; at !== -1 && seen < LINKS; seen++) {
    const end = lower.indexOf('>', at)
    if (end === -1) return undefined
    if (end - at <= LONGEST_LINK) {
      const found = parameters(html.slice(at + 5, end))
      if (isAlternate(found)) return found.get('href')?.replaceAll('&amp;', '&')
    }
    at = lower.indexOf('<link', end)
  }
  return undefined
}

/** `name="value"` pairs, as a Link header and a tag both write them. */
function parameters(text: string): Map<string, string> {
  const found = new Map<string, string>()
  for (const [, name = '', double, single, bare] of text.matchAll(
    /([a-z]+)\s{0,8}=\s{0,8}(?:"([^"]*)"|'([^']*)'|([^\s;"'>]+))/gi,
  )) {
    found.set(name.toLowerCase(), double ?? single ?? bare ?? '')
  }
  return found
}

function isAlternate(found: ReadonlyMap<string, string>): boolean {
  const rel = (found.get('rel') ?? '').toLowerCase().split(/\s+/)
  return rel.includes('alternate') && isActivityType(found.get('type') ?? '')
}
