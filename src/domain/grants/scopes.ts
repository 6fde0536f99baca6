import { type Act, READ_PUBLIC, type Scope, SUPPORTED, scopesOf, withIncluded } from './scope-names.ts'

export { type Act, READ_PUBLIC, type Scope, SUPPORTED }

/** What an app may do, as it was asked for and as it is understood. */
export interface Scopes {
  /** as the app spelt them, and as they are told back to it; those that we do not know are left out */
  readonly words: readonly string[]
  /** what the words stand for, each in our one name for it; for telling people */
  readonly granted: ReadonlySet<string>
  /** the same with all that they bring along; for deciding */
  readonly all: ReadonlySet<string>
}

/** One scope, or several of which any one is enough. */
export type Need = Scope | readonly Scope[]

const LONGEST = 4000
const MOST_WORDS = 100

/**
 * Reads scopes in any of the three vocabularies: the task force's addresses, its earlier `activitypub:` names, and the
 * words of Mastodon. What is not known is ignored; when nothing is left, what anybody may read is.
 */
export function scopesFrom(text: string): Scopes {
  const known = understood.get(text)
  if (known) return known
  const scopes = readScopes(text)
  if (understood.size >= MOST_UNDERSTOOD) understood.clear()
  understood.set(text, scopes)
  return scopes
}

/** Thousands of tokens have the same few texts: each of these is read once, and takes memory once. */
const understood = new Map<string, Scopes>()
const MOST_UNDERSTOOD = 500

function readScopes(text: string): Scopes {
  const asked = text.slice(0, LONGEST).split(/\s+/).slice(0, MOST_WORDS)
  return scopesOfWords(asked.filter((word) => scopesOf(word).length > 0))
}

/** As they are stored, and told to apps. */
export function textOf(scopes: Scopes): string {
  return scopes.words.join(' ')
}

export function allows(scopes: Scopes, need: Need): boolean {
  return typeof need === 'string' ? scopes.all.has(need) : need.some((scope) => scopes.all.has(scope))
}

/** Whether nothing in `inner` goes beyond `outer`. */
export function isWithin(inner: Scopes, outer: Scopes): boolean {
  return inner.words.every((word) => isCovered(word, outer))
}

/** What of `inner` does not go beyond `outer`; when that is nothing, what anybody may read. */
export function narrowTo(inner: Scopes, outer: Scopes): Scopes {
  return scopesOfWords(inner.words.filter((word) => isCovered(word, outer)))
}

/** The same without what only administrators can let an app do. */
export function withoutAdmin(scopes: Scopes): Scopes {
  return scopesOfWords(scopes.words.filter((word) => !isAdmin(word)))
}

export function hasAdmin(scopes: Scopes): boolean {
  return scopes.words.some(isAdmin)
}

/** Whom an app wants to say something to: what it wrote itself, not whom the server adds. */
export interface Addressed {
  readonly public: boolean
  /** the followers of whoever says it */
  readonly followers: boolean
  /** anybody by name */
  readonly actors: boolean
}

/** An app that was told whom it may address may address nobody else; one that was told nothing may address all. */
export function mayAddress(scopes: Scopes, to: Addressed): boolean {
  const limits = ['addressall', 'addresspublic', 'addressfollowers', 'addressactor']
  if (!limits.some((scope) => scopes.all.has(scope))) return true
  return (
    (!to.public || scopes.all.has('addresspublic')) &&
    (!to.followers || scopes.all.has('addressfollowers')) &&
    (!to.actors || scopes.all.has('addressactor'))
  )
}

/** What an app wants to do to what is somebody's: like it, share it, answer it (`createcontent`), follow them … */
export interface Reacting {
  readonly act: Act
  /** the id of what it is done to */
  readonly objectUri: string
  readonly clientId: string
  /** of this server */
  readonly origin: string
}

/** By the scope of the act, or by one that is limited to what is here, or to what is at the app's own home. */
export function mayReact(scopes: Scopes, { act, objectUri, clientId, origin }: Reacting): boolean {
  if (scopes.all.has(act) || scopes.all.has(`${act}:any`)) return true
  const at = originOf(objectUri)
  if (at === undefined) return false
  if (at === origin && scopes.all.has(`${act}:local`)) return true
  return at === originOf(clientId) && scopes.all.has(`${act}:own`)
}

/** Undoing takes what doing it takes. */
export function mayUndo(scopes: Scopes, reacting: Reacting): boolean {
  return scopes.all.has(`undo:${reacting.act}`) || mayReact(scopes, reacting)
}

function scopesOfWords(words: readonly string[]): Scopes {
  const kept = words.length > 0 ? [...new Set(words)] : [READ_PUBLIC]
  const granted = new Set(kept.flatMap((word) => scopesOf(word)))
  return { words: kept, granted, all: new Set([...granted].flatMap(withIncluded)) }
}

function isCovered(word: string, { all }: Scopes): boolean {
  return word === READ_PUBLIC || scopesOf(word).every((scope) => all.has(scope))
}

const isAdmin = (word: string) => word === 'admin' || word.startsWith('admin:')

function originOf(uri: string): string | undefined {
  const url = URL.parse(uri)
  return url === null || url.origin === 'null' ? undefined : url.origin
}
