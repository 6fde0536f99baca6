import { type Request, type RequestHandler, type Response, Router } from 'express'
import type { Log } from '../../base/log.ts'
import type { Db } from '../../db/connect.ts'
import { findFile } from '../../domain/media/find.ts'
import { type ByteRange, isFileName, type Storage } from '../../media/storage.ts'
import { answerErrors, asProblem } from '../http/errors.ts'

const YEAR = 31_536_000

/**
 * `/media/<file>`: what people here have posted to see and hear. A name holds 128 random bits, so whoever has it was
 * given it with the post: other servers fetch without saying for whom. A file whose row is gone is not found, at once.
 */
export function mediaFiles(parts: { readonly db: Db; readonly storage: Storage; readonly log: Log }): Router {
  const router = Router()
  const serve: RequestHandler = (req, res, next) => {
    give(parts, req, res).catch(next)
  }
  router.get('/media/:file', serve)
  router.use('/media', answerErrors(parts.log, asProblem))
  return router
}

async function give(
  { db, storage }: { readonly db: Db; readonly storage: Storage },
  req: Request,
  res: Response,
): Promise<void> {
  const name = typeof req.params.file === 'string' ? req.params.file : ''
  const known = isFileName(name) ? await findFile(db, name) : undefined
  const size = known && (await storage.size(name))
  // Nothing of it is ever run or shown as a page, whatever is in it.
  res.setHeader('X-Content-Type-Options', 'nosniff')
  res.setHeader('Content-Security-Policy', "default-src 'none'; sandbox")
  if (!known || size === undefined) {
    res.status(404).setHeader('Cache-Control', 'no-store').type('text/plain').send('There is no such file.\n')
    return
  }
  const open = known.visibility === 'public' || known.visibility === 'unlisted'
  res.setHeader('Content-Type', known.mediaType)
  res.setHeader('Cache-Control', open ? `public, max-age=${YEAR}, immutable` : 'private, no-store')
  res.setHeader('Cross-Origin-Resource-Policy', 'cross-origin')
  res.setHeader('Access-Control-Allow-Origin', '*')
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
