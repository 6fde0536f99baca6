import { once } from 'node:events'
import { createServer as createHttp, type RequestListener } from 'node:http'
import { createServer as createHttps } from 'node:https'
import { createServer as createTcp } from 'node:net'

/**
 * The far end of deliveries: one listener on every loopback address (127.x.y.z), so that each address is a host of its
 * own. Answers 202 at once and remembers when the last request came.
 */
export interface Sink extends AsyncDisposable {
  readonly port: number
  /** requests so far */
  readonly count: number
  /** when the last one came, on the clock of `performance.now` */
  readonly lastAt: number
  reset(): void
}

export async function startSink(tls?: { cert: string; key: string }): Promise<Sink> {
  let count = 0
  let lastAt = 0
  const take: RequestListener = (request, response) => {
    request.resume()
    request.on('end', () => {
      count += 1
      lastAt = performance.now()
      response.writeHead(202).end()
    })
  }
  const server = tls ? createHttps(tls, take) : createHttp(take)
  server.keepAliveTimeout = 60_000
  server.listen(0, '0.0.0.0')
  await once(server, 'listening')
  return {
    port: portOf(server.address()),
    get count() {
      return count
    },
    get lastAt() {
      return lastAt
    },
    reset() {
      count = 0
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** Takes connections and never says a word. */
export async function startTarpit(): Promise<{ readonly port: number } & AsyncDisposable> {
  const sockets = new Set<{ destroy(): unknown }>()
  const server = createTcp((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
  })
  server.listen(0, '0.0.0.0')
  await once(server, 'listening')
  return {
    port: portOf(server.address()),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}

/** The n-th loopback address after 127.0.0.255. */
export function loopback(n: number): string {
  return `127.${1 + Math.floor(n / 62_500)}.${Math.floor(n / 250) % 250}.${1 + (n % 250)}`
}

function portOf(address: ReturnType<ReturnType<typeof createTcp>['address']>): number {
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
