import { addressesOf, type ReadActivity } from '../../../translate/from-activity/activity.ts'
import { isCollectionUri, isPublic } from '../../../translate/from-activity/addressing.ts'
import { idOf, isObject, type JsonObject } from '../../../translate/json.ts'

/** What is sent to whoever ever got something else, or is for moderators, names nobody and needs to name nobody. */
const FOR_ALL = new Set(['Delete', 'Block', 'Flag', 'Move', 'Update'])

/**
 * Whether something that came to somebody's own inbox is for them though nothing in it says so: then its sender has
 * addressed them blindly (ActivityPub §7.1 has `bto` and `bcc` taken out before).
 */
export function isBlindlyFor(
  ownerUri: string,
  { type, raw, objects }: ReadActivity,
  origin: string,
): boolean {
  if (FOR_ALL.has(type)) return false
  const all = [raw, ...objects.filter(isObject)].flatMap(addressesIn)
  if (all.some((address) => address === ownerUri || isPublic(address) || isCollectionUri(address)))
    return false
  // What is done to something of somebody here is for them in any case.
  return !objects.some((object) => idOf(object)?.startsWith(`${origin}/`))
}

function addressesIn({ to, cc, bto, bcc, audience }: JsonObject): string[] {
  return [to, cc, bto, bcc, audience].flatMap(addressesOf)
}

/** The same text, in which it is for them. */
export function blindlyFor(ownerUri: string, { raw }: ReadActivity): string {
  return JSON.stringify({ ...raw, bcc: [...addressesOf(raw.bcc), ownerUri] })
}
