import { type Request, type RequestHandler, Router } from 'express'
import { z } from 'zod'
import { readId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import { changeTag } from '../../domain/moderation/tags.ts'
import { adminTagFrom } from '../../translate/to-mastodon/trend.ts'
import { listTagsForStaff, viewTagForStaff } from '../../views/trends.ts'
import { booleanish, textish } from '../http/param-fields.ts'
import { queryParams, readParams } from '../http/read-params.ts'
import { adminsOnly, staffOf } from './admin-auth.ts'
import { RULES } from './admin-parts.ts'
import { onUpdate } from './on-update.ts'
import { endsOf, pageFrom, sendPage } from './paging.ts'
import type { MastodonParts } from './parts.ts'

const fields = z.object({
  display_name: textish,
  trendable: booleanish,
  usable: booleanish,
  listable: booleanish,
})

/** /api/v1/admin/tags: how hashtags are spelt, and whether they may trend. */
export function adminTagRoutes(parts: MastodonParts): RequestHandler {
  const { world } = parts
  const { db, uris, clock } = world
  const requiresAdmin = adminsOnly(parts)
  const router = Router({ caseSensitive: true })

  const tell = async (req: Request) => {
    const id = readId<string>(String(req.params.id))
    const tag = id && (await viewTagForStaff(db, id, clock.now()))
    return adminTagFrom(tag || refuse('not-found'), uris)
  }
  router.get('/api/v1/admin/tags', ...requiresAdmin('admin:read'), async (req, res) => {
    const page = pageFrom(queryParams(req), RULES)
    const tags = await listTagsForStaff(db, page, clock.now())
    const keys = tags.map(({ id }) => id)
    const body = tags.map((tag) => adminTagFrom(tag, uris))
    sendPage(req, res, body, endsOf(keys, page))
  })
  router.get('/api/v1/admin/tags/:id', ...requiresAdmin('admin:read'), async (req, res) => {
    res.json(await tell(req))
  })
  onUpdate(router, '/api/v1/admin/tags/:id', ...requiresAdmin('admin:write'), async (req, res) => {
    const { id } = await tell(req)
    const asked = (await readParams(req)).read(fields)
    // Whatever people tag can be used and found: to say that it cannot would be untrue.
    if (asked.usable === false || asked.listable === false) refuse('tag.always-usable')
    await changeTag(world, staffOf(req).account, id, {
      displayName: asked.display_name,
      trendable: asked.trendable,
    })
    res.json(await tell(req))
  })

  return router
}
