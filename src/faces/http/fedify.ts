import type { Request as ExpressRequest, Response as ExpressResponse, RequestHandler } from 'express'
import type { AccountId } from '../../base/ids.ts'
import type { Log } from '../../base/log.ts'
import { Refusal, refuse } from '../../base/refusal.ts'
import type { AccountView, PostView, Viewer } from '../../views/view.ts'
import { allowOf, answerOptions, isForPeople, type Method, OPEN_TO_ALL, openToAll } from './cors.ts'
import {
  type Documents,
  documentKey,
  isOurHost,
  isPersonal,
  ourHosts,
  READS,
  type ReadyDocument,
  readyDocument,
  sendDocument,
} from './documents.ts'
import { answerErrors, asProblemAt } from './errors.ts'

/** One reading of one document: who asks, and what those who answer say about it. Fedify hands it to each of them. */
export interface Reading {
  /** whom a signature proved; undefined: nobody in particular */
  readonly viewer: Viewer
  /** everyone may have what was found */
  public: boolean
  /** many ask for it, so it is kept ready when it is public */
  lasting: boolean
  /** it was here and will not come back: 410 */
  gone: boolean
  /** of an actor, no more is to be said than who it is and what checks its signatures */
  readonly keysOnly: boolean
  /** whom the document is about, once found */
  account: AccountView | undefined
  /** whose it is, where neither of the two says so */
  ownerId: AccountId | undefined
  /** the post that it is, or belongs to, once found */
  post: PostView | undefined
  /** whose list it is, where that is said in it */
  attributedTo?: string
  /** further paths (`/ap/actors/1`) whose change makes the answer stale */
  readonly paths: string[]
}

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
const MAY_BE_PRIVATE = /^\/(?:ap\/posts\/|ap\/activities\/|ap\/media\/|ap\/stamps\/|@\w+\/)/
const INBOX = /^\/ap\/(?:inbox|actors\/[^/]+\/inbox)$/
const OUTBOX = /^\/ap\/actors\/\d+\/outbox$/
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

  async function findForSigner(req: ExpressRequest, key: string): Promise<Found | undefined> {
    // To check our signature others need our keys first, and may have to prove themselves by theirs.
    const bare = ACTOR.test(key) && !isSigned(req) && (await read(options, key, undefined, 'keys only'))
    if (bare) return bare
    const viewer = await options.signer(req)
    const found = await read(options, key, viewer)
    return found && unlessKept(found, key, viewer)
  }

  /** Between two whom a block keeps apart there is nothing to be read but the keys that prove the block. */
  async function unlessKept(found: Found, key: string, viewer: Viewer): Promise<Found | undefined> {
    if (!viewer || !(await options.isKeptFrom(viewer, found.reading, key))) return found
    return ACTOR.test(key) ? read(options, key, viewer, 'keys only') : refuse('not-found')
  }

  async function serve(req: ExpressRequest, res: ExpressResponse): Promise<'done' | 'not ours'> {
    const key = documentKey(req)
    const inbox = INBOX.test(req.path)
    if (inbox && req.method === 'POST') return 'not ours'
    if (key === undefined && !isForPrograms(req)) return 'not ours'
    if (!isOurHost(req, hosts)) refuse('request.misdirected')
    openToAll(res)
    if (key === undefined && !inbox) refuse('not-found')
    if (key === undefined || inbox || !READS.has(req.method)) return answerMethod(req, res, inbox)

    options.requireWelcome(req)
    const since = options.documents.generation()
    const found = await find(req, key, since)
    if (!found) return key.startsWith('/@') ? 'not ours' : refuse('not-found')
    const { status, document, reading } = found
    const shared = reading.public && !isPersonal(req) && (!options.authorizedFetch || OPEN.test(key))
    if (shared && status === 200) {
      if (reading.lasting) options.documents.keep(key, since, document, reading.paths)
      sendDocument(req, res, document)
    } else {
      const { etag: _etag, ...headers } = document.headers
      res.writeHead(status, { ...headers, 'cache-control': PRIVATE })
      res.end(req.method === 'HEAD' ? undefined : document.body)
    }
    return 'done'
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
  how?: 'keys only',
): Promise<Found | undefined> {
  const reading: Reading = {
    viewer,
    public: false,
    lasting: false,
    gone: false,
    account: undefined,
    post: undefined,
    ownerId: undefined,
    paths: [],
    keysOnly: how === 'keys only',
  }
  const response = await options.answer(key, reading)
  if (response === undefined) return undefined
  const document = readyDocument(Buffer.from(await response.arrayBuffer()), {
    'content-type': response.headers.get('content-type') ?? 'text/plain; charset=utf-8',
    'cache-control': PUBLIC,
    vary: key.startsWith('/@') || key.startsWith('/ap/') ? VARY : 'Accept',
    ...OPEN_TO_ALL,
    'x-content-type-options': 'nosniff',
  })
  return { status: reading.gone ? 410 : response.status, document, reading }
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
function answerMethod(req: ExpressRequest, res: ExpressResponse, inbox: boolean): 'done' {
  const methods: readonly Method[] = inbox ? ['POST'] : OUTBOX.test(req.path) ? ['GET', 'POST'] : ['GET']
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
