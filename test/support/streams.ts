import http, { type IncomingHttpHeaders } from 'node:http'
import { ORIGIN } from './world.ts'

export interface ServerSent {
  readonly event: string
  readonly id: string | undefined
  readonly data: Record<string, unknown> & { readonly type?: string }
}

/** A stream as a browser reads it: its events, in order, and where it stands. */
export interface Listening {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** all that came, as it came */
  readonly raw: string
  /** of an answer that is no stream, too */
  readonly events: readonly ServerSent[]
  /** the last id that came */
  readonly lastId: string | undefined
  /** The next event that nobody has asked for yet. */
  next(patienceMs?: number): Promise<ServerSent>
  /** when it is over */
  readonly ended: Promise<void>
  /** Reads no more of it, and leaves it open. */
  pause(): void
  close(): void
}

export async function listenTo(
  port: number,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  method = 'GET',
): Promise<Listening> {
  const request = http.request({
    host: '127.0.0.1',
    port,
    path,
    method,
    agent: false,
    setHost: false,
    headers: { host: new URL(ORIGIN).host, accept: 'text/event-stream', ...headers },
  })
  const over = Promise.withResolvers<void>()
  const response = await new Promise<http.IncomingMessage>((answered, failed) => {
    request.on('response', answered)
    request.on('error', failed)
    request.end()
  })
  request.on('error', () => over.resolve())
  response.on('error', () => undefined)
  response.on('close', () => over.resolve())
  const state = { raw: '', rest: '', lastId: undefined as string | undefined, asked: 0 }
  const events: ServerSent[] = []
  let wake = () => {}
  response.setEncoding('utf8')
  response.on('data', (chunk: string) => {
    state.raw += chunk
    const blocks = (state.rest + chunk).split('\n\n')
    state.rest = blocks.pop() ?? ''
    for (const block of blocks) take(block)
    wake()
  })
  void over.promise.then(() => wake())

  function take(block: string): void {
    const lines = block
      .split('\n')
      .map((line) => [line.slice(0, line.indexOf(': ')), line.slice(line.indexOf(': ') + 2)])
    const last = (name: string) => lines.findLast(([field]) => field === name)?.[1]
    state.lastId = last('id') ?? state.lastId
    const data = lines.filter(([field]) => field === 'data').map(([, value]) => value)
    if (data.length === 0) return
    events.push({ event: last('event') ?? 'message', id: last('id'), data: JSON.parse(data.join('\n')) })
  }

  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    get raw() {
      return state.raw
    },
    events,
    get lastId() {
      return state.lastId
    },
    async next(patienceMs = 5_000) {
      const deadline = performance.now() + patienceMs
      for (;;) {
        const event = events[state.asked]
        if (event) {
          state.asked += 1
          return event
        }
        const left = deadline - performance.now()
        if (left <= 0) throw new Error(`no event came; so far: ${state.raw}`)
        await new Promise<void>((woken) => {
          wake = woken
          setTimeout(woken, left)
        })
      }
    },
    ended: over.promise,
    pause: () => void response.pause(),
    close: () => void request.destroy(),
  }
}
