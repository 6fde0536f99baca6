import { type Request, type RequestHandler, type Response, Router } from 'express'
import { WebSocketServer } from 'ws'
import { refuse } from '../../../base/refusal.ts'
import { requireBearer } from '../../http/auth.ts'
import { openStream } from '../../http/event-streams.ts'
import { OpenStreams } from '../../http/open-streams.ts'
import { wordsOf } from '../../http/query-tokens.ts'
import { canUpgrade, takeUpgrade } from '../../http/upgrades.ts'
import { signedIn } from '../auth.ts'
import type { MastodonParts } from '../parts.ts'
import { Board } from './board.ts'
import { type Asked, channelFor } from './channels.ts'
import type { Connecting } from './connection.ts'
import { notePresence } from './presence.ts'
import { Pulse } from './pulse.ts'
import { ServedStream } from './served.ts'
import { AppSocket } from './socket.ts'
import { createTelling } from './telling.ts'
import { holderOf, STREAMING } from './token.ts'

/** No message of an app is longer. */
const LONGEST_MESSAGE = 4096

/** Each channel by its path, for those who listen to one alone. */
const PATHS: Readonly<Record<string, string>> = {
  user: 'user',
  'user/notification': 'user:notification',
  public: 'public',
  'public/local': 'public:local',
  'public/remote': 'public:remote',
  hashtag: 'hashtag',
  'hashtag/local': 'hashtag:local',
  list: 'list',
  direct: 'direct',
}

/** /api/v1/streaming: what happens, as it happens, over WebSockets and as server-sent events. */
export function streamingRoutes(parts: MastodonParts): RequestHandler {
  const { world, hub, late, log } = parts
  const board = new Board(hub, (of) => createTelling({ world, log }, of))
  const open = late.use(new OpenStreams(parts))
  const pulse = late.use(new Pulse())
  late.use(notePresence(world, open, log))
  const sockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: LONGEST_MESSAGE,
    // Where the token came as a protocol, browsers want to hear that one again.
    handleProtocols: (protocols) => [...protocols][0] ?? false,
  })
  const router = Router({ caseSensitive: true })

  router.get(`${STREAMING}/health`, (_req, res) => {
    res.type('text/plain').send('OK')
  })
  router.get(STREAMING, async (req, res) => {
    const asked = askedFor(req)
    if (canUpgrade(req)) return openSocket(req, res, asked)
    if (asked.stream === undefined) {
      res.setHeader('Upgrade', 'websocket')
      return refuse('stream.socket')
    }
    await serve(req, res, asked)
  })
  for (const [path, stream] of Object.entries(PATHS))
    router.get(`${STREAMING}/${path}`, async (req, res) => {
      const { only_media: media } = wordsOf(req)
      const isMedia = stream.startsWith('public') && (media === 'true' || media === '1')
      await serve(req, res, { ...askedFor(req), stream: isMedia ? `${stream}:media` : stream })
    })

  /** @throws Refusal 'token.missing', 'token.no-user', 'stream.too-many' */
  function connecting(req: Request): Connecting {
    const { id, uri } = signedIn(req)
    const bearer = requireBearer(req)
    const holder = holderOf(req, bearer, parts.config)
    open.requireRoom(holder)
    return { db: world.db, board, reader: { id, uri }, scopes: bearer.scopes, holder }
  }

  async function serve(req: Request, res: Response, asked: Asked): Promise<void> {
    const who = connecting(req)
    const { channel, names } = await channelFor(world.db, asked, who.reader.id, who.scopes)
    if (req.method === 'HEAD') return void openStream(req, res).end()
    const stream = new ServedStream(res, who)
    const subscription = { hearer: stream, channel, label: JSON.stringify(names) }
    // Others may have come while it was looked for.
    open.requireRoom(who.holder)
    open.add(stream)
    res.on('close', () => {
      open.delete(stream)
      board.delete(subscription)
    })
    await board.add(subscription)
    if (res.destroyed || res.closed) return board.delete(subscription)
    // It was ended before it began, for what it was opened with holds no more.
    if (stream.ended) return refuse('token.invalid')
    openStream(req, res)
    stream.start()
  }

  async function openSocket(req: Request, res: Response, asked: Asked): Promise<void> {
    const who = connecting(req)
    // What cannot be had is refused before there is a socket, as apps expect it.
    if (asked.stream !== undefined) await channelFor(world.db, asked, who.reader.id, who.scopes)
    open.requireRoom(who.holder)
    const upgrade = takeUpgrade(req, res)
    if (!upgrade) return refuse('stream.socket')
    sockets.handleUpgrade(req, upgrade.socket, upgrade.head, (webSocket) => {
      const socket = new AppSocket(webSocket, upgrade.socket, who, log)
      open.add(socket)
      pulse.add(socket)
      webSocket.on('close', () => {
        open.delete(socket)
        pulse.delete(socket)
        socket.closed()
      })
      if (asked.stream !== undefined) socket.begin(asked)
    })
  }

  return router
}

function askedFor(req: Request): Asked {
  const { stream, tag, list } = wordsOf(req)
  return { stream, tag, list }
}
