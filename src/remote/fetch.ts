import { LRUCache } from 'lru-cache'
import type { Clock } from '../base/clock.ts'
import { Refusal, refuse } from '../base/refusal.ts'
import { Transient } from '../base/transient.ts'
import { idOf, type JsonObject, sameOrigin } from '../translate/json.ts'
import type { Answer } from './exchange.ts'
import { fetchJrd, objectIn } from './jrd.ts'
import { ACCEPT_ACTIVITY, alternateOf, isActivityType, isHtml } from './media-types.ts'
import { createVisitor, type SignGet, type Visitor, type VisitorOptions } from './visitor.ts'

export type { SignGet } from './visitor.ts'

export interface FetchedJson {
  /** where it was found, after redirects */
  readonly url: string
  readonly document: JsonObject
}

/** Asks other servers for documents, and believes no more than they may say. */
export interface Fetcher {
  /**
   * An ActivityPub document from the server that its `id` names, and that `id` is the address asked for or the one
   * that it led to. One request at a time for an address; a failure is remembered for a minute.
   * @throws Refusal 'remote.not-found', 'remote.gone', 'remote.refused' (with the reason in its details), 'remote.ours'
   *   for our own addresses, which are read from the database; Transient when the same may work later
   */
  json(url: string): Promise<FetchedJson>
  /** A page of a collection: like `json`, but it need not have an id, and if it has, one on the same origin will do. */
  page(url: string): Promise<FetchedJson>
  /** An RFC 7033 document about `acct:name@host` or an address, from that host. It proves nothing by itself. */
  jrd(resource: string, host: string): Promise<JsonObject>
}

export interface FetcherOptions extends VisitorOptions {
  /** from the first look-up to the last byte, redirects and a second signature included */
  readonly deadlineMs?: number
}

const DEADLINE_MS = 10_000
const FAILURES = 5000
const FAILURE_SECONDS = 60
/** What a server asks for is kept to, but an address is asked for again within the hour. */
const LONGEST_FAILURE_SECONDS = 3600

export function createFetcher(options: FetcherOptions): Fetcher {
  const visitor = createVisitor(options)
  const deadlineMs = options.deadlineMs ?? DEADLINE_MS
  const once = createOnce(options.clock)
  const endsAt = () => performance.now() + deadlineMs
  return {
    json: (url) => once(`json ${url}`, () => fetchDocument(visitor, asked(url), endsAt())),
    page: (url) => once(`page ${url}`, () => fetchPage(visitor, asked(url), endsAt())),
    jrd: (resource, host) =>
      once(`jrd ${host} ${resource}`, () => fetchJrd(visitor, options.dispatcher, resource, host, endsAt())),
  }
}

function asked(text: string): URL {
  const url = text.length <= 2048 ? URL.parse(text) : null
  if (url === null) return refuse('remote.refused', { reason: 'not an address' })
  url.hash = ''
  return url
}

/** One request under way for the same thing, and none for a while after a failure. */
function createOnce(clock: Clock) {
  const underWay = new Map<string, Promise<unknown>>()
  const failures = new LRUCache<string, { error: unknown; until: number }>({ max: FAILURES })

  return <T>(key: string, work: () => Promise<T>): Promise<T> => {
    const now = clock.now().getTime()
    const failure = failures.get(key)
    if (failure && failure.until > now) return Promise.reject(failure.error)
    const running = underWay.get(key)
    if (running) return running as Promise<T>
    const started = Promise.resolve()
      .then(work)
      .catch((error: unknown) => {
        failures.set(key, { error, until: clock.now().getTime() + secondsOf(error) * 1000 })
        throw error
      })
      .finally(() => underWay.delete(key))
    underWay.set(key, started)
    return started
  }
}

function secondsOf(error: unknown): number {
  if (error instanceof Refusal) return FAILURE_SECONDS
  if (!(error instanceof Transient)) return 0
  return Math.min(error.retryAfterSeconds ?? FAILURE_SECONDS / 3, LONGEST_FAILURE_SECONDS)
}

async function fetchDocument(visitor: Visitor, url: URL, endsAt: number): Promise<FetchedJson> {
  const first = await fetchActivity(visitor, url, endsAt)
  if (isAtHome(first, url)) return first
  // Found under another address, as profile pages and key addresses are: its own address has the last word.
  const id = idOf(first.document) ?? refuse('remote.refused', { reason: 'a document without id' })
  const home = asked(id)
  const second = await fetchActivity(visitor, home, endsAt)
  return isAtHome(second, home) ? second : refuse('remote.refused', { reason: 'its id leads elsewhere' })
}

/** Whether a document was found where its id says (FEP-fe34, S-061). */
function isAtHome({ url, document }: FetchedJson, askedFor: URL): boolean {
  const id = idOf(document)
  if (id === undefined || !sameOrigin(id, url)) return false
  const { href } = asked(id)
  return href === url || href === askedFor.href
}

async function fetchPage(visitor: Visitor, url: URL, endsAt: number): Promise<FetchedJson> {
  const found = await fetchActivity(visitor, url, endsAt)
  const id = idOf(found.document) ?? found.url
  const ours = sameOrigin(found.url, url.href) && sameOrigin(id, url.href)
  return ours ? found : refuse('remote.refused', { reason: 'a page of another server' })
}

/**
 * What is found at an address, in the server's own name or another's; whether it may say what it says is still to be seen.
 * @throws as `Fetcher.json` does
 */
export async function fetchActivity(
  visitor: Visitor,
  url: URL,
  endsAt: number,
  signGet?: SignGet,
): Promise<FetchedJson> {
  const visit = { accept: ACCEPT_ACTIVITY, signed: true, endsAt, ...(signGet && { signGet }) }
  const answer = await visitor.visit(url, visit)
  const alternate = pageAlternate(answer)
  return documentIn(alternate === undefined ? answer : await visitor.visit(alternate, visit))
}

/** A page for people may name its ActivityPub form on its own host: one hop. */
function pageAlternate(answer: Answer): URL | undefined {
  return isHtml(answer.header('content-type'))
    ? alternateOf(answer.header('link'), answer.body.toString(), answer.url)
    : undefined
}

function documentIn(answer: Answer): FetchedJson {
  const type = answer.header('content-type')
  if (!isActivityType(type))
    refuse('remote.refused', { reason: `not ActivityPub but ${type.slice(0, 80) || 'nothing'}` })
  return { url: answer.url.href, document: objectIn(answer) }
}
