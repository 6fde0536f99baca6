import { type Request, type RequestHandler, Router } from 'express'
import { z } from 'zod'
import type { AccountId, PostId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import type { OnceOnly } from '../../domain/activities/once.ts'
import { findMentioned } from '../../domain/posts/compose.ts'
import { publishOnce } from '../../domain/posts/publish-once.ts'
import { schedulePost } from '../../domain/scheduled/schedule.ts'
import type { World } from '../../domain/world.ts'
import { handlesIn } from '../../text/tokens.ts'
import { accountFrom, type MastodonAccount } from '../../translate/to-mastodon/account.ts'
import { statusFrom } from '../../translate/to-mastodon/status.ts'
import { viewAccounts } from '../../views/accounts.ts'
import { keptPreferences } from '../../views/kept-preferences.ts'
import { catchUp } from '../../views/shelf.ts'
import { viewStatuses } from '../../views/statuses.ts'
import { viewWrittenStatus } from '../../views/written.ts'
import { requireBearer } from '../http/auth.ts'
import { idsOf } from '../http/param-fields.ts'
import { queryParams, readParams } from '../http/read-params.ts'
import { requires, requiresIfGiven, viewerOf } from './auth.ts'
import type { MastodonParts } from './parts.ts'
import { sayUnusable } from './said.ts'
import { tellScheduled, timeFrom } from './scheduled.ts'
import { draftFrom, statusFields } from './status-fields.ts'
import { postIdIn, tellStatus } from './status-one.ts'
import { tellingFor } from './status-pages.ts'

const MOST_AT_ONCE = 20

/** /api/v1/statuses: says something, and shows what was said. */
export function statusRoutes({ world }: MastodonParts): RequestHandler {
  const { db } = world
  const router = Router({ caseSensitive: true })

  router.post('/api/v1/statuses', requires('write:statuses'), async (req, res) => {
    const { account, clientId } = requireBearer(req)
    const fields = (await readParams(req)).read(statusFields)
    await catchUp(db)
    const draft = draftFrom(fields, await keptPreferences(db, account.id), clientId)
    const unexpected = await unexpectedIn(world, draft.text, fields.allowed_mentions)
    if (unexpected.length > 0) {
      res.status(422).json({ error: UNEXPECTED, unexpected_accounts: unexpected })
      return
    }
    const dueAt = timeFrom(fields.scheduled_at)
    if (dueAt && dueAt > world.clock.now()) {
      const once = onceFrom(req, 'scheduled')
      const id = await schedulePost(world, account, draft, dueAt, once).catch(sayUnusable)
      res.json(await tellScheduled(world, account, id))
      return
    }
    const published = await publishOnce(world, account, draft, onceFrom(req, 'post')).catch(sayUnusable)
    const status = await viewWrittenStatus(db, published)
    res.json(status ? statusFrom(status, tellingFor(world, req)) : await tellStatus(world, req, published.id))
  })

  router.get('/api/v1/statuses', requiresIfGiven('read:statuses'), async (req, res) => {
    const { id = [] } = queryParams(req).read(idFields)
    const views = await viewStatuses(db, [...new Set(id)], viewerOf(req))
    const telling = tellingFor(world, req)
    res.json(views.map((view) => statusFrom(view, telling)))
  })

  router.get('/api/v1/statuses/:id', requiresIfGiven('read:statuses'), async (req, res) => {
    res.json(await tellStatus(world, req, postIdIn(req)))
  })

  return router
}

const LONGEST_KEY = 255

/** How a request says that it is to be carried out once; what it says beside counts for nothing when it comes again. */
export function onceFrom(req: Request, kind: 'post' | 'scheduled'): OnceOnly | undefined {
  const key = req.get('Idempotency-Key') ?? ''
  if (key === '') return undefined
  if (key.length > LONGEST_KEY) refuse('request.key-too-long', { most: LONGEST_KEY })
  const { account, clientId } = requireBearer(req)
  return { accountId: account.id, clientId, key, bodyHash: kind }
}

const UNEXPECTED = 'Post would be sent to unexpected accounts'

/** Whom a text names beside those whom its app expects. */
async function unexpectedIn(
  world: World,
  text: string,
  allowed: readonly AccountId[] | undefined,
): Promise<MastodonAccount[]> {
  if (!allowed) return []
  const named = [...(await findMentioned(world, handlesIn(text))).values()]
  const ids = named.map(({ id }) => id).filter((id) => !allowed.includes(id))
  const views = await viewAccounts(world.db, [...new Set(ids)])
  return [...views.values()].map((view) => accountFrom(view, world.uris))
}

const idFields = z.object({ id: idsOf<PostId>(MOST_AT_ONCE) })
