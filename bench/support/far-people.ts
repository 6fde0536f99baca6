import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { SigningKey } from '../../src/federation/sign.ts'
import { loopback } from './sink.ts'

/** People on servers of their own, which answer for them: WebFinger, actor, inbox. */
export interface FarPeople extends AsyncDisposable {
  readonly people: readonly { readonly uri: string; readonly key: SigningKey }[]
  /** documents that were asked for */
  readonly gets: number
  /** waits until so many Accepts have come */
  accepted(count: number, patienceMs: number): Promise<void>
}

/** So many people spread over so many hosts, each a loopback address; all of them sign with one pair of keys. */
export async function startFarPeople(hosts: number, count: number): Promise<FarPeople> {
  const pair = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const pem = pair.publicKey.export({ type: 'spki', format: 'pem' }).toString()
  const privateKey = pair.privateKey.toCryptoKey({ name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }, false, [
    'sign',
  ])
  let gets = 0
  let accepts = 0
  const server = createServer((request, response) => {
    if (request.method === 'POST') return take(request, response)
    gets += 1
    answer(request, response, pem)
  })
  const take = (request: IncomingMessage, response: ServerResponse) => {
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      if (body.includes('"type":"Accept"')) accepts += 1
      response.writeHead(202).end()
    })
  }
  server.keepAliveTimeout = 60_000
  server.listen(0, '0.0.0.0')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const people = Array.from({ length: count }, (_, n) => {
    const uri = `http://${loopback(n % hosts)}:${port}/users/p${n}`
    return { uri, key: { keyUri: `${uri}#main-key`, privateKey } }
  })
  return {
    people,
    get gets() {
      return gets
    },
    async accepted(wanted, patienceMs) {
      const deadline = performance.now() + patienceMs
      while (accepts < wanted) {
        if (performance.now() > deadline) throw new Error(`only ${accepts} of ${wanted} Accepts came`)
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
    },
  }
}

function answer(request: IncomingMessage, response: ServerResponse, pem: string): void {
  const origin = `http://${request.headers.host}`
  const url = new URL(request.url ?? '/', origin)
  const send = (type: string, document: unknown) =>
    response.writeHead(200, { 'content-type': type }).end(JSON.stringify(document))
  if (url.pathname === '/.well-known/webfinger') {
    const subject = url.searchParams.get('resource') ?? ''
    const name = /^acct:(\w+)@/.exec(subject)?.[1] ?? ''
    const self = { rel: 'self', type: 'application/activity+json', href: `${origin}/users/${name}` }
    send('application/jrd+json', { subject, links: [self] })
    return
  }
  const name = /^\/users\/(\w+)$/.exec(url.pathname)?.[1]
  if (!name) {
    response.writeHead(404).end()
    return
  }
  send('application/activity+json', actorDocument(`${origin}/users/${name}`, name, origin, pem))
}

/** As large as Mastodon's. */
function actorDocument(uri: string, name: string, origin: string, pem: string) {
  return {
    '@context': ['https://www.w3.org/ns/activitystreams', 'https://w3id.org/security/v1'],
    id: uri,
    type: 'Person',
    preferredUsername: name,
    name: `Somebody called ${name}`,
    summary: `<p>${'All about birds, rivers and the weather in between. '.repeat(5)}</p>`,
    url: `${origin}/@${name}`,
    inbox: `${uri}/inbox`,
    outbox: `${uri}/outbox`,
    followers: `${uri}/followers`,
    following: `${uri}/following`,
    featured: `${uri}/collections/featured`,
    endpoints: { sharedInbox: `${origin}/inbox` },
    manuallyApprovesFollowers: false,
    discoverable: true,
    indexable: true,
    published: '2024-01-01T00:00:00Z',
    tag: [],
    attachment: [{ type: 'PropertyValue', name: 'Place', value: 'By the river' }],
    icon: { type: 'Image', mediaType: 'image/png', url: `${origin}/avatars/${name}.png` },
    publicKey: { id: `${uri}#main-key`, owner: uri, publicKeyPem: pem },
  }
}
