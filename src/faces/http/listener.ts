import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '../../base/log.ts'
import { StartError } from '../../base/start-error.ts'
import type { Health } from './health.ts'
import { boundBody } from './slow-bodies.ts'
import { answerUpgrade, wantsSocket } from './upgrades.ts'

export interface ListenOptions {
  readonly host: string
  readonly port: number
  readonly handler: RequestListener
  readonly health: Health
  readonly log: Log
}

export interface HttpServer {
  readonly port: number
  /**
   * Takes no more connections, lets the requests at work finish and answers 503 to those that still come on open
   * connections; after `patienceMs` it cuts what is left.
   */
  close(patienceMs: number): Promise<void>
}

/**
 * A head has to be here within this time, and a connection is not kept idle for longer. How long a body may take is for
 * `slow-bodies.ts` to say; this is how long anybody may allow it.
 */
const LIMITS = {
  headersTimeout: 10_000,
  requestTimeout: 600_000,
  keepAliveTimeout: 75_000,
  connectionsCheckingInterval: 2_000,
  maxHeaderSize: 16 * 1024,
}
const MOST_CONNECTIONS = 8_192
const MOST_HEADERS = 100

/** Listens for requests: health first, then the app. @throws StartError when the port cannot be had */
export async function listenHttp(options: ListenOptions): Promise<HttpServer> {
  const { handler, health, log } = options
  let closing = false
  const answer: RequestListener = (request, response) => {
    if (closing) {
      response.writeHead(503, { 'retry-after': '5', connection: 'close' }).end()
      return
    }
    try {
      handler(request, response)
    } catch (error) {
      log.error('A request failed outside of the app.', { error })
      if (!response.headersSent) response.writeHead(500)
      response.end()
    }
  }
  const server = createServer({ ...LIMITS, shouldUpgradeCallback: wantsSocket }, (request, response) => {
    if (health.answer(request, response, 'public')) return
    if (!closing) boundBody(request, response)
    answer(request, response)
  })
  server.on('upgrade', (request, socket, head) => answerUpgrade(request, socket, head, answer))
  server.maxConnections = MOST_CONNECTIONS
  server.maxHeadersCount = MOST_HEADERS
  // A client that waits to be told to go on would hold a body back that a guard refuses anyway.
  await bound(server, options.host, options.port)
  return {
    port: (server.address() as AddressInfo).port,
    async close(patienceMs) {
      closing = true
      const closed = new Promise<void>((done) => server.close(() => done()))
      const late = new AbortController()
      const cut = sleep(patienceMs, undefined, { signal: late.signal }).then(
        () => server.closeAllConnections(),
        () => undefined,
      )
      const sweep = setInterval(() => server.closeIdleConnections(), 50)
      await closed
      clearInterval(sweep)
      late.abort()
      await cut
    },
  }
}

/** Listens for the operator's tools only, on the loopback address. */
export async function listenLoopback(port: number, handler: RequestListener): Promise<HttpServer> {
  const server = createServer(LIMITS, handler)
  server.maxConnections = 64
  await bound(server, '127.0.0.1', port)
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = new Promise<void>((done) => server.close(() => done()))
      server.closeAllConnections()
      await closed
    },
  }
}

async function bound(server: Server, host: string, port: number): Promise<void> {
  await new Promise<void>((listening, refused) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      refused(new StartError(sentence(error, host, port))),
    )
    server.listen(port, host, 1024, listening)
  })
  server.removeAllListeners('error')
  server.on('error', () => undefined)
}

function sentence(error: NodeJS.ErrnoException, host: string, port: number): string {
  const where = `${host} port ${port}`
  if (error.code === 'EADDRINUSE')
    return `Something else listens on ${where} already: stop it, or set PORT or HOST.`
  if (error.code === 'EACCES')
    return `Listening on ${where} is not allowed to this user: set PORT to one above 1023.`
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND')
    return `This machine has no address ${host}: set HOST to one that it has.`
  return `Listening on ${where} failed: ${error.message}.`
}
