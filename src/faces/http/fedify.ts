import type { Request as ExpressRequest, Response as ExpressResponse, RequestHandler } from 'express'
import type { Log } from '../../base/log.ts'
import { Refusal, refuse } from '../../base/refusal.ts'
import type { Viewer } from '../../views/view.ts'
import { type Bearer, bearerOf } from './auth.ts'
import { allowOf, answerOptions, isForPeople, type Method, OPEN_TO_ALL, openToAll } from './cors.ts'
import {
  ACTIVITY_TYPE,
  type Documents,
  documentKey,
  isOurHost,
  isPersonal,
  ourHosts,
  READS,
  type ReadyDocument,
  readyDocument,
  sendDocument,
  typedFor,
} from './documents.ts'
import { answerErrors, asProblemAt } from './errors.ts'
import { readsAs } from './read-scopes.ts'
import { newReading, ownerOf, type Reading } from './reading.ts'

export type { Reading }

export interface SurfaceOptions {
  readonly origin: string
  readonly handleHost: string
  /** when true, nothing but what must be open is given without a signature */
  readonly authorizedFetch: boolean
  readonly documents: Documents
  /** Answers for the document with this key (documents.ts), which is also its path; undefined when it is not there. */
  readonly answer: (key: string, reading: Reading) => Promise<Response | undefined>
  /** Who signed the request; throws a Refusal `signature.…` when nobody did, or not validly. */
  readonly signer: (req: ExpressRequest) => Promise<Viewer>
  /** The same by keys that are held, asking nobody; undefined when nobody did. */
  readonly heldSigner: (req: ExpressRequest) => Promise<Viewer>
  /** Throws a Refusal `host.blocked` when the request is signed by a host that we have no contact with. */
  readonly requireWelcome: (req: ExpressRequest) => void
  /** Whether a block stands between a reader and whoever the document belongs to. */
  readonly isKeptFrom: (viewer: NonNullable<Viewer>, reading: Reading, key: string) => Promise<boolean>
  /** counts a reading, and refuses when there have been too many */
  readonly count: (req: ExpressRequest, res: ExpressResponse) => Promise<void>
  readonly log: Log
}

interface Found {
  readonly status: number
  readonly document: ReadyDocument
  readonly reading: Reading
}

/** Readable without a signature even under authorized fetch: to check one, a server must first find our keys. */
const OPEN = /^\/(?:\.well-known\/|nodeinfo\/|ap\/actors\/instance$)/
const ACTOR = /^\/(?:ap\/actors\/[^/?]+|@\w+)$/
const MAY_BE_PRIVATE =
  /^\/(?:ap\/posts\/|ap\/activities\/|ap\/media\/|ap\/objects\/|ap\/collections\/|ap\/stamps\/|@\w+\/)/
const INBOX = /^\/ap\/(?:inbox|actors\/[^/]+\/inbox)$/
const WRITTEN = /^\/ap\/(?:inbox|actors\/[^/]+\/(?:inbox|outbox))$/
/** Whether `serveSurface` may have something to say to a request; all others can go past it. */
export function mayBeForSurface(req: Pick<ExpressRequest, 'path' | 'url' | 'headers'>): boolean {
  return req.path.startsWith('/@') || req.path.startsWith('/ap/') || documentKey(req) !== undefined
}

const PUBLIC = 'public, max-age=60'
const PRIVATE = 'private, no-store'
const VARY = 'Accept, Signature, Signature-Input, Authorization, Cookie'

/**
 * Express on one side, fetch's Response on the other: everything that other servers can read. Whatever is thrown behind
 * it becomes an answer, never an unhandled rejection; pages and what is not ours go on to the next handler.
 *
 * A private post and one that does not exist take the same steps and get the same answer: both are first read by
 * nobody in particular and then, if the request is signed, once more by whoever signed it.
 */
export function serveSurface(options: SurfaceOptions): RequestHandler {
  const hosts = ourHosts(options)
  const onError = answerErrors(options.log, asProblemAt(options.origin))
  const readForAll = shareReads((key) => read(options, key, undefined))

  async function find(req: ExpressRequest, key: string, since: number): Promise<Found | undefined> {
    if (options.authorizedFetch && !OPEN.test(key)) return findForSigner(req, key)
    if (!isPersonal(req)) return readForAll(key, since)
    const open = await read(options, key, undefined)
    // Whoever has nothing to hide asks without a signature; so to refuse by one, a key that is held will do.
    if (open) return unlessKept(open, key, await options.heldSigner(req))
    if (!MAY_BE_PRIVATE.test(key)) return undefined
    const viewer = await options.signer(req).catch(nobodyIfRefused)
    return viewer && read(options, key, viewer)
  }

  /** What an app may have: as much as whom it asks for, or less. */
  async function findForApp(key: string, app: Bearer): Promise<Found | undefined> {
    const how = readsAs(app, key)
    const viewer = how === 'nobody' ? undefined : { accountId: app.account.id }
    const found = await read(options, key, viewer, { app })
    if (!found) return undefined
    if (how === 'own' && ownerOf(found.reading) !== app.account.id)
      return read(options, key, undefined, { app })
    const isKept = viewer && (await options.isKeptFrom(viewer, found.reading, key))
    return isKept ? refuse('not-found') : found
  }

  async function findForSigner(req: ExpressRequest, key: string): Promise<Found | undefined> {
    // To check our signature others need our keys first, and may have to prove themselves by theirs.
    const bare =
      ACTOR.test(key) && !isSigned(req) && (await read(options, key, undefined, { keysOnly: true }))
    if (bare) return bare
    const viewer = await options.signer(req)
    const found = await read(options, key, viewer)
    return found && unlessKept(found, key, viewer)
  }

  /** Between two whom a block keeps apart there is nothing to be read but the keys that prove the block. */
  async function unlessKept(found: Found, key: string, viewer: Viewer): Promise<Found | undefined> {
    if (!viewer || !(await options.isKeptFrom(viewer, found.reading, key))) return found
    return ACTOR.test(key) ? read(options, key, viewer, { keysOnly: true }) : refuse('not-found')
  }

  async function serve(req: ExpressRequest, res: ExpressResponse): Promise<'done' | 'not ours'> {
    const key = documentKey(req)
    const inbox = INBOX.test(req.path)
    if (inbox && req.method === 'POST') return 'not ours'
    if (key === undefined && !isForPrograms(req)) return 'not ours'
    if (!isOurHost(req, hosts)) refuse('request.misdirected')
    openToAll(res)
    if (!READS.has(req.method)) return answerMethod(req, res)
    if (key === undefined) return refuse('not-found')

    options.requireWelcome(req)
    await options.count(req, res)
    const since = options.documents.generation()
    const app = bearerOf(req)
    const found = await (app ? findForApp(key, app) : find(req, key, since))
    if (!found) return key.startsWith('/@') ? 'not ours' : refuse('not-found')
    send(req, res, key, since, found)
    return 'done'
  }

  function send(req: ExpressRequest, res: ExpressResponse, key: string, since: number, found: Found): void {
    const { status, document, reading } = found
    if (reading.redirect !== undefined) {
      sendOnce(req, res, 307, { ...document, body: Buffer.alloc(0) }, { location: reading.redirect })
    } else if (status !== 200) {
      sendOnce(req, res, status, document)
    } else if (reading.app) {
      const headers = { ...document.headers, 'cache-control': 'private, no-cache' }
      sendDocument(req, res, { ...document, headers })
    } else if (reading.public && !isPersonal(req) && (!options.authorizedFetch || OPEN.test(key))) {
      if (reading.lasting) options.documents.keep(key, since, document, reading.paths)
      sendDocument(req, res, document)
    } else {
      sendOnce(req, res, 200, document)
    }
  }

  return (req, res, next) => {
    if (req.path.startsWith('/@') || req.path.startsWith('/ap/')) res.setHeader('Vary', VARY)
    serve(req, res).then(
      (outcome) => (outcome === 'done' ? undefined : next()),
      (error) => onError(error, req, res, next),
    )
  }
}

async function read(
  options: SurfaceOptions,
  key: string,
  viewer: Viewer,
  how: { readonly app?: Bearer; readonly keysOnly?: boolean } = {},
): Promise<Found | undefined> {
  const reading = newReading(viewer, how.app, how.keysOnly)
  const response = await options.answer(key, reading)
  if (response === undefined) return undefined
  const type = response.headers.get('content-type') ?? 'text/plain; charset=utf-8'
  const document = readyDocument(await bodyOf(response, reading), {
    'content-type': type === 'application/activity+json' ? ACTIVITY_TYPE : type,
    'cache-control': PUBLIC,
    vary: key.startsWith('/@') || key.startsWith('/ap/') ? VARY : 'Accept',
    ...OPEN_TO_ALL,
    'x-content-type-options': 'nosniff',
    ...lastModified(reading.modified),
  })
  return { status: reading.gone ? 410 : response.status, document, reading }
}

/** What is in the reading need not be read from a stream. */
async function bodyOf(response: Response, { text }: Reading): Promise<Buffer> {
  return text !== undefined && response.status === 200
    ? Buffer.from(text)
    : Buffer.from(await response.arrayBuffer())
}

/** For this reader alone, or not to be kept by anybody. */
function sendOnce(
  req: ExpressRequest,
  res: ExpressResponse,
  status: number,
  document: ReadyDocument,
  more: Readonly<Record<string, string>> = {},
): void {
  const { etag: _etag, ...headers } = typedFor(req, document.headers)
  const length = String(document.body.length)
  res.writeHead(status, { ...headers, ...more, 'content-length': length, 'cache-control': PRIVATE })
  res.end(req.method === 'HEAD' ? undefined : document.body)
}

/** Never later than now, whatever a post says of itself. */
function lastModified(at: Date | undefined): Record<string, string> {
  return at === undefined
    ? {}
    : { 'last-modified': new Date(Math.min(at.getTime(), Date.now())).toUTCString() }
}

/** One read serves all who ask at the same time, unless something was dropped after it began. */
function shareReads(
  readOnce: (key: string) => Promise<Found | undefined>,
): (key: string, since: number) => Promise<Found | undefined> {
  const flights = new Map<string, { readonly since: number; readonly found: Promise<Found | undefined> }>()
  return (key, since) => {
    const flight = flights.get(key)
    if (flight?.since === since) return flight.found
    const found = readOnce(key).finally(() => {
      if (flights.get(key)?.found === found) flights.delete(key)
    })
    flights.set(key, { since, found })
    return found
  }
}

/** Nothing under this path is for people but what has a page, and that only for who asks for one. */
function isForPrograms(req: ExpressRequest): boolean {
  return req.path.startsWith('/ap/') && !isForPeople(req.method, req.headers.accept)
}

/** OPTIONS, and what cannot be done here. */
function answerMethod(req: ExpressRequest, res: ExpressResponse): 'done' {
  const methods: readonly Method[] = WRITTEN.test(req.path) ? ['GET', 'POST'] : ['GET']
  if (req.method === 'OPTIONS') {
    answerOptions(res, methods)
    return 'done'
  }
  res.setHeader('Allow', allowOf(methods))
  return refuse('request.method')
}

function isSigned({ headers }: ExpressRequest): boolean {
  return headers.signature !== undefined || headers['signature-input'] !== undefined
}

function nobodyIfRefused(error: unknown): undefined {
  if (!(error instanceof Refusal)) throw error
}
