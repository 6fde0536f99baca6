import { type Request, type RequestHandler, Router } from 'express'
import { z } from 'zod'
import { type PostId, readId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import { refreshPolls } from '../../domain/polls/close.ts'
import { vote } from '../../domain/polls/vote.ts'
import type { World } from '../../domain/world.ts'
import { type MastodonPoll, pollFrom } from '../../translate/to-mastodon/poll.ts'
import { viewPost } from '../../views/posts.ts'
import { integerish, listOf } from '../http/param-fields.ts'
import { readParams } from '../http/read-params.ts'
import { requires, requiresIfGiven, signedIn, viewerOf } from './auth.ts'
import type { MastodonParts } from './parts.ts'

const voteFields = z.object({ choices: listOf(integerish) })

/** /api/v1/polls: a poll has the id of the post that asks it. */
export function pollRoutes({ world }: MastodonParts): RequestHandler {
  const router = Router({ caseSensitive: true })

  router.get('/api/v1/polls/:id', requiresIfGiven('read:statuses'), async (req, res) => {
    const id = pollIdIn(req)
    const { poll, local } = await tellPoll(world, req, id)
    if (!local && viewerOf(req)) await refreshPolls(world, [id])
    res.json(poll)
  })

  router.post('/api/v1/polls/:id/votes', requires('write:statuses'), async (req, res) => {
    const id = pollIdIn(req)
    const { choices = [] } = (await readParams(req)).read(voteFields)
    await vote(
      world,
      signedIn(req),
      id,
      choices.filter((choice) => choice !== undefined),
    )
    res.json((await tellPoll(world, req, id)).poll)
  })

  return router
}

function pollIdIn(req: Request): PostId {
  return readId<PostId>(String(req.params.id)) ?? refuse('poll.not-found')
}

async function tellPoll(
  { db, uris, clock }: World,
  req: Request,
  id: PostId,
): Promise<{ readonly poll: MastodonPoll; readonly local: boolean }> {
  const viewer = viewerOf(req)
  const post = await viewPost(db, id, viewer)
  if (!post?.poll) return refuse('poll.not-found')
  const { emojis, local, author } = post
  const reader = viewer && { isAuthor: author.id === viewer.accountId }
  const setting = { id, emojis, now: clock.now(), ...(reader && { reader }) }
  return { poll: pollFrom(post.poll, setting, uris), local }
}
