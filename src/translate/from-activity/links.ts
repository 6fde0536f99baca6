import { getDomain } from 'tldts'
import { hostOf, isObject, isUri, type Json, LONGEST_URI, listOf, textOf, typeOf } from '../json.ts'

interface Candidate {
  readonly href: string
  readonly mediaType: string
}

/** Sites whose people's pages live on another registered domain than their ids. */
const MOVED_PAGES: Readonly<Record<string, readonly string[]>> = { 'threads.net': ['threads.com'] }

/**
 * The page for people among the addresses of an object: a Link of HTML first, then whatever says no media type. Null
 * when there is none, or when it is not on the site of `id`: else anyone could pass for the page of somebody's post.
 */
export function pageUrlOf(value: Json | undefined, id: string): string | null {
  const candidates = candidatesOf(value)
  const page =
    candidates.find(({ mediaType }) => /^(?:text\/html|application\/xhtml\+xml)/i.test(mediaType)) ??
    candidates.find(({ mediaType }) => mediaType === '')
  return page !== undefined && onSameSite(page.href, id) ? page.href : null
}

/** The address of a picture given as Image, Link, text or a list of them. */
export function imageUrlOf(value: Json | undefined): string | null {
  for (const item of listOf(value)) {
    const [found] = candidatesOf(isObject(item) && item.url !== undefined ? item.url : item)
    if (found !== undefined) return found.href
  }
  return null
}

/** WordPress escapes the `&` of its addresses as HTML. */
export function decodedUri(text: string): string | undefined {
  const uri = text
    .trim()
    .replace(/&(?:amp|#0*38|#x0*26);/gi, '&')
    .slice(0, LONGEST_URI + 1)
  return isUri(uri) ? uri : undefined
}

function candidatesOf(value: Json | undefined): Candidate[] {
  return listOf(value).flatMap((item) => {
    const href = isObject(item) ? (textOf(item.href) ?? '') : typeof item === 'string' ? item : ''
    const uri = decodedUri(href)
    if (uri === undefined) return []
    return [{ href: uri, mediaType: isObject(item) ? (textOf(item.mediaType) ?? '') : '' }]
  })
}

function onSameSite(url: string, id: string): boolean {
  const [host, home] = [hostOf(url), hostOf(id)]
  if (host === undefined || home === undefined) return false
  if (host === home) return true
  const [site, homeSite] = [siteOf(host), siteOf(home)]
  if (site === null || homeSite === null) return false
  return site === homeSite || (MOVED_PAGES[homeSite] ?? []).includes(site)
}

/** The part of a host that one owner registered; what is hosted for many (`github.io`) counts as their registry. */
function siteOf(host: string): string | null {
  return getDomain(host, { allowPrivateDomains: true })
}

/** FEP-e232: an object link in the tags, by its media type. */
export function isObjectLink(tag: { readonly [key: string]: Json | undefined }): boolean {
  const mediaType = textOf(tag.mediaType) ?? ''
  return (
    typeOf(tag) === 'Link' &&
    (mediaType === 'application/activity+json' ||
      /^application\/ld\+json\s*;.*www\.w3\.org\/ns\/activitystreams/.test(mediaType))
  )
}
