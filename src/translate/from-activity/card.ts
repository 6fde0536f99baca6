import type { CarriedCard } from '../../domain/previews/preview.ts'
import { cleanLine, cutText } from '../../text/clean.ts'
import { pageAddress } from '../../text/page-links.ts'
import { plainTextFrom } from '../../text/plain.ts'
import { isObject, type Json, type JsonObject, objectsOf, textOf, typeOf } from '../json.ts'
import { decodedUri, imageUrlOf } from './links.ts'

const LONGEST_TITLE = 500
const LONGEST_TEXT = 1000

/**
 * The page that a post has attached to it (FEP-8967: WordPress, Mastodon from 4.5), with what the post says of it, if
 * it does. Lemmy's attached link is what the post is about, and is shown among its words.
 */
export function cardOf(note: JsonObject): CarriedCard | null {
  if (typeOf(note) === 'Page') return null
  for (const item of objectsOf(note.attachment)) {
    const url = isPage(item) ? pageAddress(decodedUri(textOf(item.href) ?? '') ?? '') : undefined
    if (url !== undefined) return cardFrom(url, objectsOf(item.preview)[0])
  }
  return null
}

function isPage(item: JsonObject): boolean {
  const type = typeOf(item)
  const media = textOf(item.mediaType) ?? 'text/html'
  return (
    (type === 'Link' || type === '') &&
    item.href !== undefined &&
    /^(?:text\/html|application\/xhtml)/i.test(media)
  )
}

function cardFrom(url: string, preview: JsonObject | undefined): CarriedCard {
  const line = (value: Json | undefined, limit: number) =>
    cutText(cleanLine(plainTextFrom(textOf(value) ?? '')), limit)
  const [author] = objectsOf(preview?.attributedTo)
  const image = isObject(preview?.image) ? preview.image : undefined
  return {
    url,
    title: line(preview?.name, LONGEST_TITLE) || null,
    description: line(preview?.summary, LONGEST_TEXT),
    authorName: line(author?.name, LONGEST_TITLE),
    authorUrl: addressOf(author?.url),
    imageUrl: imageUrlOf(preview?.image),
    imageAlt: line(image?.summary ?? image?.name, LONGEST_TEXT),
  }
}

function addressOf(value: Json | undefined): string | null {
  const href = isObject(value) ? textOf(value.href) : textOf(value)
  return pageAddress(href ?? '') ?? null
}
