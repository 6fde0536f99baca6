import { Parser } from 'htmlparser2'
import { getDomain } from 'tldts'
import { refuse } from '../base/refusal.ts'
import { isHtml } from './media-types.ts'
import type { Visitor } from './visitor.ts'

const DEADLINE_MS = 10_000
const MOST_LINKS = 1000

/**
 * Where a page says that its owner is also to be found: the addresses of its links with `rel=me`, resolved and canonical.
 * The page is believed only over https, and only on the site that was linked to, wherever redirects lead (S-105).
 * @throws Refusal 'remote.refused' when it is no such page, and what `Visitor.visit` throws
 */
export async function relMeLinks(visitor: Visitor, address: string): Promise<ReadonlySet<string>> {
  const url = URL.parse(address)
  if (url === null) return refuse('remote.refused', { reason: 'not an address' })
  const answer = await visitor.visit(url, {
    accept: 'text/html, application/xhtml+xml',
    signed: false,
    endsAt: performance.now() + DEADLINE_MS,
  })
  if (answer.url.protocol !== 'https:') refuse('remote.refused', { reason: 'not over https' })
  if (!isSameSite(answer.url, url)) refuse('remote.refused', { reason: 'sent on to another site' })
  if (!isHtml(answer.header('content-type'))) refuse('remote.refused', { reason: 'no page' })
  return linksIn(answer.body.toString(), answer.url)
}

/** An address as two spellings of it share it. */
export function canonicalAddress(address: string): string | undefined {
  const url = URL.parse(address)
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) return undefined
  url.hash = ''
  return url.href.replace(/\/$/, '')
}

function linksIn(html: string, base: URL): ReadonlySet<string> {
  const found = new Set<string>()
  let seen = 0
  const parser = new Parser({
    onopentag(name, { rel = '', href = '' }) {
      if ((name !== 'a' && name !== 'link') || ++seen > MOST_LINKS) return
      if (!rel.toLowerCase().split(/\s+/).includes('me')) return
      const link = URL.parse(href, base.href)
      const address = link && canonicalAddress(link.href)
      if (address) found.add(address)
    },
  })
  parser.end(html)
  return found
}

/** One owner registered both: what is hosted for many (`github.io`) counts as their registry. */
function isSameSite(one: URL, other: URL): boolean {
  if (one.hostname === other.hostname) return true
  const [site, otherSite] = [one, other].map(({ hostname }) =>
    getDomain(hostname, { allowPrivateDomains: true }),
  )
  return site !== null && site === otherSite
}
