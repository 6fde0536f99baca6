import type { Request, Response } from 'express'

/** The head of every answer that is a stream. Nothing on the way may keep it, compress it, or wait for its end. */
export function openStream(req: Request, res: Response): Response {
  res.writeHead(200, {
    'Content-Type': 'text/event-stream; charset=utf-8',
    'Cache-Control': 'no-store, no-transform',
    'X-Accel-Buffering': 'no',
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    Vary: 'Authorization',
  })
  res.flushHeaders()
  req.socket.setNoDelay(true)
  req.socket.setKeepAlive(true, 30_000)
  forgetRequest(req)
  return res
}

/**
 * A stream stays open for hours, and with it whatever its request held on to: the way through all routers, each header
 * twice, the address in pieces. Nobody asks for any of that again.
 */
function forgetRequest(req: Request): void {
  Object.assign(req, { next: undefined, route: undefined, params: {}, rawHeaders: [], _parsedUrl: undefined })
  req.headers = {}
  req.trailers = {}
}
