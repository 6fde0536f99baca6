import { Refusal, refuse } from '../base/refusal.ts'
import { idOf, idsOf, type JsonObject, listOf, sameOrigin, soleIdOf, typeOf } from '../translate/json.ts'
import type { Fetcher } from './fetch.ts'

/**
 * A post as its own server gives it, and of an author who lives there: whatever is wrong with one or the other, it is
 * not believed. `gone` when that server says that it is no more.
 * @throws Refusal 'remote.refused' and what `Fetcher.json` throws, but for 'remote.gone'
 */
export async function fetchPost(fetcher: Fetcher, uri: string): Promise<JsonObject | 'gone'> {
  const document = await fetchUnlessGone(fetcher, uri)
  if (document === 'gone' || typeOf(document) === 'Tombstone') return 'gone'
  const id = idOf(document) ?? ''
  const authors = idsOf(document.attributedTo)
  const believable =
    authors.length > 0 &&
    authors.length === listOf(document.attributedTo).length &&
    authors.every((author) => sameOrigin(author, id))
  return believable ? document : refuse('remote.refused', { reason: 'its author is none of that server' })
}

/** Whether its own server says of a post that it is not there: with 410, a Tombstone or 404. */
export async function isGone(fetcher: Fetcher, uri: string): Promise<boolean> {
  try {
    return (await fetchPost(fetcher, uri)) === 'gone'
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return error.code === 'remote.not-found'
  }
}

/**
 * An activity as its own server gives it, and of an actor who lives there. `gone` when that server says that it is no more.
 * @throws as `fetchPost` does
 */
export async function fetchActivity(fetcher: Fetcher, uri: string): Promise<JsonObject | 'gone'> {
  const document = await fetchUnlessGone(fetcher, uri)
  if (document === 'gone' || typeOf(document) === 'Tombstone') return 'gone'
  const actor = soleIdOf(document.actor)
  const believable = actor !== undefined && sameOrigin(actor, idOf(document) ?? '')
  return believable ? document : refuse('remote.refused', { reason: 'its actor is none of that server' })
}

async function fetchUnlessGone(fetcher: Fetcher, uri: string): Promise<JsonObject | 'gone'> {
  try {
    return (await fetcher.json(uri)).document
  } catch (error) {
    if (error instanceof Refusal && error.code === 'remote.gone') return 'gone'
    throw error
  }
}
