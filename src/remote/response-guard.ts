import type { IncomingHttpHeaders } from 'node:http'
import type { Dispatcher } from 'undici'
import { BlockedError, DeadlineError } from './blocked.ts'

export interface Limits {
  /** from the call to the last byte, waiting for a connection included */
  readonly deadlineMs: number
  /** of the body as it comes over the wire */
  readonly maxBytes: number
  /** whether an answer may be compressed; only for callers that decompress within a bound of their own */
  readonly encoded: boolean
  /** over a connection of its own, so that nothing else waits for what lasts long */
  readonly alone?: boolean
}

export interface Guard {
  readonly handler: Dispatcher.DispatchHandler
  /** ends it before it began */
  fail(error: Error): void
}

/**
 * Stands between the connection and whoever asked: cuts what is late, too large or compressed. `released` is called
 * exactly once, when the connection is done with the request.
 */
export function guardResponse(
  inner: Dispatcher.DispatchHandler,
  limits: Limits,
  released: () => void,
): Guard {
  const asker = modern(inner)
  let controller: Dispatcher.DispatchController | undefined
  let failure: Error | undefined
  let received = 0
  let freed = false

  const free = () => {
    if (!freed) released()
    freed = true
    clearTimeout(timer)
  }
  const fail = (error: Error) => {
    if (failure !== undefined || freed) return
    failure = error
    if (controller) controller.abort(error)
    // Not sent yet: the asker need not wait until a connection comes about; when it does, the request is dropped.
    else asker.onResponseError?.(undefined as never, error)
  }
  const timer = setTimeout(() => fail(new DeadlineError(limits.deadlineMs)), limits.deadlineMs)

  return {
    fail(error) {
      fail(error)
      free()
    },
    handler: {
      onRequestStart(started, context) {
        if (failure !== undefined) return started.abort(failure)
        controller = started
        asker.onRequestStart?.(started, context)
      },
      onResponseStart(started, status, headers, message) {
        const reason = whyNotTaken(headers, limits)
        if (reason !== undefined) return fail(new BlockedError(reason))
        asker.onResponseStart?.(started, status, headers, message)
      },
      onResponseData(started, chunk) {
        received += chunk.length
        if (received > limits.maxBytes) return fail(new BlockedError(`more than ${limits.maxBytes} bytes`))
        asker.onResponseData?.(started, chunk)
      },
      onResponseEnd(started, trailers) {
        free()
        asker.onResponseEnd?.(started, trailers)
      },
      onResponseError(started, error) {
        const unsent = controller === undefined && failure !== undefined
        free()
        if (!unsent) asker.onResponseError?.(started, failure ?? error)
      },
    },
  }
}

function whyNotTaken(headers: IncomingHttpHeaders, limits: Limits): string | undefined {
  const encoding = String(headers['content-encoding'] ?? '')
  if (!limits.encoded && !/^\s*(?:identity)?\s*$/i.test(encoding)) return 'compressed, though asked not to be'
  const length = Number(headers['content-length'])
  return length > limits.maxBytes ? `more than ${limits.maxBytes} bytes` : undefined
}

/** Built-in `fetch` and `undici.request` still bring handlers of undici's older form. */
function modern(handler: Dispatcher.DispatchHandler): Dispatcher.DispatchHandler {
  if (handler.onRequestStart) return handler
  return {
    onRequestStart: (controller) =>
      handler.onConnect?.((reason) => controller.abort(reason ?? new Error('aborted'))),
    onResponseStart(controller, status, _headers, message) {
      const resume = () => controller.resume()
      const goOn = handler.onHeaders?.(status, controller.rawHeaders as Buffer[], resume, message ?? '')
      if (goOn === false) controller.pause()
    },
    onResponseData(controller, chunk) {
      if (handler.onData?.(chunk) === false) controller.pause()
    },
    onResponseEnd: (controller) => handler.onComplete?.(controller.rawTrailers as string[] | null),
    onResponseError: (_controller, error) => handler.onError?.(error),
  }
}

/**
 * The headers that go out: always asking for an unencoded answer, so that its size is what the wire shows, and always
 * with a user agent that says who we are (built-in `fetch` says `node`).
 */
export function outgoingHeaders(
  given: Dispatcher.DispatchOptions['headers'],
  userAgent: string,
): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {}
  for (const [name, value] of pairsIn(given)) {
    if (value !== undefined && value !== null) headers[name.toLowerCase()] = value
  }
  headers['accept-encoding'] = 'identity'
  if (headers['user-agent'] === undefined || headers['user-agent'] === 'node')
    headers['user-agent'] = userAgent
  return headers
}

type Pair = readonly [string, string | string[] | undefined]

function pairsIn(given: Dispatcher.DispatchOptions['headers']): Iterable<Pair> {
  if (given === undefined || given === null) return []
  if (Array.isArray(given)) {
    const flat: readonly (string | string[])[] = given
    return flat.flatMap((name, at) => (at % 2 === 0 ? [[String(name), flat[at + 1]] as const] : []))
  }
  return Symbol.iterator in given ? (given as Iterable<Pair>) : Object.entries(given)
}
