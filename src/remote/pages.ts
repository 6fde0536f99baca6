import { Refusal } from '../base/refusal.ts'
import type { PageCard } from '../domain/previews/preview.ts'
import { cleanLine, cutText } from '../text/clean.ts'
import { type PageMeta, pageMetaIn } from '../text/page-meta.ts'
import { pageTextFrom } from '../text/page-text.ts'
import {
  dateOf,
  isObject,
  isUri,
  type Json,
  type JsonObject,
  languageOf,
  parseJson,
  textOf,
} from '../translate/json.ts'
import { isHtml } from './media-types.ts'
import type { Robots } from './robots.ts'
import type { Visitor } from './visitor.ts'

/** What a page says of itself, and who it says has made it: `@name@host`. */
export interface ReadPage {
  readonly card: Omit<PageCard, 'creatorId'>
  readonly creator: string
  /** the domain that it was found on */
  readonly host: string
}

/** From the first look-up to the last byte, `robots.txt` and oEmbed included. */
const DEADLINE_MS = 15_000
/** Heads are short; what comes after this is not read. */
const CUT_AT = 1_048_576
const OEMBED_CUT_AT = 65_536
const LONGEST = 500

/**
 * Asks a page what it is. Only what its server lets robots read, only HTML, only text of it: whatever else a page or its
 * oEmbed offers is left.
 * @returns undefined when it gives nothing to show
 * @throws Refusal or Transient when it cannot be had
 */
export async function readPage(
  visitor: Visitor,
  robots: Robots,
  address: string,
): Promise<ReadPage | undefined> {
  const endsAt = performance.now() + DEADLINE_MS
  const url = new URL(address)
  if (!(await robots(url, endsAt))) return undefined
  const mayGoOn = (next: URL) => robots(next, endsAt)
  const accept = 'text/html, application/xhtml+xml'
  const answer = await visitor.visit(url, { accept, signed: false, endsAt, cutAt: CUT_AT, mayGoOn })
  const type = answer.header('content-type')
  if (!isHtml(type)) return undefined
  const meta = pageMetaIn(pageTextFrom(answer.body, type))
  const more = await oembedOf(visitor, robots, { meta, base: answer.url, endsAt })
  const title = meta.title || more.title
  if (title === '') return undefined
  return { card: cardFrom(meta, more, answer.url, title), creator: meta.creator, host: answer.url.hostname }
}

interface Oembed {
  readonly title: string
  readonly kind: PageCard['kind']
  readonly authorName: string
  readonly authorUrl: string
  readonly provider: string
}

const nothing: Oembed = { title: '', kind: 'link', authorName: '', authorUrl: '', provider: '' }

/** Its words alone: the HTML that oEmbed offers is code of others (S-104). */
async function oembedOf(
  visitor: Visitor,
  robots: Robots,
  { meta, base, endsAt }: { readonly meta: PageMeta; readonly base: URL; readonly endsAt: number },
): Promise<Oembed> {
  const url = addressIn(meta.oembed, base)
  if (url === null) return nothing
  const mayGoOn = (next: URL) => robots(next, endsAt)
  try {
    if (!(await mayGoOn(new URL(url)))) return nothing
    const visit = { accept: 'application/json', signed: false, endsAt, cutAt: OEMBED_CUT_AT, mayGoOn }
    const said = parseJson((await visitor.visit(new URL(url), visit)).body.toString())
    return isObject(said) ? oembedFrom(said) : nothing
  } catch (error) {
    if (error instanceof Refusal) return nothing
    // The page itself was had; that will do.
    return nothing
  }
}

function oembedFrom(said: JsonObject): Oembed {
  const line = (value: Json | undefined) => cutText(cleanLine(textOf(value) ?? ''), LONGEST)
  const kind = (['photo', 'video', 'rich'] as const).find((each) => each === said.type) ?? 'link'
  return {
    title: line(said.title),
    kind,
    authorName: line(said.author_name),
    authorUrl: textOf(said.author_url) ?? '',
    provider: line(said.provider_name),
  }
}

function cardFrom(meta: PageMeta, more: Oembed, base: URL, title: string): ReadPage['card'] {
  return {
    title,
    description: meta.description,
    kind: more.kind === 'link' && meta.kind.startsWith('video') ? 'video' : more.kind,
    provider: meta.siteName || more.provider,
    authorName: meta.authorName || more.authorName,
    authorUrl: addressIn(more.authorUrl, base),
    imageUrl: addressIn(meta.imageUrl, base),
    imageAlt: meta.imageAlt,
    imageWidth: meta.imageWidth,
    imageHeight: meta.imageHeight,
    language: languageOf(meta.language || undefined),
    publishedAt: dateOf(meta.publishedAt) ?? null,
  }
}

function addressIn(text: string, base: URL): string | null {
  const url = text === '' ? null : URL.parse(text, base.href)
  return url && isUri(url.href) ? url.href : null
}
