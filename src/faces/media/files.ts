import { type ErrorRequestHandler, type Request, type RequestHandler, type Response, Router } from 'express'
import type { Log } from '../../base/log.ts'
import type { Config } from '../../config.ts'
import { findGate, type Gate, mayHave } from '../../domain/media/find.ts'
import type { Viewer } from '../../domain/posts/audience.ts'
import type { World } from '../../domain/world.ts'
import { typeOfEnding } from '../../media/sniff.ts'
import { type ByteRange, isFileName, type Storage } from '../../media/storage.ts'
import { type AuthParts, bearerOf, readBearer } from '../http/auth.ts'
import { crossOrigin } from '../http/cors.ts'
import { answerErrors, asProblem } from '../http/errors.ts'
import { readSession, sessionOf } from '../http/sessions.ts'

const YEAR = 31_536_000

export interface FileParts {
  readonly world: World
  readonly bearers: AuthParts['bearers']
  readonly config: Config
  readonly storage: Storage
  readonly log: Log
}

/**
 * `/media/<file>`: what people here have posted to see and hear. A name holds 128 random bits, so whoever has it was
 * given it with the post: other servers fetch without saying for whom. What was given to nobody yet, because it waits to
 * be posted or its post is for its author alone, is for those who say who they are. A file whose row is gone is not
 * found, at once.
 */
export function mediaFiles(parts: FileParts): Router {
  const { world, config } = parts
  const router = Router()
  const askers: readonly RequestHandler[] = [readBearer(parts), readSession({ ...world, config })]
  router.use('/media/:file', crossOrigin('GET'))
  router.get('/media/:file', async (req, res) => {
    const name = typeof req.params.file === 'string' ? req.params.file : ''
    const gate = isFileName(name) ? await findGate(world.db, name) : undefined
    const opens =
      gate !== undefined && (gate.kind !== 'closed' || (await opensFor(parts, gate, askers, req, res)))
    await give(parts.storage, name, opens ? gate : undefined, req, res)
  })
  router.use('/media', namelessly, answerErrors(parts.log, asProblem))
  return router
}

/** A name is the right to what it names, so it stands in no log. */
const namelessly: ErrorRequestHandler = (error: unknown, req, _res, next) => {
  req.url = '/'
  if (error instanceof Error && NAMES.test(error.message)) {
    const told = new Error(error.message.replace(NAMES, 'a file'))
    if (error.stack !== undefined) told.stack = error.stack.replace(NAMES, 'a file')
    next(told)
  } else next(error)
}
const NAMES = /[0-9a-f]{32}\.[a-z0-9]{2,5}/

/** A token or a cookie is looked at only where one is needed: nearly all that is asked for is open. */
async function opensFor(
  { world }: FileParts,
  gate: Gate & { kind: 'closed' },
  askers: readonly RequestHandler[],
  req: Request,
  res: Response,
): Promise<boolean> {
  // Whoever brings a token that does not hold is told no more than others are.
  for (const ask of askers) await Promise.resolve(ask(req, res, () => undefined)).catch(() => undefined)
  const viewer: Viewer = viewerOf(req)
  return viewer !== undefined && mayHave(world.db, gate, viewer)
}

function viewerOf(req: Request): Viewer {
  const account = bearerOf(req)?.account ?? sessionOf(req)?.account
  return account && { accountId: account.id }
}

async function give(
  storage: Storage,
  name: string,
  gate: Gate | undefined,
  req: Request,
  res: Response,
): Promise<void> {
  const size = gate && (await storage.size(name))
  // Nothing of it is ever run or shown as a page, whatever is in it.
  res.setHeader('X-Content-Type-Options', 'nosniff')
  res.setHeader('Content-Security-Policy', "default-src 'none'; sandbox")
  if (!gate || size === undefined) {
    res.status(404).setHeader('Cache-Control', 'no-store').type('text/plain').send('There is no such file.\n')
    return
  }
  const open = gate.kind === 'open'
  res.setHeader('Content-Type', typeOfEnding(name))
  res.setHeader('Cache-Control', open ? `public, max-age=${YEAR}, immutable` : 'private, no-store')
  if (gate.kind === 'closed') res.setHeader('Vary', 'Authorization, Cookie')
  res.setHeader('Cross-Origin-Resource-Policy', gate.kind === 'closed' ? 'same-origin' : 'cross-origin')
  res.setHeader('Accept-Ranges', 'bytes')
  res.setHeader('ETag', `"${name.slice(0, 32)}"`)
  if (open && req.fresh) {
    res.status(304).end()
    return
  }
  send(storage, name, size, req, res)
}

function send(storage: Storage, name: string, size: number, req: Request, res: Response): void {
  const range = rangeOf(req, size)
  if (range === 'beyond') {
    res.setHeader('Cache-Control', 'no-store')
    res.status(416).setHeader('Content-Range', `bytes */${size}`).end()
    return
  }
  const { start, end } = range ?? { start: 0, end: size - 1 }
  if (range) res.status(206).setHeader('Content-Range', `bytes ${start}-${end}/${size}`)
  res.setHeader('Content-Length', end - start + 1)
  if (req.method === 'HEAD') {
    res.end()
    return
  }
  const reading = storage.read(name, range)
  // An answer that breaks off half-way is cut, so that nobody takes it for whole.
  reading.on('error', () => res.destroy())
  res.on('close', () => reading.destroy())
  reading.pipe(res)
}

/** One range at a time, as players ask for; several are answered with the whole. */
function rangeOf(req: Request, size: number): ByteRange | 'beyond' | undefined {
  const ranges = req.range(size)
  if (ranges === -1) return 'beyond'
  if (ranges === undefined || ranges === -2 || ranges.type !== 'bytes' || ranges.length !== 1)
    return undefined
  return ranges[0]
}
