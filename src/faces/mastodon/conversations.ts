import { type Request, type RequestHandler, type Response, Router } from 'express'
import { readId, type TalkId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import type { Talk } from '../../domain/conversations/find.ts'
import { dropTalk, markTalk } from '../../domain/conversations/keep.ts'
import { conversationFrom } from '../../translate/to-mastodon/conversation.ts'
import { listTalks, viewTalks } from '../../views/conversations.ts'
import { readParams } from '../http/read-params.ts'
import { requires, signedIn } from './auth.ts'
import { endsOf, pageFrom, sendPage } from './paging.ts'
import type { MastodonParts } from './parts.ts'
import { tellingFor } from './status-pages.ts'

const idIn = (req: Request) => readId<TalkId>(String(req.params.id))

/** /api/v1/conversations: the direct posts of each conversation, as one. */
export function conversationRoutes({ world }: MastodonParts): RequestHandler {
  const { db } = world
  const router = Router({ caseSensitive: true })

  router.get('/api/v1/conversations', requires('read:statuses'), async (req, res) => {
    const owner = signedIn(req)
    const page = pageFrom(await readParams(req), { usual: 20, most: 40 })
    const talks = await listTalks(db, owner.id, page)
    const telling = tellingFor(world, req)
    const body = (await viewTalks(db, talks, owner.id)).map((view) => conversationFrom(view, telling))
    const keys = talks.map(({ lastPostId }) => lastPostId)
    sendPage(req, res, body, endsOf(keys, page))
  })

  const send = async (req: Request, res: Response, talk: Talk) => {
    const [view] = await viewTalks(db, [talk], signedIn(req).id)
    res.json(conversationFrom(view ?? refuse('conversation.not-found'), tellingFor(world, req)))
  }
  router.post('/api/v1/conversations/:id/read', requires('write:conversations'), async (req, res) => {
    await send(req, res, await markTalk(world, signedIn(req), idIn(req), false))
  })
  router.post('/api/v1/conversations/:id/unread', requires('write:conversations'), async (req, res) => {
    await send(req, res, await markTalk(world, signedIn(req), idIn(req), true))
  })
  router.delete('/api/v1/conversations/:id', requires('write:conversations'), async (req, res) => {
    await dropTalk(world, signedIn(req), idIn(req))
    res.json({})
  })

  return router
}
