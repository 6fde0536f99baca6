import { isWebPort } from '../connector.ts'
import type { WayOut } from '../way-out.ts'

const LONGEST = 2048

/**
 * Whether messages can go to an address that an app names: by https, to a host that may be reached and that was
 * not suspended. Looked at again whenever something is sent, for what a name leads to may change.
 */
export async function mayPushTo(
  { dispatcher, suspends }: { readonly dispatcher: WayOut; readonly suspends: (host: string) => boolean },
  endpoint: string,
): Promise<boolean> {
  const url = endpoint.length <= LONGEST ? URL.parse(endpoint) : null
  if (url?.protocol !== 'https:' || url.username !== '' || url.password !== '' || url.hash !== '')
    return false
  if (suspends(url.host)) return false
  const port = Number(url.port || 443)
  const place = await dispatcher.placeOf(url.hostname, port)
  return place === 'opened' || (place === 'public' && isWebPort(port))
}
