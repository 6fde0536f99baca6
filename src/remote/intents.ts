import { type JsonObject, objectsOf, textOf } from '../translate/json.ts'
import type { Fetcher } from './fetch.ts'
import type { FarHandle } from './webfinger.ts'

const MOST_LINKS = 100
const LONGEST = 2048

/**
 * What the server of a handle lets its people do with addresses from elsewhere: templates by their relation in lower
 * case, such as `https://w3id.org/fep/3b86/follow` and `http://ostatus.org/schema/1.0/subscribe`.
 * @throws what `Fetcher.jrd` throws
 */
export async function templatesOf(fetcher: Fetcher, handle: FarHandle): Promise<ReadonlyMap<string, string>> {
  return templatesIn(await fetcher.jrd(`acct:${handle.name}@${handle.host}`, handle.host))
}

export function templatesIn(jrd: JsonObject): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const link of objectsOf(jrd.links).slice(0, MOST_LINKS)) {
    const rel = textOf(link.rel)?.toLowerCase()
    const template = textOf(link.template)
    if (rel === undefined || template === undefined || template.length > LONGEST || found.has(rel)) continue
    found.set(rel, template)
  }
  return found
}
