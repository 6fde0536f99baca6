import { refuse } from '../base/refusal.ts'
import { Transient } from '../base/transient.ts'
import type { Uris } from '../base/uris.ts'
import type { SignatureForm } from '../federation/sign.ts'
import { isBlocked } from './blocked.ts'
import { isOurHost, type SignGet } from './visitor.ts'
import type { Response, WayOut } from './way-out.ts'

export interface RemoteStreamParts {
  readonly dispatcher: WayOut
  readonly uris: Uris
  /** as whom it is asked for */
  readonly signGet: SignGet
}

export interface RemoteStreamOptions {
  /** where the listener stood, as the other server said it */
  readonly lastEventId?: string | undefined
  readonly signal: AbortSignal
}

const REDIRECTS = 3
const ANSWER_MS = 15_000
/** Whoever listens comes again after that. */
const LONGEST_MS = 60 * 60 * 1000
const EVENT_STREAM = 'text/event-stream'

/**
 * Opens the event stream of another server, signed, over https alone; each address on the way is looked at anew.
 * @returns its bytes, as they come
 * @throws Refusal `proxy.address`, `proxy.forbidden`, `proxy.failed`, `proxy.timeout`, `remote.not-found`, `remote.gone`
 */
export async function openRemoteStream(
  parts: RemoteStreamParts,
  url: URL,
  options: RemoteStreamOptions,
): Promise<AsyncIterable<Buffer>> {
  let at = url
  for (let hop = 0; hop <= REDIRECTS; hop++) {
    if (at.protocol !== 'https:' || at.username !== '' || at.password !== '') refuse('proxy.address')
    if (isOurHost(at, parts.uris)) refuse('proxy.address')
    const response = await knock(parts, at, options)
    const next = nextOf(response, at)
    if (next === undefined) return bodyOf(response)
    discard(response)
    at = next
  }
  return refuse('proxy.failed')
}

/** With the signature that every server knows, and with the other one where that is not taken. */
async function knock(parts: RemoteStreamParts, url: URL, options: RemoteStreamOptions): Promise<Response> {
  const first = await ask(parts, url, 'cavage', options)
  if (first.statusCode !== 401) return first
  discard(first)
  return ask(parts, url, 'rfc9421', options)
}

async function ask(
  { dispatcher, signGet }: RemoteStreamParts,
  url: URL,
  form: SignatureForm,
  { lastEventId, signal }: RemoteStreamOptions,
): Promise<Response> {
  const headers = await signGet(url, form, EVENT_STREAM)
  if (lastEventId !== undefined) headers['last-event-id'] = lastEventId
  const late = new AbortController()
  const timer = setTimeout(() => late.abort(), ANSWER_MS)
  try {
    return await dispatcher.ask(
      url,
      { method: 'GET', headers, signal: AbortSignal.any([signal, late.signal]) },
      { deadlineMs: LONGEST_MS, maxBytes: Number.POSITIVE_INFINITY, alone: true },
    )
  } catch (error) {
    if (late.signal.aborted) refuse('proxy.timeout')
    if (isBlocked(error)) refuse('proxy.address')
    if (signal.aborted) throw new Transient('nobody listens any more', { cause: error })
    return refuse('proxy.failed')
  } finally {
    clearTimeout(timer)
  }
}

function nextOf({ statusCode, headers }: Response, from: URL): URL | undefined {
  if (![301, 302, 303, 307, 308].includes(statusCode)) return undefined
  const location = String(headers.location ?? '')
  return URL.parse(location, from.href) ?? refuse('proxy.failed')
}

/** What nobody reads may never end, so it is not waited for. */
function discard({ body }: Response): void {
  body.on('error', () => undefined).destroy()
}

function bodyOf(response: Response): AsyncIterable<Buffer> {
  const { statusCode, headers, body } = response
  const type = String(headers['content-type'] ?? '')
  if (statusCode === 200 && /^text\/event-stream\s*(?:;|$)/i.test(type)) return body
  discard(response)
  if (statusCode === 404) refuse('remote.not-found')
  if (statusCode === 410) refuse('remote.gone')
  if (statusCode === 401 || statusCode === 403) refuse('proxy.forbidden')
  return refuse('proxy.failed')
}
