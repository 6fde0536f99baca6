import { unescapeHtml } from './escape.ts'

const MOST = 10
/** In our own sanitised form every link is written so. */
const LINK = /<a href="(https?:[^"]*)"([^>]*)>/gi

/** The pages that a sanitised text links to, in their order, without those it names as mentions and hashtags. */
export function pageLinksIn(html: string): readonly string[] {
  const found = new Set<string>()
  for (const [, href = '', attributes = ''] of html.matchAll(LINK)) {
    const words = [...attributes.matchAll(/\b(?:class|rel)="([^"]*)"/g)].flatMap(([, text = '']) =>
      text.split(' '),
    )
    if (words.some((word) => ['mention', 'hashtag', 'tag'].includes(word))) continue
    found.add(unescapeHtml(href))
    if (found.size === MOST) break
  }
  return [...found]
}

/** What says where a reader came from, and nothing about the page. */
const TRACKING = /^(?:utm_\w+|fbclid|gclid|dclid|msclkid|mc_[ce]id|igshid|_hsenc|_hsmi)$/i
/** As long as an index takes it. */
const LONGEST = 2000

/**
 * The one spelling of an address under which a page is kept: without fragment, tracking parameters and what a browser
 * would write otherwise. Undefined for what is no page on the web, or is too long.
 */
export function pageAddress(link: string): string | undefined {
  const url = URL.parse(link)
  if (!url || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') return undefined
  url.hash = ''
  for (const name of [...url.searchParams.keys()]) if (TRACKING.test(name)) url.searchParams.delete(name)
  return url.href.length <= LONGEST ? url.href : undefined
}
