import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { loopback } from './sink.ts'

/** A conversation on many hosts, each a loopback address of its own; the last host takes requests and never answers. */
export interface Tree extends AsyncDisposable {
  readonly root: string
  readonly replies: number
  /** replies on the host that hangs */
  readonly lost: number
  readonly requests: number
  /** the most requests that any host had under way at once, and which kinds of address were asked for */
  readonly mostAtOnce: number
  readonly kinds: ReadonlyMap<string, number>
}

export interface TreeShape {
  readonly hosts: number
  /** answers to the root, and to each of these */
  readonly direct: number
  readonly below: number
  readonly authorsPerHost: number
  /** each answer takes so long */
  readonly latencyMs: number
}

const TYPE = 'application/activity+json'
const PUBLIC = 'https://www.w3.org/ns/activitystreams#Public'
const PAGE = 20

export async function startTree(shape: TreeShape): Promise<Tree> {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const publicKeyPem = publicKey.export({ type: 'spki', format: 'pem' }).toString()
  const underWay = new Map<string, number>()
  const kinds = new Map<string, number>()
  let requests = 0
  let mostAtOnce = 0
  const server = createServer((request, response) => void take(request, response))
  server.keepAliveTimeout = 60_000
  server.listen(0, '0.0.0.0')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const originOf = (host: number) => `http://${loopback(host)}:${port}`
  const hanging = shape.hosts - 1

  // The direct answers are on hosts that answer, so that what is below them can be found; the last leaves are not.
  const hostOf = (number: number) =>
    number === 0 ? 0 : number <= shape.direct ? number % hanging : (number * 7 + 3) % shape.hosts
  const uriOf = (number: number) => `${originOf(hostOf(number))}/notes/${number}`
  const replies = shape.direct + shape.direct * shape.below
  const lost = Array.from({ length: replies }, (_, n) => n + 1).filter((n) => hostOf(n) === hanging).length

  async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const host = request.headers.host ?? ''
    const now = (underWay.get(host) ?? 0) + 1
    underWay.set(host, now)
    mostAtOnce = Math.max(mostAtOnce, now)
    requests += 1
    response.on('close', () => underWay.set(host, (underWay.get(host) ?? 1) - 1))
    if (host === new URL(originOf(hanging)).host) return
    await sleep(shape.latencyMs)
    const url = new URL(request.url ?? '/', `http://${host}`)
    const kind = url.pathname.split('/')[1] ?? ''
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
    const [type, body] = answer(url, kind)
    response.writeHead(body === undefined ? 404 : 200, { 'content-type': type })
    response.end(body === undefined ? '' : JSON.stringify(body))
  }

  function answer(url: URL, kind: string): [string, object | undefined] {
    const number = Number(url.pathname.split('/')[2])
    if (kind === 'notes') return [TYPE, noteOf(number)]
    if (kind === 'lists') return [TYPE, pageOf(number, Number(url.searchParams.get('page')))]
    if (kind === 'users') return [TYPE, actorOf(url.origin, number)]
    const resource = url.searchParams.get('resource') ?? ''
    const name = /acct:p(\d+)@/.exec(resource)?.[1]
    const self = { rel: 'self', type: TYPE, href: `${url.origin}/users/${name}` }
    return ['application/jrd+json', { subject: resource, links: [self] }]
  }

  function answersTo(number: number): number[] {
    if (number === 0) return Array.from({ length: shape.direct }, (_, n) => n + 1)
    if (number > shape.direct) return []
    const first = shape.direct + (number - 1) * shape.below + 1
    return Array.from({ length: shape.below }, (_, n) => first + n)
  }

  function noteOf(number: number): object {
    const origin = originOf(hostOf(number))
    const parent = number <= shape.direct ? 0 : Math.ceil((number - shape.direct) / shape.below)
    const author = `${origin}/users/${number % shape.authorsPerHost}`
    const list = `${origin}/lists/${number}`
    return {
      '@context': 'https://www.w3.org/ns/activitystreams',
      id: uriOf(number),
      type: 'Note',
      attributedTo: author,
      content: `<p>Number ${number} of a long conversation about herons in the fog.</p>`,
      published: new Date(Date.UTC(2026, 0, 1) + number * 1000).toISOString(),
      to: [PUBLIC],
      cc: [`${author}/followers`],
      ...(number > 0 && { inReplyTo: uriOf(parent) }),
      // As Mastodon has it: what others answered stands on pages of its own.
      replies: {
        id: list,
        type: 'Collection',
        first: { type: 'CollectionPage', next: `${list}?page=1`, items: [] },
      },
    }
  }

  function pageOf(number: number, page: number): object {
    const all = answersTo(number).map(uriOf)
    const items = all.slice((page - 1) * PAGE, page * PAGE)
    const list = `${originOf(hostOf(number))}/lists/${number}`
    const more = page * PAGE < all.length
    return {
      id: `${list}?page=${page}`,
      type: 'CollectionPage',
      partOf: list,
      items,
      ...(more && { next: `${list}?page=${page + 1}` }),
    }
  }

  function actorOf(origin: string, number: number): object {
    const id = `${origin}/users/${number}`
    return {
      '@context': ['https://www.w3.org/ns/activitystreams', 'https://w3id.org/security/v1'],
      id,
      type: 'Person',
      preferredUsername: `p${number}`,
      inbox: `${id}/inbox`,
      outbox: `${id}/outbox`,
      followers: `${id}/followers`,
      publicKey: { id: `${id}#main-key`, owner: id, publicKeyPem },
    }
  }

  return {
    root: uriOf(0),
    replies,
    lost,
    get requests() {
      return requests
    },
    get mostAtOnce() {
      return mostAtOnce
    },
    kinds,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
    },
  }
}
