import type { IncomingMessage, ServerResponse } from 'node:http'

/** Within this time a body has to be here whole, unless whoever reads it gives it longer. */
const USUAL_MS = 30_000

const clocks = new WeakMap<IncomingMessage, (ms: number) => void>()

/** Ends a request whose body takes too long to come. Costs nothing where there is no body. */
export function boundBody(req: IncomingMessage, res: ServerResponse, ms = USUAL_MS): void {
  if (req.headers['content-length'] === undefined && req.headers['transfer-encoding'] === undefined) return
  const end = () => {
    if (!res.headersSent) res.writeHead(408, { connection: 'close' })
    res.end(() => req.socket.destroy())
  }
  let timer = setTimeout(end, ms)
  const stop = () => clearTimeout(timer)
  req.once('end', stop).once('close', stop)
  clocks.set(req, (longer) => {
    clearTimeout(timer)
    if (!req.complete) timer = setTimeout(end, longer)
  })
}

/** Lets a body come more slowly from now on: only for those whom we know. */
export function allowBody(req: IncomingMessage, ms: number): void {
  clocks.get(req)?.(ms)
}
