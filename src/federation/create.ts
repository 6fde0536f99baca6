import {
  createFederation as create,
  type Federation,
  type FederationOptions,
  type KvStore,
  kvCache,
} from '@fedify/fedify'
import { documentLoader, type GuardedFetcher, loadContext } from './loader.ts'

export interface FederationParts {
  /** our public origin, from the configuration; requests have no say in it */
  readonly origin: string
  /** the part after @ in our handles */
  readonly handleHost: string
  /** for caches only */
  readonly kv: KvStore
  /** whatever Fedify looks up elsewhere goes through it */
  readonly fetcher: GuardedFetcher
  readonly meterProvider?: FederationOptions<unknown>['meterProvider']
}

/**
 * Makes the Fedify instance that answers other servers' questions. It has no queue and no inbox: intake and delivery
 * are ours. It fetches nothing on its own: contexts are vendored, and documents come through the guarded fetcher, which
 * signs as the instance actor whomever Fedify would have signed as.
 */
export function createFederation<Data>(parts: FederationParts): Federation<Data> {
  const { kv, meterProvider } = parts
  const load = kvCache({ loader: documentLoader(parts.fetcher), kv })
  return create<Data>({
    origin: { webOrigin: parts.origin, handleHost: parts.handleHost },
    kv,
    documentLoaderFactory: () => load,
    authenticatedDocumentLoaderFactory: () => load,
    contextLoaderFactory: () => loadContext,
    // The draft is what every server understands; RFC 9421 first confuses some.
    firstKnock: 'draft-cavage-http-signatures-12',
    ...(meterProvider === undefined ? {} : { meterProvider }),
  })
}
