import { PUBLIC } from '../../base/uris.ts'
import type { Visibility } from '../../base/visibility.ts'
import { isUri, originOf } from '../json.ts'

export interface Addressed {
  readonly authorUri: string
  /** the author's followers collection as their actor names it; undefined when it is not known here */
  readonly followersUrl: string | null | undefined
  readonly to: readonly string[]
  readonly cc: readonly string[]
}

/** The three ways in which peers write Public (JSON-LD compaction may give any). */
export function isPublic(address: string): boolean {
  return address === PUBLIC || address === 'as:Public' || address === 'Public'
}

/**
 * Whom a post is for: Public in `to` is public, in `cc` unlisted; the author's own followers collection is followers;
 * anything else, other people's collections included, is direct: we never show to more than were named.
 */
export function visibilityOf(addressed: Addressed): Visibility {
  if (addressed.to.some(isPublic)) return 'public'
  if (addressed.cc.some(isPublic)) return 'unlisted'
  const everyone = [...addressed.to, ...addressed.cc]
  return everyone.some((address) => isOwnFollowers(address, addressed)) ? 'followers' : 'direct'
}

/** The actors among the addresses: neither Public nor anything that is a collection by its look or by what we know. */
export function peopleAmong(addressed: Addressed): readonly string[] {
  return [...addressed.to, ...addressed.cc].filter(
    (address) =>
      !isPublic(address) &&
      isUri(address) &&
      address !== addressed.authorUri &&
      address !== addressed.followersUrl &&
      !isCollectionUri(address),
  )
}

const COLLECTION = /[/=](?:followers|following|friends|subscribers)(?:[/?&#]|$)/i

/** By its look, as most servers name the collections of those who follow. */
export function isCollectionUri(address: string): boolean {
  return COLLECTION.test(address)
}

/**
 * Without the actor at hand, a followers collection is known by its look: below the author's id, or on the author's
 * origin and not below some neighbour's id (WordPress and Ghost keep it apart from the actor).
 */
function isOwnFollowers(address: string, { authorUri, followersUrl }: Addressed): boolean {
  if (typeof followersUrl === 'string') return address === followersUrl
  if (!isCollectionUri(address) || !/followers/i.test(address)) return false
  const author = authorUri.replace(/\/+$/, '')
  if (address.startsWith(`${author}/`) || address.startsWith(`${author}?`)) return true
  const origin = originOf(address)
  if (origin === undefined || origin !== originOf(authorUri)) return false
  const neighbours = author.slice(0, author.lastIndexOf('/') + 1)
  return neighbours.length <= origin.length + 1 || !address.startsWith(neighbours)
}
