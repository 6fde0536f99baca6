import { WebSocket } from 'ws'
import { ORIGIN } from '../world.ts'

/** What came over a socket, as apps read it. */
export interface Heard {
  readonly stream?: readonly string[]
  readonly event?: string
  readonly payload?: string
  readonly error?: string
  readonly status?: number
}

/** A WebSocket of an app, and all that came over it. */
export interface AppListening {
  readonly heard: readonly Heard[]
  /** The next that nobody has asked for yet. */
  next(patienceMs?: number): Promise<Heard>
  /** Nothing else comes for a while. */
  silence(ms?: number): Promise<void>
  say(message: unknown): void
  /** with the code that it was closed by */
  readonly ended: Promise<number>
  readonly protocol: string
  readonly socket: WebSocket
  close(): void
}

export interface SocketOptions {
  readonly headers?: Readonly<Record<string, string>>
  readonly protocols?: readonly string[]
  readonly path?: string
  readonly autoPong?: boolean
}

/** An answer that is no socket. */
export class NotOpened extends Error {
  readonly status: number
  readonly text: string
  constructor(status: number, text: string) {
    super(`${status} ${text}`)
    this.status = status
    this.text = text
  }
}

/** @throws NotOpened */
export async function openSocket(
  port: number,
  query: Readonly<Record<string, string>>,
  { headers = {}, protocols = [], path = '/api/v1/streaming', autoPong = true }: SocketOptions = {},
): Promise<AppListening> {
  const search = new URLSearchParams(query).toString()
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}${search && `?${search}`}`, [...protocols], {
    headers: { host: new URL(ORIGIN).host, ...headers },
    autoPong,
  })
  const heard: Heard[] = []
  let asked = 0
  let wake = () => {}
  socket.on('message', (data) => {
    heard.push(JSON.parse(String(data)))
    wake()
  })
  const ended = new Promise<number>((over) => socket.on('close', over))
  await new Promise<void>((opened, failed) => {
    socket.on('open', opened)
    socket.on('error', failed)
    socket.on('unexpected-response', (request, response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => {
        failed(new NotOpened(response.statusCode ?? 0, String(Buffer.concat(chunks))))
        request.destroy()
      })
    })
  })
  return {
    heard,
    ended,
    socket,
    protocol: socket.protocol,
    async next(patienceMs = 5_000) {
      const deadline = performance.now() + patienceMs
      for (;;) {
        const one = heard[asked]
        if (one) {
          asked += 1
          return one
        }
        const left = deadline - performance.now()
        if (left <= 0) throw new Error(`nothing came; so far: ${JSON.stringify(heard).slice(0, 2000)}`)
        await new Promise<void>((woken) => {
          wake = woken
          setTimeout(woken, left)
        })
      }
    },
    async silence(ms = 400) {
      await new Promise((over) => setTimeout(over, ms))
      const more = heard.slice(asked)
      if (more.length > 0) throw new Error(`something came: ${JSON.stringify(more).slice(0, 2000)}`)
    },
    say: (message) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
    close: () => socket.terminate(),
  }
}
