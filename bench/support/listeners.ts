import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** Many open streams, on plain sockets: what hears must cost less than what is measured. */
export interface Listeners extends Disposable {
  readonly count: number
  /** when each of them has heard something with that word in it; how long that took, from now, in milliseconds */
  heardBy(word: string, patienceMs: number): Promise<readonly number[]>
}

const WIDTH = 50

/** How one begins to listen, and what is to be said to go on. */
interface Kind {
  readonly headers: string
  readonly begun: (text: string) => boolean
  readonly status: string
}

export const EVENTS: Kind = { headers: '', status: 'HTTP/1.1 200', begun: (text) => text.includes('\nid: ') }
/** Just enough of a WebSocket to be taken for one: it answers pings, and looks for words in what it is sent. */
export const SOCKET: Kind = {
  headers:
    'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n',
  status: 'HTTP/1.1 101',
  begun: (text) => text.includes('\r\n\r\n'),
}
const PING = '\u0089\u0000'
const PONG = Buffer.from([0x8a, 0x80, 0, 0, 0, 0])

/** Opens one stream for each path with its token, some at a time, and waits until all of them have begun. */
export async function openListeners(
  origin: string,
  asked: readonly { readonly path: string; readonly authorization: string }[],
  kind: Kind = EVENTS,
): Promise<Listeners> {
  const { host, port } = new URL(origin)
  const sockets: Socket[] = []
  let hear: (at: number, text: string) => void = () => undefined
  const left = asked.map((one, at) => ({ ...one, at }))
  const openSome = async () => {
    for (let one = left.pop(); one; one = left.pop()) {
      const { path, authorization, at } = one
      const socket = connect(Number(port), '127.0.0.1')
      sockets.push(socket)
      socket.setEncoding('latin1')
      await once(socket, 'connect')
      socket.write(
        `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nAuthorization: ${authorization}\r\n${kind.headers}\r\n`,
      )
      await begun(socket, kind)
      socket.on('data', (text: string) => {
        if (text.includes(PING)) socket.write(PONG)
        hear(at, text)
      })
    }
  }
  await Promise.all(Array.from({ length: WIDTH }, openSome))
  return {
    count: sockets.length,
    async heardBy(word, patienceMs) {
      const began = performance.now()
      const after: number[] = []
      const deaf = new Set(asked.keys())
      const all = Promise.withResolvers<void>()
      hear = (at, text) => {
        if (!text.includes(word) || !deaf.delete(at)) return
        after.push(performance.now() - began)
        if (deaf.size === 0) all.resolve()
      }
      const timer = setTimeout(
        () => all.reject(new Error(`${deaf.size} streams never heard of ${word}`)),
        patienceMs,
      )
      await all.promise.finally(() => clearTimeout(timer))
      return after
    },
    [Symbol.dispose]() {
      for (const socket of sockets) socket.destroy()
    },
  }
}

async function begun(socket: Socket, kind: Kind): Promise<void> {
  let text = ''
  while (!kind.begun(text)) {
    const [chunk] = (await once(socket, 'data')) as [string]
    text += chunk
    if (!text.startsWith(kind.status)) throw new Error(`no stream: ${text.slice(0, 300)}`)
  }
}
