import type { AttachmentKind } from '../../domain/media/attachment.ts'
import { isObject, type Json, listOf, objectsOf, textOf } from '../json.ts'
import { decodedUri, imageUrlOf } from './links.ts'

/** One address of a file. */
export interface MediaLink {
  readonly href: string
  /** lower-case, without parameters; guessed by the ending where it was not said; '' when unknown */
  readonly mediaType: string
  readonly size: { readonly width: number | null; readonly height: number | null }
}

const ENDINGS: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  avif: 'image/avif',
  svg: 'image/svg+xml',
  mp4: 'video/mp4',
  m4v: 'video/mp4',
  mov: 'video/quicktime',
  webm: 'video/webm',
  ogv: 'video/ogg',
  m3u8: 'application/x-mpegurl',
  mp3: 'audio/mpeg',
  ogg: 'audio/ogg',
  oga: 'audio/ogg',
  opus: 'audio/ogg',
  m4a: 'audio/mp4',
  flac: 'audio/flac',
  wav: 'audio/wav',
}

/** More are never looked at: PeerTube sends some twenty for one film. */
const MOST_LINKS = 100
/** Taller films are for larger screens than a timeline has. */
const TALL_ENOUGH = 720

/** Every address among texts, Links and lists of them; those within the `tag` of a playlist, too (PeerTube). */
export function mediaLinksOf(value: Json | undefined, mediaType: string | undefined): readonly MediaLink[] {
  return listOf(value)
    .flatMap((item): readonly Json[] => (isObject(item) ? [item, ...objectsOf(item.tag)] : [item]))
    .slice(0, MOST_LINKS)
    .flatMap((item) => linkFrom(item, mediaType))
}

function linkFrom(item: Json, outer: string | undefined): MediaLink[] {
  const link = isObject(item) ? item : undefined
  const href = decodedUri(link ? (textOf(link.href ?? link.url) ?? '') : typeof item === 'string' ? item : '')
  if (href === undefined) return []
  const said = textOf(link?.mediaType) ?? outer ?? ''
  const [type = ''] = said.toLowerCase().split(';', 1)
  const mediaType = type.trimEnd()
  return [
    {
      href,
      mediaType: /^[a-z0-9.+-]+\/[a-z0-9.+-]+$/.test(mediaType) ? mediaType : typeByEnding(href),
      size: { width: side(link?.width), height: side(link?.height) },
    },
  ]
}

function typeByEnding(href: string): string {
  const ending = /\.([a-z0-9]{2,4})$/i.exec(new URL(href).pathname)?.[1]?.toLowerCase() ?? ''
  return ENDINGS[ending] ?? ''
}

function side(value: Json | undefined): number | null {
  return typeof value === 'number' && value >= 1 && value <= 100_000 ? Math.round(value) : null
}

/** The best of several addresses of one thing: what browsers play by themselves, then playlists, then the first. */
export function chooseLink(
  links: readonly MediaLink[],
  kind: AttachmentKind | undefined,
): MediaLink | undefined {
  const wanted =
    kind === undefined ? links : links.filter(({ mediaType }) => mediaType.startsWith(`${kind}/`))
  const films = wanted.filter(({ mediaType }) => mediaType === 'video/mp4' || mediaType === 'video/webm')
  if (films.length > 0) return films.reduce(better)
  return (
    wanted.find(({ mediaType }) => /^(?:audio\/(?:mpeg|ogg|mp4)|image\/)/.test(mediaType)) ??
    wanted[0] ??
    links.find(({ mediaType }) => mediaType.endsWith('mpegurl')) ??
    links[0]
  )
}

/** The tallest that is not too tall, else the least tall. */
function better(one: MediaLink, other: MediaLink): MediaLink {
  const [a, b] = [one.size.height ?? 0, other.size.height ?? 0]
  if (a <= TALL_ENOUGH && b <= TALL_ENOUGH) return b > a ? other : one
  return b < a ? other : one
}

/** The widest of one or several pictures of the same thing. */
export function largestPicture(value: Json | undefined): string | null {
  const pictures = objectsOf(value)
  const [widest] = pictures.toSorted((one, other) => (side(other.width) ?? 0) - (side(one.width) ?? 0))
  return imageUrlOf(widest ?? value)
}
