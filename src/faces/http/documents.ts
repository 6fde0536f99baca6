import { hash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { LRUCache } from 'lru-cache'
import { keyOfList } from './list-keys.ts'
import { wantsLinkedData, wishFrom } from './negotiate.ts'

/** An answer as it goes over the wire; its headers are complete, `ETag` and `Content-Length` included. */
export interface ReadyDocument {
  readonly etag: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/** The public documents of this process as ready bytes: the same for every reader, and gone when a write changes them. */
export interface Documents {
  /**
   * Answers what is known and leaves the rest to the next handler. It comes before every other handler, and needs nothing
   * of Express: it may stand before it, too.
   */
  readonly handler: (req: IncomingMessage, res: ServerResponse, next: () => void) => void
  /** How many drops there have been: to be taken before the read from which a document is made. */
  generation(): number
  /**
   * Keeps a document, unless one of its paths was dropped since: then it may have been read before the write.
   * @param key as `documentKey` gives it
   * @param paths whose drop makes it stale, besides those above its own
   */
  keep(key: string, since: number, document: ReadyDocument, paths: readonly string[]): void
  /** Forgets everything at or below these paths; what is being read at this moment will not be kept. */
  drop(paths: readonly string[]): void
  /** Does what another process asks through the channel `documents`: a JSON array of paths. */
  hear(payload: string): void
  /** Forgets everything: after a gap in what could be heard. */
  clear(): void
}

export interface DocumentsOptions {
  readonly origin: string
  readonly handleHost: string
  readonly maxBytes?: number
  /** the oldest that a document may become when nobody tells us of a change */
  readonly maxAgeMs?: number
}

/** The channel on which writes say which documents they change. */
export const DOCUMENTS_CHANNEL = 'documents'

const MAX_BYTES = 32 * 1024 * 1024
const MAX_AGE_MS = 60_000
const ROOM_FOR_AN_ENTRY = 600
const DROPS_REMEMBERED = 10_000

interface Entry extends ReadyDocument {
  readonly paths: readonly string[]
}

export function createDocuments(options: DocumentsOptions): Documents {
  const hosts = ourHosts(options)
  const keysAt = new Map<string, Set<string>>()
  const entries = new LRUCache<string, Entry>({
    maxSize: options.maxBytes ?? MAX_BYTES,
    ttl: options.maxAgeMs ?? MAX_AGE_MS,
    // How old each is need not be asked of the clock, and a timer set, for every request.
    ttlResolution: Math.ceil((options.maxAgeMs ?? MAX_AGE_MS) / 100),
    sizeCalculation: (entry, key) => entry.body.length + key.length + ROOM_FOR_AN_ENTRY,
    dispose: (entry, key) => {
      for (const path of entry.paths) {
        const keys = keysAt.get(path)
        keys?.delete(key)
        if (keys?.size === 0) keysAt.delete(path)
      }
    },
  })

  let generation = 0
  // Drops before this one may be forgotten, so whoever began before it keeps nothing.
  let forgotten = 0
  const droppedAt = new LRUCache<string, number>({
    max: DROPS_REMEMBERED,
    dispose: (at, _path, reason) => {
      if (reason === 'evict') forgotten = Math.max(forgotten, at)
    },
  })

  function drop(paths: readonly string[]): void {
    generation += 1
    for (const path of paths) {
      droppedAt.set(path, generation)
      for (const key of [...(keysAt.get(path) ?? [])]) entries.delete(key)
    }
  }

  function clear(): void {
    generation += 1
    forgotten = generation
    entries.clear()
  }

  return {
    handler(req, res, next) {
      if (!READS.has(req.method ?? '') || !isOurHost(req, hosts) || isPersonal(req)) return next()
      const key = documentKey(req)
      const entry = key === undefined ? undefined : entries.get(key)
      if (entry === undefined) return next()
      sendDocument(req, res, entry)
    },
    generation: () => generation,
    keep(key, since, document, paths) {
      const all = [...new Set([...pathsAbove(key), ...paths])]
      if (since < forgotten || all.some((path) => (droppedAt.get(path) ?? 0) > since)) return
      entries.set(key, { ...document, paths: all })
      if (!entries.has(key)) return
      for (const path of all) {
        const keys = keysAt.get(path)
        if (keys) keys.add(key)
        else keysAt.set(path, new Set([key]))
      }
    },
    drop,
    hear(payload) {
      const paths = pathsFrom(payload)
      if (paths) drop(paths)
      else clear()
    },
    clear,
  }
}

/** Makes bytes ready to be sent: a strong ETag over them, and every header that goes with them. */
export function readyDocument(body: Buffer, headers: Readonly<Record<string, string>>): ReadyDocument {
  const etag = `"${hash('sha256', body, 'base64url').slice(0, 27)}"`
  return { etag, body, headers: { ...headers, etag, 'content-length': String(body.length) } }
}

export const ACTIVITY_TYPE = 'application/activity+json; charset=utf-8'
const LINKED_DATA_TYPE = 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"'

/** The same headers for somebody who would rather have the one media type of ActivityStreams than the other. */
export function typedFor(
  req: Pick<IncomingMessage, 'headers'>,
  headers: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const isActivity = headers['content-type'] === ACTIVITY_TYPE
  return isActivity && wantsLinkedData(req.headers.accept)
    ? { ...headers, 'content-type': LINKED_DATA_TYPE }
    : headers
}

/** Sends 200 with the bytes, or 304 when the reader has them; HEAD gets the same headers. */
export function sendDocument(req: IncomingMessage, res: ServerResponse, document: ReadyDocument): void {
  const held = req.headers['if-none-match']
  if (held !== undefined && holds(held, document.etag)) {
    const { 'content-length': _length, 'content-type': _type, ...headers } = document.headers
    res.writeHead(304, headers).end()
    return
  }
  res.writeHead(200, typedFor(req, document.headers))
  res.end(req.method === 'HEAD' ? undefined : document.body)
}

/** The methods that read. */
export const READS: ReadonlySet<string> = new Set(['GET', 'HEAD'])
const OBJECT = /^\/ap\/(?:actors|posts|activities|media|stamps|emojis|objects)\/[0-9a-z]{1,20}$/
const PAGE = /^\/@\w{1,30}(?:\/[0-9]{1,20})?$/
const WELL_KNOWN = new Set([
  '/.well-known/nodeinfo',
  '/.well-known/host-meta',
  '/.well-known/host-meta.json',
  '/nodeinfo/2.0',
  '/nodeinfo/2.1',
])
const WEBFINGER = '/.well-known/webfinger'

/**
 * Names the document that a request asks for: one name for all the ways to ask for it, which is also a path that leads
 * to it. Undefined when it asks for a page, or for nothing of ours.
 */
export function documentKey(req: Pick<IncomingMessage, 'url' | 'headers'>): string | undefined {
  const { url = '' } = req
  const mark = url.indexOf('?')
  const path = mark === -1 ? url : url.slice(0, mark)
  if (path.startsWith('/ap/')) {
    if (wishFrom(req.headers.accept) === 'html') return undefined
    return OBJECT.test(path) ? path : keyOfList(path, mark === -1 ? '' : url.slice(mark + 1))
  }
  if (path.startsWith('/@'))
    return wishFrom(req.headers.accept) === 'activity' && PAGE.test(path) ? path : undefined
  if (path === WEBFINGER) {
    const resource = mark === -1 ? null : new URLSearchParams(url.slice(mark + 1)).get('resource')
    if (resource === null) return path
    // Names and hosts have no case, addresses have one.
    return `${path}?resource=${encodeURIComponent(resource.includes('://') ? resource : resource.toLowerCase())}`
  }
  if (!WELL_KNOWN.has(path)) return undefined
  // RFC 6415 §3: the JSON form has an address of its own, and may be asked for at the other.
  return path === '/.well-known/host-meta' && wishFrom(req.headers.accept) === 'json' ? `${path}.json` : path
}

/** Signed, or with a login: what such a reader gets may be for that reader alone. */
export function isPersonal(req: Pick<IncomingMessage, 'headers'>): boolean {
  const { headers } = req
  return (
    headers.signature !== undefined ||
    headers['signature-input'] !== undefined ||
    headers.authorization !== undefined
  )
}

/** The values of Host under which we answer: our origin's, and the handle host's when its server forwards to us. */
export function ourHosts(options: {
  readonly origin: string
  readonly handleHost: string
}): ReadonlySet<string> {
  return new Set([new URL(options.origin).host, options.handleHost])
}

/** False when the request was meant for another host, by Host or by what a proxy says of it. */
export function isOurHost(req: Pick<IncomingMessage, 'headers'>, hosts: ReadonlySet<string>): boolean {
  const { host, 'x-forwarded-host': forwarded } = req.headers
  return (
    host !== undefined &&
    (hosts.has(host) || hosts.has(host.toLowerCase())) &&
    (forwarded === undefined || (typeof forwarded === 'string' && hosts.has(forwarded.toLowerCase())))
  )
}

/** `/ap/actors/1/outbox?cursor=x` → `/ap`, `/ap/actors`, `/ap/actors/1`, `/ap/actors/1/outbox`. */
function pathsAbove(key: string): string[] {
  const parts = key.replace(/\?.*$/s, '').split('/')
  return parts.slice(1).map((_, index) => parts.slice(0, index + 2).join('/'))
}

function pathsFrom(payload: string): string[] | undefined {
  try {
    const paths: unknown = JSON.parse(payload)
    return Array.isArray(paths) && paths.every((path) => typeof path === 'string') ? paths : undefined
  } catch {
    return undefined
  }
}

function holds(header: string, etag: string): boolean {
  if (header === etag || header === '*') return true
  return header.split(',').some((one) => one.trim().replace(/^W\//, '') === etag)
}
