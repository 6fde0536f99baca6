import { type Request, type RequestHandler, type Response, Router } from 'express'
import { refuse } from '../../base/refusal.ts'
import { findOriginal } from '../../domain/posts/boost-find.ts'
import type { KnownPost } from '../../domain/posts/find.ts'
import type { World } from '../../domain/world.ts'
import { accountFrom } from '../../translate/to-mastodon/account.ts'
import { statusEditFrom } from '../../translate/to-mastodon/edit.ts'
import { statusFrom } from '../../translate/to-mastodon/status.ts'
import { statusesText } from '../../translate/to-mastodon/status-text.ts'
import { viewAccounts } from '../../views/accounts.ts'
import { viewHistory } from '../../views/history.ts'
import { type KeptAccount, listBoostersOf, listLikersOf } from '../../views/kept.ts'
import { viewStatuses } from '../../views/statuses.ts'
import { findThread, withoutMuted } from '../../views/threads.ts'
import { queryParams } from '../http/read-params.ts'
import { requires, requiresIfGiven, viewerOf } from './auth.ts'
import { endsOf, type PageQuery, pageFrom, sendPage } from './paging.ts'
import type { MastodonParts } from './parts.ts'
import { textOf } from './status-change.ts'
import { postIdIn, requireStatus } from './status-one.ts'
import { sendJson, tellingFor } from './status-pages.ts'

/** How much of a conversation is shown: to people here, and to those who are nobody in particular. */
const MOST_FOR_US = { above: 1000, below: 1000 }
const MOST_FOR_OTHERS = { above: 40, below: 60 }
const ACCOUNTS = { usual: 40, most: 80 }

/** /api/v1/statuses/:id/…: what stands around a post. */
export function statusAboutRoutes({ world }: MastodonParts): RequestHandler {
  const { db, uris } = world
  const router = Router({ caseSensitive: true })

  router.get('/api/v1/statuses/:id/context', requiresIfGiven('read:statuses'), async (req, res) => {
    const { id } = await requirePost(world, req)
    const viewer = viewerOf(req)
    const { above, below } = await findThread(db, id, viewer ? MOST_FOR_US : MOST_FOR_OTHERS)
    const shown = await withoutMuted(db, [...above, ...below], viewer)
    const ids = [...above, ...below].filter((each) => shown.has(each))
    const telling = tellingFor(world, req)
    const isAbove = new Set<string>(above)
    const views = await viewStatuses(db, ids, viewer)
    const [ancestors, descendants] = [true, false].map((wanted) =>
      statusesText(
        views.filter(({ post }) => isAbove.has(post.id) === wanted),
        telling,
      ),
    )
    sendJson(res, `{"ancestors":${ancestors},"descendants":${descendants}}`)
  })

  router.get('/api/v1/statuses/:id/source', requires('read:statuses'), async (req, res) => {
    const { post } = await requireStatus(world, req, postIdIn(req))
    res.json({ id: post.id, text: textOf(post), spoiler_text: post.summary })
  })

  router.get('/api/v1/statuses/:id/history', requiresIfGiven('read:statuses'), async (req, res) => {
    const view = await requireStatus(world, req, postIdIn(req))
    const status = statusFrom(view, tellingFor(world, req))
    const versions = await viewHistory(db, view.post)
    res.json(versions.map((version) => statusEditFrom(version, status, uris)))
  })

  // As of a Mastodon that was given nothing to translate with; the instance says `translation.enabled: false`.
  router.post('/api/v1/statuses/:id/translate', requires('read:statuses'), async (req) => {
    await requirePost(world, req)
    refuse('api.unsupported', { what: 'Translation' })
  })

  const people = (name: string, list: typeof listLikersOf) =>
    router.get(`/api/v1/statuses/:id/${name}`, requiresIfGiven('read:accounts'), async (req, res) => {
      const { id } = await requirePost(world, req)
      const page = pageFrom(queryParams(req), ACCOUNTS)
      await sendAccounts(world, req, res, await list(db, id, viewerOf(req), page), page)
    })
  people('favourited_by', listLikersOf)
  people('reblogged_by', listBoostersOf)

  return router
}

/** The post that a path names, or of a boost what it shows. */
async function requirePost({ db }: Pick<World, 'db'>, req: Request): Promise<KnownPost> {
  return (await findOriginal(db, postIdIn(req), viewerOf(req))) ?? refuse('post.not-found')
}

async function sendAccounts(
  { db, uris }: World,
  req: Request,
  res: Response,
  rows: readonly KeptAccount[],
  page: PageQuery,
): Promise<void> {
  const views = await viewAccounts(
    db,
    rows.map(({ id }) => id),
  )
  const accounts = rows.flatMap(({ id }) => {
    const view = views.get(id)
    return view ? [accountFrom(view, uris)] : []
  })
  const ends = endsOf(
    rows.map(({ key }) => key),
    page,
  )
  sendPage(req, res, accounts, ends, 'since_id')
}
