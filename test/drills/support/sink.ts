import { once } from 'node:events'
import http from 'node:http'
import net from 'node:net'
import { type Answer, play } from '../../support/peer/answer.ts'
import { readAll } from '../../support/peer/wire.ts'

/** One POST, as it came to an inbox. */
export interface Hit {
  /** the number of the host */
  readonly host: number
  /** the inbox's URL */
  readonly inbox: string
  readonly id: string
  readonly type: string
  /** the id of what it is about */
  readonly object: string
  /** what that says, when it says something */
  readonly content: string
  /** 1 when this inbox never had this activity before */
  readonly times: number
}

/**
 * Many servers in one: hosts on loopback addresses of their own, all on one port, that take whatever is sent to any of
 * their inboxes and remember how often each inbox had each activity.
 */
export interface Sink extends AsyncDisposable {
  readonly port: number
  /** `n` counts from 0 */
  inbox(host: number, n?: number): string
  /** all inboxes, `each` on every host */
  inboxes(each: number): string[]
  readonly hits: readonly Hit[]
  /** answers from now on; 202 unless told. A function does what no answer does. */
  answer(how: (hit: Hit) => Reply | Promise<Reply>): void
  /** how often each activity came to an inbox */
  at(inbox: string): ReadonlyMap<string, number>
  /** how often something came that had come before */
  readonly repeats: number
  /** requests that are being answered at this moment */
  readonly open: number
  /** the most that were ever open at once on that host */
  most(host: number): number
  /** Resolves when the sink has been hit so often in all. */
  hitTimes(count: number, patienceMs?: number): Promise<void>
  /** Cuts every connection there is. */
  cut(): void
}

export type Reply = Answer | ((response: http.ServerResponse) => void)

const ACCEPTED: Answer = { status: 202 }

export async function startSink(hosts: number): Promise<Sink> {
  const hits: Hit[] = []
  const seen = new Map<string, Map<string, number>>()
  const openOn = new Map<number, number>()
  const mostOn = new Map<number, number>()
  const numbers = new Map<string, number>()
  let answer: (hit: Hit) => Reply | Promise<Reply> = () => ACCEPTED
  let open = 0
  let repeats = 0
  let waiting: { count: number; done: () => void }[] = []

  const server = http.createServer((request, response) => {
    void receive(request, response).catch(() => response.destroy())
  })
  server.keepAliveTimeout = 60_000
  const { port, listeners } = await listenOnAll(hosts, (socket) => server.emit('connection', socket))
  for (let host = 0; host < hosts; host++) numbers.set(`${addressOf(host)}:${port}`, host)
  const inbox = (host: number, n = 0) => `http://${addressOf(host)}:${port}/users/${n}/inbox`
  const sockets = new Set<net.Socket>()
  server.on('connection', (socket: net.Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => undefined)
  })

  return {
    port,
    inbox,
    inboxes: (each) => Array.from({ length: hosts * each }, (_, n) => inbox(Math.floor(n / each), n % each)),
    hits,
    answer(how) {
      answer = how
    },
    at: (url) => seen.get(url) ?? new Map(),
    get repeats() {
      return repeats
    },
    get open() {
      return open
    },
    most: (host) => mostOn.get(host) ?? 0,
    async hitTimes(count, patienceMs = 60_000) {
      if (hits.length >= count) return
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      const late = () => reject(new Error(`hit ${hits.length} times and not ${count} in ${patienceMs} ms`))
      const timer = setTimeout(late, patienceMs)
      waiting.push({ count, done: resolve })
      await promise.finally(() => clearTimeout(timer))
    },
    cut() {
      for (const socket of sockets) socket.resetAndDestroy()
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await Promise.all(listeners.map((listener) => new Promise((closed) => listener.close(closed))))
      server.close()
    },
  }

  async function receive(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const host = numbers.get(request.headers.host ?? '') ?? -1
    count(host, 1)
    response.once('close', () => count(host, -1))
    const body = await readAll(request)
    const hit = hitFrom(host, `http://${request.headers.host}${request.url}`, body)
    hits.push(hit)
    if (hit.times > 1) repeats++
    for (const one of waiting) if (hits.length >= one.count) one.done()
    waiting = waiting.filter((one) => hits.length < one.count)
    const reply = await answer(hit)
    if (typeof reply === 'function') reply(response)
    else await play(reply, response)
  }

  function count(host: number, by: number): void {
    open += by
    const now = (openOn.get(host) ?? 0) + by
    openOn.set(host, now)
    mostOn.set(host, Math.max(mostOn.get(host) ?? 0, now))
  }

  function hitFrom(host: number, url: string, body: Buffer): Hit {
    const activity = JSON.parse(body.toString())
    const id = String(activity.id)
    const known = seen.get(url) ?? new Map<string, number>()
    seen.set(url, known)
    const times = (known.get(id) ?? 0) + 1
    known.set(id, times)
    const { object } = activity
    const about = String(object?.id ?? object)
    return {
      host,
      inbox: url,
      id,
      type: activity.type,
      object: about,
      content: String(object?.content ?? ''),
      times,
    }
  }
}

/** 127.77.0.1 and on: nothing else lives there. */
function addressOf(host: number): string {
  return `127.77.${Math.floor(host / 250)}.${(host % 250) + 1}`
}

async function listenOnAll(hosts: number, take: (socket: net.Socket) => void) {
  for (let attempt = 1; ; attempt++) {
    const listeners: net.Server[] = []
    let port = 0
    try {
      for (let host = 0; host < hosts; host++) {
        const listener = net.createServer({ noDelay: true }, take)
        listener.listen({ port, host: addressOf(host), backlog: 512 })
        await once(listener, 'listening')
        listeners.push(listener)
        port = (listener.address() as net.AddressInfo).port
      }
      return { port, listeners }
    } catch (error) {
      // Free on the first address need not mean free on the last.
      for (const listener of listeners) listener.close()
      if (attempt === 5) throw error
    }
  }
}
