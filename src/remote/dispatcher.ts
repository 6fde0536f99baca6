import { isIP } from 'node:net'
import { Dispatcher, setGlobalDispatcher } from 'undici'
import { isTestRun } from '../config.ts'
import { type AddressFilter, createAddressFilter } from './addresses.ts'
import { BlockedError } from './blocked.ts'
import { type Pretend, whyNot } from './connector.ts'
import { createOrigins, type Origins } from './origins.ts'
import { createResolver, type NameResolver } from './resolver.ts'
import { guardResponse, type Limits, outgoingHeaders } from './response-guard.ts'

export interface DispatcherOptions {
  /** CIDR ranges that are private and yet may be reached (WEFT_ALLOWED_PRIVATE_ADDRESSES) */
  readonly allowedPrivateAddresses?: readonly string[]
  /** goes with every request that brings none of its own: name and address of this server */
  readonly userAgent?: string
  /** PEM of an authority trusted besides the usual ones; NODE_EXTRA_CA_CERTS works as ever */
  readonly ca?: string
  readonly limits?: Partial<Limits>
  /** how many origins are remembered with their connections */
  readonly origins?: number
  /** hosts that we have no contact with, whatever it is about */
  readonly blocks?: (host: string) => boolean
  /** false leaves the global dispatcher as it is */
  readonly global?: boolean
  readonly resolver?: NameResolver
  /** honoured only with NODE_ENV=test */
  readonly pretend?: Pretend
}

const DEFAULT_LIMITS: Limits = { deadlineMs: 15_000, maxBytes: 1_048_576, encoded: false }

/**
 * The one way out: every request of the process to other servers goes through it, built-in `fetch` included, since it
 * is installed as undici's global dispatcher.
 *
 * - only https on ports 443, 80 and 8443 of public addresses; anything on the ranges that the operator opened
 * - answers come unencoded, within `maxBytes`, and the whole exchange within `deadlineMs`
 * - refusals are `BlockedError`, lateness is `DeadlineError`, everything else is what undici and the socket say
 */
export function createDispatcher(options: DispatcherOptions = {}): GuardedDispatcher {
  const filter = createAddressFilter(options.allowedPrivateAddresses ?? [])
  const pretend = isTestRun() ? options.pretend : undefined
  const resolver = options.resolver ?? createResolver()
  const origins = createOrigins({ filter, resolver, pretend, ca: options.ca }, options.origins ?? 1000)
  const guarded = new GuardedDispatcher(
    {
      filter,
      resolver,
      pretend,
      origins,
      userAgent: options.userAgent ?? 'Weft',
      blocks: options.blocks ?? (() => false),
    },
    { ...DEFAULT_LIMITS, ...options.limits },
  )
  if (options.global !== false) setGlobalDispatcher(guarded)
  return guarded
}

/** What is asked, and how. */
export interface Ask {
  readonly method: 'GET' | 'POST'
  readonly headers: Record<string, string>
  readonly body?: Buffer
  readonly signal?: AbortSignal
}

interface Outside {
  readonly filter: AddressFilter
  readonly resolver: NameResolver
  readonly pretend: Pretend | undefined
  readonly origins: Origins
  readonly userAgent: string
  readonly blocks: (host: string) => boolean
}

export class GuardedDispatcher extends Dispatcher {
  readonly #outside: Outside
  readonly #limits: Limits

  constructor(outside: Outside, limits: Limits) {
    super()
    this.#outside = outside
    this.#limits = limits
  }

  /** One request, never redirected, within these limits; an answer's body has to be read or dumped. */
  ask(url: URL, request: Ask, limits: Partial<Limits>): Promise<Dispatcher.ResponseData> {
    const path = `${url.pathname}${url.search}`
    return this.limited(limits).request({ ...request, origin: url.origin, path })
  }

  /** The same way out, the same connections, other limits: media may take longer and be larger than a document. */
  limited(limits: Partial<Limits>): GuardedDispatcher {
    return new GuardedDispatcher(this.#outside, { ...this.#limits, ...limits })
  }

  /** Where a host lies; names are looked up. Never throws: what cannot be found is `refused`. */
  async placeOf(host: string, port: number): Promise<'public' | 'opened' | 'refused'> {
    const { filter, resolver, pretend } = this.#outside
    const bare = host.replace(/^\[|\]$/g, '')
    const addresses =
      pretend?.(bare, port)?.addresses ??
      (isIP(bare) === 0 ? await resolver.resolve(bare).catch(() => []) : [bare])
    const verdicts = addresses.map((address) => filter.judge(address))
    return verdicts.find((verdict) => verdict !== 'refused') ?? 'refused'
  }

  /** how many origins it holds connections for */
  get size(): number {
    return this.#outside.origins.size
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    const release = { now: () => {} }
    const guard = guardResponse(handler, this.#limits, () => release.now())
    try {
      const origin = requireOrigin(options, this.#outside)
      const { origins } = this.#outside
      const { client, release: free } = this.#limits.alone ? origins.takeAlone(origin) : origins.take(origin)
      release.now = free
      const headers = outgoingHeaders(options.headers, this.#outside.userAgent)
      return client.dispatch({ ...options, origin, headers }, guard.handler)
    } catch (error) {
      guard.fail(error as Error)
      return true
    }
  }

  override close(): Promise<void>
  override close(callback: () => void): void
  override close(callback?: () => void): Promise<void> | undefined {
    return settle(this.#outside.origins.close(), callback)
  }

  override destroy(): Promise<void>
  override destroy(error: Error | null): Promise<void>
  override destroy(callback: () => void): void
  override destroy(error: Error | null, callback: () => void): void
  override destroy(error?: Error | null | (() => void), callback?: () => void): Promise<void> | undefined {
    const reason = typeof error === 'function' ? null : (error ?? null)
    return settle(this.#outside.origins.destroy(reason), typeof error === 'function' ? error : callback)
  }
}

function settle(done: Promise<unknown>, callback: (() => void) | undefined): Promise<void> | undefined {
  if (callback === undefined) return done.then(() => undefined)
  void done.then(callback)
  return undefined
}

/** @throws BlockedError */
function requireOrigin(options: Dispatcher.DispatchOptions, outside: Outside): string {
  if (options.upgrade || options.method === 'CONNECT') throw new BlockedError('no upgrades')
  const url = new URL(String(options.origin))
  const reason = whyNever(url, outside)
  if (reason !== undefined) throw new BlockedError(reason)
  return url.origin
}

/** What can be said against an address before its name is looked up. */
function whyNever(url: URL, { filter, pretend, blocks }: Outside): string | undefined {
  if (blocks(url.host)) return `${url.host} is blocked here`
  const secure = url.protocol === 'https:'
  if (!secure && url.protocol !== 'http:') return `${url.protocol} is not spoken`
  if (url.username !== '' || url.password !== '') return 'a user name in the address'
  if (!secure && !filter.opensAny) return 'plain http is spoken only within opened private ranges'
  const port = Number(url.port || (secure ? 443 : 80))
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (isIP(host) === 0 || pretend?.(host, port) !== undefined) return undefined
  return whyNot(host, port, secure, filter)
}
