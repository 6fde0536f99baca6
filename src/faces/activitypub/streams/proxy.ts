import { once } from 'node:events'
import express, { type Request, type RequestHandler, type Response, Router } from 'express'
import type { AccountId } from '../../../base/ids.ts'
import { refuse } from '../../../base/refusal.ts'
import { allows } from '../../../domain/grants/scopes.ts'
import { signGet } from '../../../federation/sign.ts'
import { openRemoteStream } from '../../../remote/event-stream.ts'
import type { Bearer } from '../../http/auth.ts'
import { budgetsOf } from '../../http/budgets.ts'
import { crossOrigin } from '../../http/cors.ts'
import { openStream } from '../../http/event-streams.ts'
import { addressOf } from '../../http/limits.ts'
import type { Holder, OpenStream, OpenStreams, Reason } from '../../http/open-streams.ts'
import { wordsOf } from '../../http/query-tokens.ts'
import type { ClientParts } from '../client-parts.ts'
import { whoOpens } from './holder.ts'
import { eventsIn, type PassLimits } from './passing.ts'

const PATH = '/ap/streams/proxy'
const LIMITS: PassLimits = { largest: 256 * 1024, perMinute: 600 }
/** Streams of other servers that one person, and one host, may keep open in one process. */
const MOST_PER_ACCOUNT = 4
const MOST_PER_HOST = 32
const LONGEST_URL = 2048

/** `proxyEventStream`: the stream of another server, asked for in the name of whose app it is. */
export function proxyRoute(parts: ClientParts, open: OpenStreams): RequestHandler {
  const passing = new Set<Passing>()
  const budgets = budgetsOf({ db: parts.world.db, config: parts.config })
  const router = Router({ caseSensitive: true, strict: true })
  router.all(PATH, crossOrigin('GET', 'POST'))
  router.all(
    PATH,
    express.urlencoded({ extended: false, limit: '8kb' }),
    express.json({ limit: '8kb', type: ['application/json', 'application/*+json'] }),
    async (req, res) => {
      const asked = askedFor(req)
      await budgets.spendFor(addressOf(req), res, 'stream')
      const { bearer, holder } = await whoOpens(parts, req, ticketPath(asked))
      requireAllowed(bearer)
      await budgets.spendAs(bearer, res, 'proxy')
      const url = addressFrom(asked)
      open.requireRoom(holder)
      requirePlace(passing, holder.accountId, url.host)
      const one = new Passing(res, holder, url.host)
      passing.add(one)
      open.add(one)
      res.on('close', () => {
        passing.delete(one)
        open.delete(one)
        one.end('closing')
      })
      await pass(parts, req, res, url, one)
    },
  )
  return router
}

/** What a ticket for a stream of another server is for; undefined when that is no address of one. */
export function proxyTicketPath(url: URL, bearer: Bearer): string | undefined {
  if (url.pathname !== PATH) return undefined
  requireAllowed(bearer)
  const asked = url.searchParams.get('id') ?? url.searchParams.get('url') ?? ''
  addressFrom(asked)
  return ticketPath(asked)
}

const ticketPath = (asked: string) => `${PATH} ${asked}`

function requireAllowed({ scopes }: Bearer): void {
  if (!allows(scopes, 'readany')) refuse('token.scope', { scope: 'readany' })
}

function askedFor(req: Request): string {
  const body = (req.body ?? {}) as { id?: unknown; url?: unknown }
  const words = wordsOf(req)
  const asked = words.id ?? words.url ?? body.id ?? body.url
  return typeof asked === 'string' ? asked : ''
}

function addressFrom(text: string): URL {
  // A ticket for it is kept as it was asked for.
  const isPlain = text.length <= LONGEST_URL && text.isWellFormed() && !/\p{Cc}/u.test(text)
  const url = isPlain ? URL.parse(text) : null
  if (url?.protocol !== 'https:') return refuse('proxy.address')
  url.hash = ''
  return url
}

function requirePlace(passing: ReadonlySet<Passing>, accountId: AccountId, host: string): void {
  const all = [...passing]
  const own = all.filter(({ holder }) => holder.accountId === accountId).length
  const there = all.filter((one) => one.host === host).length
  if (own >= MOST_PER_ACCOUNT || there >= MOST_PER_HOST) refuse('stream.too-many')
}

/** One stream that is passed on. */
class Passing implements OpenStream {
  readonly holder: Holder
  readonly host: string
  readonly #res: Response
  readonly #over = new AbortController()
  #writtenAt = performance.now()

  constructor(res: Response, holder: Holder, host: string) {
    this.#res = res
    this.holder = holder
    this.host = host
  }

  get over(): AbortSignal {
    return this.#over.signal
  }

  /** Waits for a reader who is slow, and with that lets the other server wait, too. */
  async send(event: string): Promise<void> {
    this.#writtenAt = performance.now()
    if (this.#res.write(event)) return
    await once(this.#res, 'drain', { signal: this.over }).catch(() => undefined)
  }

  stayAlive(since: number): void {
    if (this.#res.headersSent && this.#writtenAt < since) {
      this.#writtenAt = performance.now()
      this.#res.write(':\n\n')
    }
  }

  end(_reason: Reason): void {
    if (this.over.aborted) return
    this.#over.abort()
    if (this.#res.headersSent) this.#res.end()
  }
}

async function pass(
  { world, dispatcher, signingKey, log }: ClientParts,
  req: Request,
  res: Response,
  url: URL,
  one: Passing,
): Promise<void> {
  const key = (await signingKey(one.holder.accountId)) ?? refuse('proxy.failed')
  const { uris, clock } = world
  const remote = {
    dispatcher,
    uris,
    signGet: (at: URL, form: 'cavage' | 'rfc9421', accept: string) =>
      signGet(at, key, { form, accept, now: clock.now() }),
  }
  const after = req.get('last-event-id') ?? wordsOf(req).last_event_id
  const lastEventIdOfTheirs = after !== undefined && /^[\x21-\x7e]{1,256}$/.test(after) ? after : undefined
  const bytes = await openRemoteStream(remote, url, {
    lastEventId: lastEventIdOfTheirs,
    signal: one.over,
  })
  openStream(req, res)
  try {
    for await (const event of eventsIn(bytes, LIMITS)) {
      await one.send(event)
      if (one.over.aborted) break
    }
  } catch (error) {
    if (!one.over.aborted)
      log.debug('A stream of {host} is not passed on any more: {error}', { host: one.host, error })
  } finally {
    one.end('closing')
  }
}
