import { domainToASCII } from 'node:url'
import { LinkifyIt } from 'linkify-it'

/** `name` as written, `host` in lower-case ASCII with its port; null when none was written. */
export interface FoundHandle {
  readonly name: string
  readonly host: string | null
}

/** `name` is what two spellings of one tag share; `displayName` is as it was written, without `#`. */
export interface FoundHashtag {
  readonly name: string
  readonly displayName: string
}

interface Span {
  /** UTF-16 offsets into the text, `end` exclusive */
  readonly start: number
  readonly end: number
}

export type Token = Span &
  (
    | { readonly kind: 'link'; readonly url: string }
    | ({ readonly kind: 'mention' } & FoundHandle)
    | ({ readonly kind: 'hashtag' } & FoundHashtag)
  )

/** Only addresses that say their scheme: `example.com` alone is text, as on Mastodon. */
const links = new LinkifyIt({ fuzzyLink: false, fuzzyEmail: false })
  .add('mailto:', null)
  .add('ftp:', null)
  .add('//', null)

const LONGEST_NAME = 128
const LONGEST_TAG = 128

/** Before a mention there may be no letter, digit, `=` or `/`: those are e-mail addresses, queries and paths. */
const MENTION =
  /(?<![=/\p{L}\p{M}\p{N}\p{Pc}])@([\p{L}\p{N}_]+(?:[.-]+[\p{L}\p{N}_]+)*)(?:@([\p{L}\p{M}\p{N}][\p{L}\p{M}\p{N}-]*(?:\.[\p{L}\p{M}\p{N}][\p{L}\p{M}\p{N}-]*)*)(:\d{1,5}(?!\d))?)?/gu
const HASHTAG = /(?<![=/)&\p{L}\p{M}\p{N}\p{Pc}])[#＃]([\p{L}\p{N}\p{Pc}][\p{L}\p{M}\p{N}\p{Pc}·・\u200c]*)/gu
const ASCII_NAME = /^[a-z0-9_]+(?:[.-]+[a-z0-9_]+)*/i

/**
 * Every link, mention and hashtag of a plain text, in the order of their places and without overlap. Works in any script:
 * in `@alice@example.socialさん` the host ends where its script does, and a bare `@aliceさん` names alice.
 */
export function tokensIn(text: string): Token[] {
  const found = linksIn(text)
  const taken = [...found]
  if (text.includes('@')) addFree(found, taken, mentionTokens(text))
  if (/[#＃]/.test(text)) addFree(found, taken, hashtagTokens(text))
  return found.sort((a, b) => a.start - b.start)
}

/** Each account that the text names, once, in the order of first mention. */
export function handlesIn(text: string): FoundHandle[] {
  const handles = new Map<string, FoundHandle>()
  for (const token of tokensIn(text)) {
    if (token.kind !== 'mention') continue
    const key = `${token.name.toLowerCase()}@${token.host ?? ''}`
    if (!handles.has(key)) handles.set(key, { name: token.name, host: token.host })
  }
  return [...handles.values()]
}

/** Each hashtag of the text, once, as first written. */
export function hashtagsIn(text: string): FoundHashtag[] {
  const tags = new Map<string, FoundHashtag>()
  for (const token of tokensIn(text)) {
    if (token.kind !== 'hashtag' || tags.has(token.name)) continue
    tags.set(token.name, { name: token.name, displayName: token.displayName })
  }
  return [...tags.values()]
}

/**
 * A hashtag as another server names it, with or without its `#`; undefined when it could be none. Looser than what we
 * find in text: Misskey's tags may hold dots, pluses or digits alone.
 */
export function hashtagFrom(written: string): FoundHashtag | undefined {
  const displayName = written.trim().replace(/^[#＃]/, '')
  if (displayName === '' || displayName.length > LONGEST_TAG || /[\s\p{Cc}<>"'#&?/\\]/u.test(displayName)) {
    return undefined
  }
  return { name: tagName(displayName), displayName }
}

function tagName(displayName: string): string {
  return displayName.normalize('NFKC').toLowerCase()
}

function linksIn(text: string): Token[] {
  if (!/https?:/i.test(text)) return []
  return (links.match(text) ?? [])
    .filter((match) => URL.canParse(match.url))
    .map((match) => ({ kind: 'link', start: match.index, end: match.lastIndex, url: match.url }))
}

/** Adds what does not lie within something found before; `taken` is in order of place, as are the candidates. */
function addFree(found: Token[], taken: readonly Token[], candidates: Iterable<Token>): void {
  let next = 0
  for (const candidate of candidates) {
    while (next < taken.length && (taken[next]?.end ?? 0) <= candidate.start) next += 1
    const obstacle = taken[next]
    if (obstacle === undefined || obstacle.start >= candidate.end) found.push(candidate)
  }
}

function* mentionTokens(text: string): Generator<Token> {
  for (const match of text.matchAll(MENTION)) {
    const [, name = '', host = '', port = ''] = match
    const start = match.index
    const remote = host === '' ? undefined : hostWithin(host, port)
    if (remote !== undefined && name.length <= LONGEST_NAME) {
      yield { kind: 'mention', start, end: start + name.length + 2 + remote.length, name, host: remote.host }
      continue
    }
    const bare = bareName(name)
    if (bare !== undefined)
      yield { kind: 'mention', start, end: start + 1 + bare.length, name: bare, host: null }
  }
}

/** Where the host ends, since scripts without spaces run on: no top level mixes Latin letters with another script. */
function hostWithin(written: string, port: string): { host: string; length: number } | undefined {
  const lastDot = written.lastIndexOf('.')
  const last = written.slice(lastDot + 1)
  const latin = /^[\p{Script=Latin}\p{M}\d-]*/u.exec(last)?.[0] ?? ''
  const cut = latin === '' || latin.length === last.length ? written : written.slice(0, lastDot + 1) + latin
  const kept = cut.replace(/-+$/, '')
  const ascii = domainToASCII(kept)
  if (ascii === '' || ascii.length > 253) return undefined
  const withPort = kept.length === written.length ? port : ''
  return { host: ascii.toLowerCase() + withPort, length: kept.length + withPort.length }
}

/** Names here are ASCII, so `@aliceさん` names alice; but `@josé` does not name jos. */
function bareName(name: string): string | undefined {
  const ascii = ASCII_NAME.exec(name)?.[0]
  if (ascii === undefined || ascii.length > LONGEST_NAME) return undefined
  return /^[.-]*\p{Script=Latin}/u.test(name.slice(ascii.length)) ? undefined : ascii
}

function* hashtagTokens(text: string): Generator<Token> {
  for (const match of text.matchAll(HASHTAG)) {
    const displayName = (match[1] ?? '').replace(/[·・\u200c]+$/, '')
    if (!/\p{L}/u.test(displayName) || displayName.length > LONGEST_TAG) continue
    const end = match.index + 1 + displayName.length
    yield { kind: 'hashtag', start: match.index, end, name: tagName(displayName), displayName }
  }
}
