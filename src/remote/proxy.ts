import { LRUCache } from 'lru-cache'
import type { AccountId } from '../base/ids.ts'
import { Refusal } from '../base/refusal.ts'
import { Transient } from '../base/transient.ts'
import { idOf, type JsonObject, sameOrigin } from '../translate/json.ts'
import { DeadlineError } from './blocked.ts'
import { fetchActivity } from './fetch.ts'
import { createVisitor, type SignGet, type VisitorOptions } from './visitor.ts'

/** Who asks, and how they prove it to other servers. */
export interface Reader {
  readonly accountId: AccountId
  readonly signGet: SignGet
}

/** What another server says to somebody here. */
export type Proxied =
  | { readonly kind: 'found'; readonly document: JsonObject }
  /** that server knows nothing of it; had it once; does not show it to this reader; led to ourselves */
  | { readonly kind: 'missing' | 'gone' | 'forbidden' | 'ours' }
  /** it did not answer in time, or nothing that can be believed */
  | { readonly kind: 'late' | 'failed' }

/** Asks other servers in the name of people here. */
export interface FarReader {
  read(url: URL, reader: Reader): Promise<Proxied>
}

const DEADLINE_MS = 10_000
const LARGEST_CACHE = 8 * 1_048_576
const FOUND_MS = 60_000
const OTHERWISE_MS = 20_000

/**
 * What is kept is kept for whoever asked: what one reader may see says nothing of what another may (S-093, S-096). The
 * address that counts is the one where the document was found, and only what has its id there is believed.
 */
export function createProxy(options: VisitorOptions): FarReader {
  const visitor = createVisitor(options)
  const kept = new LRUCache<string, { readonly proxied: Proxied; readonly size: number }>({
    maxSize: LARGEST_CACHE,
    sizeCalculation: ({ size }) => size,
  })
  const underWay = new Map<string, Promise<Proxied>>()

  async function ask(key: string, url: URL, { signGet }: Reader): Promise<Proxied> {
    const endsAt = performance.now() + DEADLINE_MS
    const proxied = await fetchActivity(visitor, url, endsAt, signGet).then(believed, failureOf)
    const found = proxied.kind === 'found'
    const size = key.length + (found ? JSON.stringify(proxied.document).length : 100)
    kept.set(key, { proxied, size }, { ttl: found ? FOUND_MS : OTHERWISE_MS })
    return proxied
  }

  return {
    async read(url, reader) {
      const key = `${reader.accountId} ${url.href}`
      const known = kept.get(key)
      if (known) return known.proxied
      const running = underWay.get(key) ?? ask(key, url, reader).finally(() => underWay.delete(key))
      underWay.set(key, running)
      return running
    },
  }
}

function believed({ url, document }: { url: string; document: JsonObject }): Proxied {
  const id = idOf(document)
  return id !== undefined && sameOrigin(id, url) ? { kind: 'found', document } : { kind: 'failed' }
}

function failureOf(error: unknown): Proxied {
  if (error instanceof Refusal) return { kind: kindOf(error) }
  if (error instanceof Transient) return { kind: isLate(error) ? 'late' : 'failed' }
  throw error
}

function kindOf({ code, details }: Refusal): Exclude<Proxied['kind'], 'found'> {
  if (code === 'remote.gone') return 'gone'
  if (code === 'remote.ours') return 'ours'
  // A host that does not exist is no answer of any server.
  if (code === 'remote.not-found') return details.status === 404 ? 'missing' : 'failed'
  return details.status === 401 || details.status === 403 ? 'forbidden' : 'failed'
}

function isLate({ cause }: Transient): boolean {
  return cause instanceof DeadlineError || isTimeout(cause)
}

function isTimeout(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && /TIMEOUT|ETIMEDOUT/.test(String(cause.code))
}
