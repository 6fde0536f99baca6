import { createUris } from '../../src/base/uris.ts'
import { createDispatcher } from '../../src/remote/dispatcher.ts'
import { createFetcher, type FetcherOptions } from '../../src/remote/fetch.ts'
import { movableClock } from './clock.ts'
import type { Peer } from './peer.ts'

/** A public address by every registry: what the names of a peer pretend to. */
export const PUBLIC_ADDRESS = '93.184.216.34'

/** Weft's way out, at its full strength, towards the hosts of a TLS peer that stand at public addresses. */
export function remoteParts(peer: Peer, hosts: readonly string[], options: Partial<FetcherOptions> = {}) {
  for (const host of hosts) peer.resolvesTo(host, [PUBLIC_ADDRESS])
  const clock = movableClock()
  const uris = createUris('https://weft.test', 'weft.test')
  const dispatcher = createDispatcher({ ca: peer.ca, pretend: peer.pretend, global: false })
  const fetcher = createFetcher({ dispatcher, uris, clock, ...options })
  return { clock, uris, dispatcher, fetcher }
}

/** What a promise was refused with: code and reason of a Refusal, the message of anything else. */
export async function reasonOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise
    return 'nothing'
  } catch (error) {
    const { code = '', details } = error as { code?: string; details?: { reason?: string } }
    return `${(error as Error).name}: ${code} ${details?.reason ?? (error as Error).message}`
  }
}
