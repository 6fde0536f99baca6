import { type IncomingMessage, type RequestListener, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'

/** A connection that is to go on as something else than HTTP. */
export interface Upgrade {
  readonly socket: Duplex
  /** what was sent already */
  readonly head: Buffer
}

const upgrades = new WeakMap<IncomingMessage, Upgrade>()
const STREAMING = /^\/api\/v1\/streaming\/?(?:\?|$)/

/** Whether somebody wants to open a WebSocket where there is one. Everywhere else the wish is passed over, as it may be. */
export function wantsSocket(request: IncomingMessage): boolean {
  return (
    request.method === 'GET' &&
    request.headers.upgrade?.toLowerCase() === 'websocket' &&
    STREAMING.test(request.url ?? '')
  )
}

/**
 * Has a request that wants to become something else answered as any other: by the same handler, which says no as it
 * always does, or takes the connection.
 */
export function answerUpgrade(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  handler: RequestListener,
): void {
  // Nobody else listens any more to what happens to it.
  socket.on('error', () => socket.destroy())
  const response = new ServerResponse(request)
  response.shouldKeepAlive = false
  response.assignSocket(socket as Parameters<ServerResponse['assignSocket']>[0])
  response.on('finish', () => socket.end())
  upgrades.set(request, { socket, head })
  handler(request, response)
}

/** The connection of a request that may become something else, from now on the caller's; undefined where it may not. */
export function takeUpgrade(request: IncomingMessage, response: ServerResponse): Upgrade | undefined {
  const upgrade = upgrades.get(request)
  if (!upgrade || !upgrades.delete(request)) return undefined
  response.removeAllListeners('finish')
  response.detachSocket(upgrade.socket as Parameters<ServerResponse['detachSocket']>[0])
  return upgrade
}

/** Whether `takeUpgrade` would give something. */
export function canUpgrade(request: IncomingMessage): boolean {
  return upgrades.has(request)
}
