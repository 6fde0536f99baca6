import { cleanText, cutText } from './clean.ts'
import { escapeHtml } from './escape.ts'
import { type FoundHandle, type Token, tokensIn } from './tokens.ts'

/** Who and what the words of a text lead to. */
export interface Targets {
  /** the profile page and the name to show of whoever a handle means; undefined leaves it as text */
  mention(handle: FoundHandle): { readonly url: string; readonly name: string } | undefined
  /** the page of a hashtag, by its name in lower case; undefined leaves it as text */
  tagUrl(name: string): string | undefined
  /** links are their author's own, as those of a profile: `rel=me` */
  readonly ownLinks?: boolean
}

/** How much of a link is shown, in characters after its scheme. */
const SHOWN_LENGTH = 30

/**
 * A plain text as the HTML that Mastodon's clients expect: paragraphs, `<br />`, links whose scheme and tail are
 * `span.invisible`, mentions within `span.h-card`, hashtags as `a.mention.hashtag`. An empty text gives ''.
 */
export function htmlFrom(text: string, targets: Targets): string {
  const plain = cleanText(text).replace(/\r\n?/g, '\n').trim()
  if (plain === '') return ''
  let html = ''
  let from = 0
  for (const token of tokensIn(plain)) {
    html += escapeHtml(plain.slice(from, token.start))
    html += tokenHtml(token, plain.slice(token.start, token.end), targets)
    from = token.end
  }
  html += escapeHtml(plain.slice(from))
  return html
    .split(/\n[^\S\n]*\n\s*/)
    .map((paragraph) => `<p>${paragraph.replaceAll('\n', '<br />')}</p>`)
    .join('')
}

function tokenHtml(token: Token, written: string, targets: Targets): string {
  if (token.kind === 'link') return linkHtml(token.url, written, targets.ownLinks === true)
  if (token.kind === 'hashtag') {
    const url = targets.tagUrl(token.name)
    if (url === undefined) return escapeHtml(written)
    return `<a href="${escapeHtml(url)}" class="mention hashtag" rel="tag">#<span>${escapeHtml(token.displayName)}</span></a>`
  }
  const account = targets.mention({ name: token.name, host: token.host })
  if (account === undefined) return escapeHtml(written)
  return `<span class="h-card" translate="no"><a href="${escapeHtml(account.url)}" class="u-url mention">@<span>${escapeHtml(account.name)}</span></a></span>`
}

function linkHtml(url: string, written: string, own: boolean): string {
  const prefix = /^https?:\/\/(?:www\.)?/i.exec(written)?.[0] ?? ''
  const body = written.slice(prefix.length)
  const shown = cutText(body, SHOWN_LENGTH)
  const rest = body.slice(shown.length)
  const spans = [
    `<span class="invisible">${escapeHtml(prefix)}</span>`,
    `<span${rest === '' ? '' : ' class="ellipsis"'}>${escapeHtml(shown)}</span>`,
    `<span class="invisible">${escapeHtml(rest)}</span>`,
  ]
  return `<a href="${escapeHtml(url)}" target="_blank" rel="${own ? 'me ' : ''}nofollow noopener" translate="no">${spans.join('')}</a>`
}
