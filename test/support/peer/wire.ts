import http from 'node:http'
import https from 'node:https'
import type { Outgoing } from './signer.ts'

/** A request as it came in. */
export interface PeerRequest {
  readonly at: Date
  /** the same for requests that came over one connection */
  readonly connection: number
  readonly method: string
  readonly host: string
  /** with query */
  readonly path: string
  /** absolute, as the sender meant it */
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  /** undefined when the body is no JSON object */
  readonly json: { [key: string]: unknown } | undefined
}

export interface PeerReply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
  /** undefined when the body is no JSON */
  readonly json: { [key: string]: unknown } | undefined
}

/** Where a host is really to be reached: base address instead of what its URL says. */
export type Reach = Readonly<Record<string, string>>

/** Sends exactly these headers, and no others but the length. */
export function transmit(outgoing: Outgoing, reach: Reach, agents: Agents): Promise<PeerReply> {
  const meant = new URL(outgoing.url)
  const via = reach[meant.host]
  const target = via === undefined ? meant : new URL(meant.pathname + meant.search, via)
  const secure = target.protocol === 'https:'
  const { promise, resolve, reject } = Promise.withResolvers<PeerReply>()
  const request = (secure ? https : http).request(
    {
      host: addressOf(target.hostname),
      port: target.port || (secure ? 443 : 80),
      path: target.pathname + target.search,
      method: outgoing.method,
      headers: {
        ...outgoing.headers,
        ...(outgoing.body ? { 'content-length': String(outgoing.body.length) } : {}),
      },
      setHost: false,
      agent: secure ? agents.https : agents.http,
      servername: meant.hostname,
    },
    (response) => void readAll(response).then((body) => resolve(replyFrom(response, body)), reject),
  )
  request.on('error', reject)
  request.end(outgoing.body)
  return promise
}

/** RFC 6761: whatever ends in `localhost` is here, though the system's resolver may not know it. */
function addressOf(hostname: string): string {
  return /(^|\.)localhost$/.test(hostname) ? '127.0.0.1' : hostname.replace(/^\[|\]$/g, '')
}

export interface Agents {
  readonly http: http.Agent
  readonly https: https.Agent
}

export function makeAgents(ca: string | undefined): Agents {
  return {
    http: new http.Agent({ keepAlive: true }),
    https: new https.Agent({ keepAlive: true, ...(ca === undefined ? {} : { ca }) }),
  }
}

function replyFrom(response: http.IncomingMessage, body: Buffer): PeerReply {
  return {
    status: response.statusCode ?? 0,
    headers: plainHeaders(response.headers),
    text: body.toString(),
    json: jsonIn(body),
  }
}

export async function readAll(stream: http.IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

export function jsonIn(body: Buffer): { [key: string]: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(body.toString())
    return typeof value === 'object' && value !== null ? (value as { [key: string]: unknown }) : undefined
  } catch {
    return undefined
  }
}

export function plainHeaders(headers: http.IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  )
}
