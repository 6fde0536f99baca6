import { isIP, connect as openTcp, type Socket, type TcpNetConnectOpts } from 'node:net'
import { createSecureContext, getCACertificates, connect as openTls, type SecureContext } from 'node:tls'
import { LRUCache } from 'lru-cache'
import type { buildConnector } from 'undici'
import type { AddressFilter } from './addresses.ts'
import { BlockedError } from './blocked.ts'
import type { NameResolver } from './resolver.ts'

/**
 * Tests only: the addresses that the filter is told for a name, and the loopback socket that is really behind it.
 * So the filter itself is never switched off.
 */
export type Pretend = (
  host: string,
  port: number,
) => { readonly addresses: readonly string[]; readonly connect: { host: string; port: number } } | undefined

export interface ConnectorOptions {
  readonly filter: AddressFilter
  readonly resolver: NameResolver
  readonly pretend: Pretend | undefined
  /** PEM of an authority that is trusted besides the usual ones */
  readonly ca: string | undefined
}

const CONNECT_TIMEOUT_MS = 5000
const TLS_SESSIONS = 5000
/** Where ActivityPub servers live; any other port belongs to services that never asked for a visit. */
const PORTS: ReadonlySet<number> = new Set([443, 80, 8443])

export function isWebPort(port: number): boolean {
  return PORTS.has(port)
}

/**
 * Opens connections to allowed addresses only. A name is looked up once, and exactly the addresses that passed the
 * filter are connected to: a name that changes its mind between check and use gains nothing (DNS rebinding).
 */
export function createConnector(options: ConnectorOptions): buildConnector.connector {
  const open = createOpener(options.ca)
  return (target, callback) => {
    const { host, port, secure } = targetFrom(target)
    allowedWay(host, port, secure, options).then(
      (way) => open(host, secure, way, callback),
      (error: Error) => callback(error, null),
    )
  }
}

interface Target {
  /** a name, or an address without brackets */
  readonly host: string
  readonly port: number
  readonly secure: boolean
}

interface Way {
  readonly addresses: readonly string[]
  readonly port: number
}

function targetFrom(target: buildConnector.Options): Target {
  const secure = target.protocol === 'https:'
  return { host: target.hostname, port: Number(target.port || (secure ? 443 : 80)), secure }
}

/** @throws BlockedError, or what the look-up throws */
async function allowedWay(
  host: string,
  port: number,
  secure: boolean,
  options: ConnectorOptions,
): Promise<Way> {
  const pretended = options.pretend?.(host, port)
  if (pretended && !/^(?:127\.|::1$)/.test(pretended.connect.host))
    throw new BlockedError('pretence ends on loopback')
  const found = pretended?.addresses ?? (isIP(host) === 0 ? await options.resolver.resolve(host) : [host])
  const addresses = found.filter((address) => whyNot(address, port, secure, options.filter) === undefined)
  if (addresses.length === 0) {
    throw new BlockedError(whyNot(found[0] ?? '', port, secure, options.filter) ?? 'no address')
  }
  return pretended
    ? { addresses: [pretended.connect.host], port: pretended.connect.port }
    : { addresses, port }
}

/** The reason why that address is not connected to, for the log; undefined when it may be. */
export function whyNot(
  address: string,
  port: number,
  secure: boolean,
  filter: AddressFilter,
): string | undefined {
  const verdict = filter.judge(address)
  if (verdict === 'opened') return undefined
  if (verdict === 'refused') return 'the address is private, special or none'
  if (!secure) return 'plain http is spoken only within opened private ranges'
  return isWebPort(port) ? undefined : `port ${port} is not one that we connect to`
}

type Open = (host: string, secure: boolean, way: Way, callback: buildConnector.Callback) => void

function createOpener(ca: string | undefined): Open {
  // A context of its own for each connection would cost more than the rest of it.
  const secureContext = createSecureContext(
    ca === undefined ? {} : { ca: [...getCACertificates('default'), ca] },
  )
  const sessions = new LRUCache<string, Buffer>({ max: TLS_SESSIONS })

  return (host, secure, way, callback) => {
    const socket = secure ? openSecure(host, way, secureContext, sessions) : openTcp(destination(way))
    socket.setNoDelay(true)
    socket.setKeepAlive(true, 60_000)
    const timer = setTimeout(() => socket.destroy(connectTimeout(host)), CONNECT_TIMEOUT_MS)
    const failed = (error: Error) => {
      clearTimeout(timer)
      callback(error, null)
    }
    socket.once('error', failed)
    socket.once(secure ? 'secureConnect' : 'connect', () => {
      clearTimeout(timer)
      socket.off('error', failed)
      callback(null, socket)
    })
  }
}

function openSecure(
  host: string,
  way: Way,
  secureContext: SecureContext,
  sessions: LRUCache<string, Buffer>,
): Socket {
  const session = sessions.get(host)
  const socket = openTls({
    ...destination(way),
    secureContext,
    ALPNProtocols: ['http/1.1'],
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(session === undefined ? {} : { session }),
  })
  // undici's own store holds sessions weakly and so loses them at once; resuming one saves most of a handshake.
  socket.on('session', (fresh) => sessions.set(host, fresh))
  return socket
}

type Destination = Pick<TcpNetConnectOpts, 'host' | 'port' | 'lookup' | 'autoSelectFamily'>

/** To several addresses the quickest wins (RFC 8305); they come from the filter, so nothing is looked up again. */
function destination({ addresses, port }: Way): Destination {
  const [only = ''] = addresses
  if (addresses.length === 1) return { host: only, port }
  const list = addresses.map((address) => ({ address, family: isIP(address) }))
  return {
    host: 'checked.invalid',
    port,
    autoSelectFamily: true,
    lookup: (_host, _options, callback) => callback(null, list),
  }
}

function connectTimeout(host: string): Error {
  return Object.assign(new Error(`no connection to ${host} within ${CONNECT_TIMEOUT_MS} ms`), {
    code: 'UND_ERR_CONNECT_TIMEOUT',
  })
}
