import express, { type NextFunction, type Request, type RequestHandler, type Response, Router } from 'express'
import { handleFrom } from '../../base/handles.ts'
import type { PostId } from '../../base/ids.ts'
import { Refusal, refuse } from '../../base/refusal.ts'
import { Transient } from '../../base/transient.ts'
import { findLocalAccount } from '../../domain/accounts/find.ts'
import { signGet } from '../../federation/sign.ts'
import { createProxy, type FarReader, type Proxied, type Reader } from '../../remote/proxy.ts'
import { isOurHost } from '../../remote/visitor.ts'
import { isObject, type JsonObject, LONGEST_URI } from '../../translate/json.ts'
import { tombstoneFrom } from '../../translate/to-activity/note.ts'
import { receivedFrom } from '../../translate/to-activity/received.ts'
import { viewReceivedByUri } from '../../views/inboxes.ts'
import { type Bearer, requireBearer } from '../http/auth.ts'
import { budgetsOf } from '../http/budgets.ts'
import { crossOrigin } from '../http/cors.ts'
import type { ClientParts } from './client-parts.ts'

/**
 * Other servers, read through us (`proxyUrl`): signed by whoever asks, so that each gets what is for them, and nothing of
 * their request goes along. What is ours is answered as if it had been asked for by a GET with the same token. Stands
 * before every route that reads.
 */
export function proxyRoute(parts: ClientParts): RequestHandler {
  const { world, dispatcher, config } = parts
  const { uris, clock } = world
  const budgets = budgetsOf({ db: world.db, config })
  const proxy = createProxy({ dispatcher, uris, clock })
  const router = Router({ caseSensitive: true, strict: true })
  router.use('/ap/proxy', crossOrigin('POST'))
  router.post('/ap/proxy', budgets.limit('proxy'), ...bodies, async (req, res, next) => {
    const bearer = requireBearer(req, 'readany')
    const url = await addressIn(parts, wantedFrom(req))
    if (isOurHost(url, uris)) return askOurselves(parts, url, req, next)
    await budgets.spendFor(`host ${url.host}`, res, 'proxy')
    if (parts.blocks(url.host)) refuse('proxy.forbidden')
    await answer(parts, proxy, url, bearer, res)
  })
  return router
}

const LIMIT = '8kb'
const bodies: readonly RequestHandler[] = [
  express.urlencoded({ extended: false, limit: LIMIT, parameterLimit: 10 }),
  express.json({ limit: LIMIT, type: ['application/json', 'application/*+json'] }),
]

function wantedFrom(req: Request): string {
  const body: unknown = req.body
  if (!isObject(body as JsonObject)) refuse('request.media-type')
  const { id } = body as JsonObject
  const wanted = typeof id === 'string' ? id.trim() : ''
  return wanted === '' || wanted.length > LONGEST_URI ? refuse('proxy.address') : wanted
}

/** Where to ask: at an address, or at that of whom a handle means. */
async function addressIn({ world, config }: ClientParts, wanted: string): Promise<URL> {
  if (/^acct:|^@?[^/:@\s]+@[^/@\s]+$/i.test(wanted)) {
    const handle = handleFrom(wanted) ?? refuse('proxy.address')
    const account = await world.directory.find(handle).catch(notAsked)
    return new URL(account?.uri ?? refuse('remote.not-found'))
  }
  const url = URL.parse(wanted) ?? refuse('proxy.address')
  // Plain http is for one's own network: nowhere else does it lead anywhere.
  const plain = url.protocol === 'http:' && config.allowedPrivateAddresses.length > 0
  if ((url.protocol !== 'https:' && !plain) || url.username !== '' || url.password !== '')
    refuse('proxy.address')
  url.hash = ''
  return url
}

/** A host that says nothing of its people, or nothing that can be believed, is as one that does not answer. */
function notAsked(error: unknown): undefined {
  if (error instanceof Transient) refuse('proxy.failed')
  if (!(error instanceof Refusal)) throw error
  if (error.code !== 'remote.not-found' && error.code !== 'remote.gone') refuse('proxy.failed')
}

/** Goes on as a GET of that path, so that the same routes decide by the same token who may see what. */
async function askOurselves(
  { world }: ClientParts,
  { pathname, search }: URL,
  req: Request,
  next: NextFunction,
): Promise<void> {
  const path = pathname.startsWith('/ap/') ? pathname + search : await idBehindPage(world, pathname)
  if (path === undefined || path.startsWith('/ap/proxy')) refuse('not-found')
  for (const name of ['content-type', 'content-length', 'if-none-match', 'if-modified-since', 'cookie'])
    delete req.headers[name]
  Object.assign(req.headers, { accept: 'application/activity+json' })
  Object.assign(req, { method: 'GET', url: path, originalUrl: path })
  next()
}

/** The path of the id of whom or what a page of ours is about. */
async function idBehindPage(
  { db, uris }: ClientParts['world'],
  pathname: string,
): Promise<string | undefined> {
  const [, name = '', post] = /^\/@(\w+)(?:\/(\d+))?\/?$/.exec(pathname) ?? []
  const account = name === '' ? undefined : await findLocalAccount(db, name)
  if (!account) return undefined
  return new URL(post === undefined ? account.uri : uris.post(post as PostId)).pathname
}

async function answer(
  parts: ClientParts,
  proxy: FarReader,
  url: URL,
  bearer: Bearer,
  res: Response,
): Promise<void> {
  const { db, uris } = parts.world
  const proxied = await proxy.read(url, await readerFrom(parts, bearer))
  if (proxied.kind === 'found') return give(res, 200, proxied.document)
  if (proxied.kind === 'gone') return give(res, 410, tombstoneFrom(url.href, uris))
  // What came to somebody is theirs to read, whether or not its server is there, and shows it again.
  const received =
    proxied.kind === 'ours' ? undefined : await viewReceivedByUri(db, bearer.account.id, url.href)
  if (received) return give(res, 200, receivedFrom(received, uris))
  refuse(REFUSALS[proxied.kind])
}

const REFUSALS = {
  missing: 'remote.not-found',
  forbidden: 'proxy.forbidden',
  ours: 'proxy.failed',
  late: 'proxy.timeout',
  failed: 'proxy.failed',
} as const satisfies Record<Exclude<Proxied['kind'], 'found' | 'gone'>, string>

async function readerFrom({ world, signingKey }: ClientParts, { account }: Bearer): Promise<Reader> {
  const key = (await signingKey(account.id)) ?? refuse('account.gone')
  return {
    accountId: account.id,
    signGet: (url, form, accept) => signGet(url, key, { form, accept, now: world.clock.now() }),
  }
}

function give(res: Response, status: number, document: JsonObject): void {
  res.writeHead(status, {
    'content-type': 'application/activity+json; charset=utf-8',
    'cache-control': 'private, no-store',
    vary: 'Authorization',
    'x-content-type-options': 'nosniff',
  })
  res.end(JSON.stringify(document))
}
