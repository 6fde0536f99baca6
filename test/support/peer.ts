import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import http from 'node:http'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSecureContext } from 'node:tls'
import { type Answer, play } from './peer/answer.ts'
import { type TestAuthority, theAuthority } from './peer/certificates.ts'
import { type Home, type Json, makePerson, type Person, type PersonOptions } from './peer/person.ts'
import { type Outgoing, schemeOf } from './peer/signer.ts'
import {
  type Agents,
  jsonIn,
  makeAgents,
  type PeerReply,
  type PeerRequest,
  plainHeaders,
  type Reach,
  readAll,
  transmit,
} from './peer/wire.ts'

export type { Answer, Json, PeerReply, PeerRequest, Person }

/**
 * Another server, or as many as one likes: virtual hosts in the test's own process, on loopback.
 *
 * `name.localhost` is reached without further ado (`http://name.localhost:<port>`); any other name, `good.test` say,
 * stands in URLs without a port and needs `peer.pretend` handed to the dispatcher of the server under test.
 */
export interface Peer extends AsyncDisposable {
  readonly port: number
  /** every request that came, in order: the oracle for "nothing was fetched" */
  readonly requests: PeerRequest[]
  /** the authority's certificate as PEM and as a file for NODE_EXTRA_CA_CERTS; empty without TLS */
  readonly ca: string
  readonly caFile: string
  /** what its URLs start with */
  origin(host?: string): string
  person(name: string, options?: PersonOptions): Promise<Person>
  /** scripts a path: an answer, a list played one after another (the last one stays), or a function */
  answer(url: string, answer: Answer | Answer[] | ((request: PeerRequest) => Answer)): void
  /** serves a document as ActivityPub at its address */
  serve(url: string, document: Json): void
  /** a host that shows its documents only to signed requests, as GoToSocial and Threads do */
  signedOnly(host: string): void
  /** how often that URL was asked for */
  hits(url: string): number
  send(request: Outgoing): Promise<PeerReply>
  /** where the host is really reached, for the dispatcher's address map; undefined for names that are not its own */
  pretend(
    host: string,
    port: number,
  ): { addresses: readonly string[]; connect: { host: string; port: number } } | undefined
  /** what the address filter is told about a host instead of 127.0.0.1; a function may change its mind per lookup */
  resolvesTo(host: string, addresses: readonly string[] | (() => readonly string[])): void
  stop(): Promise<void>
}

export interface PeerOptions {
  readonly tls?: boolean
  /** 0, any free one, unless told */
  readonly port?: number
  /** the loopback address to listen on: 127.0.0.1 unless told */
  readonly address?: string
  /** hosts that this peer sends to under another address: `{ 'weft.test': 'http://127.0.0.1:3000' }` */
  readonly reach?: Reach
}

const DEFAULT_HOST = 'remote.localhost'

export async function startPeer(options: PeerOptions = {}): Promise<Peer> {
  const certificates = options.tls ? await theAuthority() : undefined
  const ca = certificates?.certificate ?? ''
  const folder = certificates ? await mkdtemp(join(tmpdir(), 'weft-peer-')) : ''
  const caFile = certificates ? join(folder, 'ca.pem') : ''
  if (certificates) await writeFile(caFile, ca)
  const address = options.address ?? '127.0.0.1'
  const agents = makeAgents(certificates ? ca : undefined)
  const script = createScript(options.tls ? 'https' : 'http')
  const server = certificates
    ? await tlsServer(certificates, script.handle)
    : http.createServer(script.handle)
  server.keepAliveTimeout = 60_000
  server.listen(options.port ?? 0, address)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  script.port = port
  const stop = () => close(server, agents, folder)
  return {
    port,
    requests: script.requests,
    ca,
    caFile,
    origin: (host = DEFAULT_HOST) => script.origin(host),
    person: (name, person = {}) =>
      makePerson(script.home(person.host ?? DEFAULT_HOST, options.reach ?? {}, agents), name, person),
    answer: script.answer,
    serve: (url, document) => script.answer(url, () => ({ body: document })),
    hits: (url) => script.requests.filter((request) => request.url === url).length,
    send: (request) => transmit(request, options.reach ?? {}, agents),
    pretend: (host) =>
      script.knows(host)
        ? { addresses: script.addressesOf(host, address), connect: { host: address, port } }
        : undefined,
    resolvesTo: script.resolvesTo,
    signedOnly: script.signedOnly,
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

async function tlsServer(certificates: TestAuthority, handle: http.RequestListener): Promise<https.Server> {
  const SNICallback: https.ServerOptions['SNICallback'] = (name, done) =>
    void certificates.issue(name).then((pair) => done(null, createSecureContext(pair)), done)
  return https.createServer({ ...(await certificates.issue('127.0.0.1')), SNICallback }, handle)
}

async function close(server: http.Server | https.Server, agents: Agents, folder: string): Promise<void> {
  agents.http.destroy()
  agents.https.destroy()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  if (folder) await rm(folder, { recursive: true, force: true })
}

type Scripted = (request: PeerRequest) => Answer | undefined

/** What the peer remembers and how it answers. */
function createScript(scheme: 'http' | 'https') {
  const requests: PeerRequest[] = []
  const answers = new Map<string, Scripted>()
  const resolved = new Map<string, () => readonly string[]>()
  const hosts = new Set<string>()
  const closed = new Set<string>()
  let waiting: (() => void)[] = []

  const script = {
    port: 0,
    requests,
    knows: (host: string) => hosts.has(host),
    addressesOf: (host: string, real: string) => resolved.get(host)?.() ?? [real],
    resolvesTo(host: string, addresses: readonly string[] | (() => readonly string[])) {
      hosts.add(host)
      resolved.set(host, typeof addresses === 'function' ? addresses : () => addresses)
    },
    signedOnly: (host: string) => void closed.add(new URL(script.origin(host)).host),
    origin(host: string): string {
      const bare = host.replace(/:\d+$/, '')
      hosts.add(bare)
      const direct = bare === 'localhost' || bare.endsWith('.localhost') || /^[\d.]+$/.test(bare)
      return `${scheme}://${direct ? `${bare}:${script.port}` : host}`
    },
    answer(url: string, answer: Answer | Answer[] | ((request: PeerRequest) => Answer)) {
      hosts.add(new URL(url).hostname)
      answers.set(new URL(url).href, scriptedFrom(answer))
    },
    home(host: string, reach: Reach, agents: Agents): Home {
      const origin = script.origin(host)
      return {
        origin,
        host,
        serve: (path, document) => script.answer(origin + path, () => ({ body: document })),
        send: (request) => transmit(request, reach, agents),
        requestsTo: (path) =>
          requests.filter((r) => r.method === 'POST' && [origin + path, `${origin}/inbox`].includes(r.url)),
        arrival: () => new Promise((resolve) => waiting.push(resolve)),
      }
    },
    handle(request: http.IncomingMessage, response: http.ServerResponse) {
      void answerOne(request, response).catch(() => response.destroy())
    },
  }

  async function answerOne(incoming: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const request = await receive(incoming, scheme)
    requests.push(request)
    const woken = waiting
    waiting = []
    for (const wake of woken) wake()
    await play(answerFor(request), response)
  }

  function answerFor(request: PeerRequest): Answer {
    const open = request.path.startsWith('/.well-known/') || schemeOf(request) !== 'none'
    if (closed.has(request.host) && !open) return { status: 401 }
    const scripted = answers.get(request.url)?.(request)
    if (scripted) return scripted
    if (request.path.startsWith('/.well-known/webfinger?')) return webFinger(request)
    if (request.method === 'POST' && request.path.endsWith('/inbox')) return { status: 202 }
    return { status: 404, body: 'not found', type: 'text/plain' }
  }

  function webFinger(request: PeerRequest): Answer {
    const resource = new URL(request.url).searchParams.get('resource') ?? ''
    const [, name = ''] = /^acct:([^@]+)@/.exec(resource) ?? /\/users\/([^/]+)$/.exec(resource) ?? []
    const uri = `${scheme}://${request.host}/users/${name.toLowerCase()}`
    if (!answers.has(uri)) return { status: 404, body: 'nobody of that name', type: 'text/plain' }
    const links = [{ rel: 'self', type: 'application/activity+json', href: uri }]
    return { type: 'application/jrd+json', body: { subject: `acct:${name}@${request.host}`, links } }
  }

  return script
}

function scriptedFrom(answer: Answer | Answer[] | ((request: PeerRequest) => Answer)): Scripted {
  if (typeof answer === 'function') return answer
  if (!Array.isArray(answer)) return () => answer
  const left = [...answer]
  return () => (left.length > 1 ? left.shift() : left[0])
}

async function receive(incoming: http.IncomingMessage, scheme: string): Promise<PeerRequest> {
  const body = await readAll(incoming)
  const host = incoming.headers.host ?? ''
  const path = incoming.url ?? '/'
  return {
    at: new Date(),
    connection: incoming.socket.remotePort ?? 0,
    method: incoming.method ?? 'GET',
    host,
    path,
    url: new URL(path, `${scheme}://${host}`).href,
    headers: plainHeaders(incoming.headers),
    body,
    json: jsonIn(body),
  }
}
