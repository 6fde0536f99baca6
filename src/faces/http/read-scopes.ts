import { allows, type Scope } from '../../domain/grants/scopes.ts'
import type { Bearer } from './auth.ts'

/** What a list of somebody's own may be read with beside what lets an app read everything here. */
const OF_LISTS: Readonly<Record<string, readonly Scope[]>> = {
  inbox: ['readinbox'],
  outbox: ['readoutbox'],
  followers: ['readfollowers'],
  following: ['readfollowing'],
  liked: ['readliked'],
  pending_followers: ['readfollowers', 'managefollowers'],
  pending_following: ['readfollowing', 'follow'],
  blocked: ['block', 'read:blocks'],
  blocks: ['block', 'read:blocks'],
  collections: ['managecollections'],
}

/** The scopes of which any one lets an app read a list of whom it asks for. */
export function scopesForList(name: string): readonly Scope[] {
  return [...(OF_LISTS[name] ?? []), 'readown']
}

/**
 * In whose name an app reads a document: `own` only where the document is theirs, `nobody` where it may read no more
 * than everybody.
 * @param key as documents.ts names it
 */
export function readsAs({ scopes }: Bearer, key: string): 'themselves' | 'own' | 'nobody' {
  if (allows(scopes, 'readlocal')) return 'themselves'
  const list = /^\/ap\/actors\/\d+\/([a-z_]+)/.exec(key)?.[1]
  const own = list === undefined ? (['readown'] as const) : scopesForList(list)
  return allows(scopes, own) ? 'own' : 'nobody'
}
