import { refuse } from '../../../base/refusal.ts'
import {
  dateOf,
  idOf,
  isObject,
  type Json,
  type JsonObject,
  languageMapOf,
  textOf,
} from '../../../translate/json.ts'

/** What nobody changes by an Update, though they may say it as it is. */
const KEPT = ['id', 'attributedTo', 'inReplyTo', 'likes', 'shares', 'replies', 'published']

/**
 * An object with what an app changes in it: each term whole, and without those that are null.
 * @throws Refusal 'object.protected' for what only the server changes, 'object.stale' when it was changed since the app
 *   read it
 */
export function merged(current: JsonObject, patch: JsonObject): JsonObject {
  for (const term of KEPT)
    if (term in patch && !isSame(current[term], patch[term])) refuse('object.protected', { term })
  checkFresh(current, patch)
  const consistent = withoutStale(current, patch)
  const all = { ...consistent, ...patch, ...Object.fromEntries(KEPT.map((term) => [term, current[term]])) }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null && value !== undefined))
}

/** The same thing named by its id or whole, or the same moment. */
export function isSame(current: Json | undefined, given: Json | undefined): boolean {
  const [one, other] = [idOf(current), idOf(given)]
  if (one !== undefined || other !== undefined) return one === other
  const [then, said] = [dateOf(current), dateOf(given)]
  if (then !== undefined && said !== undefined) return then.getTime() === said.getTime()
  return JSON.stringify(current ?? null) === JSON.stringify(given ?? null)
}

/** Whoever says when what they change was last changed wants to change that and nothing newer. */
export function checkFresh(current: JsonObject, { updated }: JsonObject): void {
  if (updated === undefined) return
  if (updated === null) refuse('object.protected', { term: 'updated' })
  if (!isSame(current.updated ?? current.published, updated)) refuse('object.stale')
}

/** Where a text is given anew, what said the same in another form says something else by now. */
function withoutStale(current: JsonObject, patch: JsonObject): JsonObject {
  const gone = new Set<string>()
  for (const [one, others] of TWINS) {
    if (one in patch) for (const other of others) if (!(other in patch)) gone.add(other)
  }
  const kept = Object.fromEntries(Object.entries(current).filter(([name]) => !gone.has(name)))
  return gone.has('contentMap') ? { ...kept, ...spokenAsBefore(current, patch) } : kept
}

const TWINS: readonly (readonly [string, readonly string[]])[] = [
  ['content', ['contentMap', 'source']],
  ['contentMap', ['content', 'source']],
  ['source', ['content', 'contentMap']],
  ['name', ['nameMap']],
  ['nameMap', ['name']],
  ['summary', ['summaryMap']],
  ['summaryMap', ['summary']],
]

/** New words are in the language of the old ones; what was said in others stays. */
function spokenAsBefore(current: JsonObject, { content }: JsonObject): JsonObject {
  const map = languageMapOf(current.contentMap)
  const said = textOf(current.content)
  const language = map.length === 1 ? map[0]?.[0] : map.find(([, text]) => text === said)?.[0]
  if (language === undefined || typeof content !== 'string') return {}
  const others = isObject(current.contentMap) ? current.contentMap : {}
  return { contentMap: { ...others, [language]: content } }
}
