import type { PostView } from '../../views/view.ts'
import { isObject, type Json, type JsonObject, listOf, textOf, typeOf } from '../json.ts'
import { noteContext } from './context.ts'

type Extended = Pick<PostView, 'extension'>

/** The context of a post with what its author's app brought along. */
export function noteContextOf({ extension }: Extended): readonly Json[] {
  const more = listOf((extension as JsonObject | null | undefined)?.['@context'])
  return more.length === 0 ? noteContext : [...noteContext, ...more]
}

/** Lists of which both we and an app may have some. */
const LISTS = ['tag', 'attachment']

/**
 * A post's object with what its author's app said of it in other words than ours. What we say ourselves holds; only the
 * type and its own address, if the post is a file itself, are the app's.
 */
export function withExtension(object: JsonObject, { extension }: Extended): JsonObject {
  if (!extension) return object
  const { '@context': _context, type = object.type, url, ...more } = extension as JsonObject
  const added = Object.entries(more).filter(([name]) => object[name] === undefined)
  const lists = LISTS.map((name) => [name, joined(listOf(object[name]), listOf(more[name]))] as const)
  return {
    ...object,
    type,
    ...(url === undefined ? {} : { url: [...listOf(url), pageLink(object.url)] }),
    ...Object.fromEntries(lists),
    ...Object.fromEntries(added),
  }
}

/** An emoji that is ours by now is not named twice. */
function joined(ours: readonly Json[], theirs: readonly Json[]): readonly Json[] {
  const names = new Set(ours.filter(isObject).map(nameOf))
  return [
    ...ours,
    ...theirs.filter((item) => !isObject(item) || nameOf(item) === '' || !names.has(nameOf(item))),
  ]
}

function nameOf(item: JsonObject): string {
  return typeOf(item) === 'Emoji' ? (textOf(item.name) ?? '') : ''
}

function pageLink(href: Json | undefined): Json {
  return { type: 'Link', mediaType: 'text/html', href: href ?? '' }
}
