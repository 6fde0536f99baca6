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
  return res
}
