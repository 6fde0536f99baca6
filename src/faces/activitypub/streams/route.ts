import express, { type Request, type RequestHandler, type Response, Router } from 'express'
import { refuse } from '../../../base/refusal.ts'
import type { Outlet } from '../../../domain/events/hub.ts'
import { issueTicket, TICKET_SECONDS } from '../../../domain/events/tickets.ts'
import { requireBearer } from '../../http/auth.ts'
import { budgetsOf } from '../../http/budgets.ts'
import { crossOrigin } from '../../http/cors.ts'
import { openStream } from '../../http/event-streams.ts'
import { addressOf } from '../../http/limits.ts'
import { OpenStreams } from '../../http/open-streams.ts'
import type { ClientParts } from '../client-parts.ts'
import { byHeader, lastEventId, whoOpens } from './holder.ts'
import { proxyRoute, proxyTicketPath } from './proxy.ts'
import { EventStream } from './stream.ts'
import { listenedAt, targetPath } from './targets.ts'
import { createTelling } from './telling.ts'

/** Listening to what happens: at every address that can be read, and at those of other servers. */
export function streamRoutes(parts: ClientParts): RequestHandler {
  const { world } = parts
  const open = parts.late.use(new OpenStreams(parts))
  const telling = createTelling(world)
  const budgets = budgetsOf({ db: world.db, config: parts.config })
  const router = Router({ caseSensitive: true, strict: true })

  router.all('/ap/streams/tickets', crossOrigin('POST'))
  router.post(
    '/ap/streams/tickets',
    express.json({ limit: '8kb', type: ['application/json', 'application/*+json'] }),
    express.urlencoded({ extended: false, limit: '8kb' }),
    async (req, res) => {
      await budgets.spendFor(addressOf(req), res, 'stream')
      await budgets.spendAs(requireBearer(req), res, 'stream')
      await giveTicket(parts, req, res)
    },
  )
  router.use(proxyRoute(parts, open))
  router.use((req, res, next) => {
    const path = targetPath(req.path)
    if (path === undefined) return next()
    crossOrigin('GET')(req, res, () => {
      const opening = async () => {
        // Before it is known who asks: to find that out costs something, too.
        await budgets.spendFor(addressOf(req), res, 'stream')
        const asking = await whoOpens(parts, req, path)
        await budgets.spendAs(asking.bearer, res, 'stream')
        const listened = await listenedAt(world, path, asking.bearer)
        open.requireRoom(asking.holder)
        if (req.method === 'HEAD') openStream(req, res).end()
        else await begin(parts, open, telling, req, res, new EventStream(res, asking.holder, listened))
      }
      opening().catch(next)
    })
  })
  return router
}

async function begin(
  { hub }: ClientParts,
  open: OpenStreams,
  telling: Outlet<EventStream>,
  req: Request,
  res: Response,
  stream: EventStream,
): Promise<void> {
  open.add(stream)
  res.on('close', () => {
    open.delete(stream)
    hub.close(stream)
  })
  const after = lastEventId(req)
  const opened = await hub.open(stream, telling, after)
  // Whoever left meanwhile was not there yet to be taken out.
  if (res.destroyed || res.closed) return hub.close(stream)
  if (stream.ended) refuse('token.invalid')
  openStream(req, res)
  stream.start(opened.position)
  if (after !== undefined && !opened.resumed) stream.reset('missed', opened.position)
  await opened.begin()
}

/** A ticket for the stream that is asked for, if the app may open it. */
async function giveTicket(parts: ClientParts, req: Request, res: Response): Promise<void> {
  const { world } = parts
  const { bearer, holder } = byHeader(req)
  const asked = (req.body as { stream?: unknown } | undefined)?.stream
  const url = typeof asked === 'string' ? URL.parse(asked, world.uris.origin) : null
  if (url === null || url.origin !== world.uris.origin) return refuse('request.invalid')
  const path = targetPath(url.pathname)
  if (path !== undefined) await listenedAt(world, path, bearer)
  const good = path ?? proxyTicketPath(url, bearer) ?? refuse('not-found')
  const ticket = await issueTicket(world, holder, good)
  url.searchParams.set('ticket', ticket)
  res.set('Cache-Control', 'no-store')
  res.status(201).json({ ticket, stream: url.href, expires_in: TICKET_SECONDS })
}
