import { join } from 'node:path'
import { type Request, type RequestHandler, type Response, Router } from 'express'
import { type AttachmentId, readId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import type { LocalAccount } from '../../domain/accounts/account.ts'
import { adjustFile, dropFile } from '../../domain/media/adjust.ts'
import type { World } from '../../domain/world.ts'
import { takeUpload } from '../../media/take.ts'
import { LARGEST_FILM, MEGABYTE } from '../../media/upload.ts'
import { mediaFrom, mediaUnderway } from '../../translate/to-mastodon/media.ts'
import { viewOwnFiles } from '../../views/own-files.ts'
import { viewUnready } from '../../views/unready.ts'
import { readParams } from '../http/read-params.ts'
import { allowBody } from '../http/slow-bodies.ts'
import { LONGEST_WAIT_MS, untilReady } from '../http/until-ready.ts'
import { requires, signedIn } from './auth.ts'
import { apiLimits } from './limits.ts'
import { focusFrom, mediaFields } from './media-fields.ts'
import { onUpdate } from './on-update.ts'
import type { MastodonParts } from './parts.ts'

/** A film from a telephone on the road takes its time. */
const LONGEST_MS = 570_000

/** Apps take it that a GIF is ready at once, as pictures are. */
const GIF_WAIT_MS = 10_000

/**
 * /api/v1/media and /api/v2/media: files that wait to be posted. Pictures are ready when they are answered; of films and
 * sounds that is asked for at their address, with 206 until they are. Version 1 waits for them, as long as that may be.
 */
export function mediaRoutes(parts: MastodonParts): RequestHandler {
  const { world, config } = parts
  const router = Router({ caseSensitive: true })
  const wish = {
    folder: join(config.dataDir, 'uploads'),
    names: ['file'],
    largest: LARGEST_FILM * MEGABYTE,
  }
  const writes = requires('write:media')

  for (const path of ['/api/v1/media', '/api/v2/media']) {
    router.post(path, writes, apiLimits({ config, world }).limit('media'), async (req, res) => {
      allowBody(req, LONGEST_MS)
      const owner = signedIn(req)
      const params = await readParams(req, wish)
      const { description, focus } = params.read(mediaFields)
      const file = params.files.get('file') ?? refuse('upload.no-file')
      const spot = focusFrom(focus)
      const upload = {
        path: file.path,
        ...(description !== undefined && { description }),
        ...(spot && { focus: spot }),
      }
      const { id, kind } = await takeUpload(parts, owner, upload, { animates: true })
      const wait = path === '/api/v1/media' ? LONGEST_WAIT_MS : kind === 'gifv' ? GIF_WAIT_MS : 0
      if (kind) await untilReady({ ...parts, db: world.db }, { ownerId: owner.id, id }, res, wait)
      await tellFile(world, owner, id, res, 202)
    })
  }

  router.get('/api/v1/media/:id', writes, async (req, res) => {
    await tellFile(world, signedIn(req), fileIdIn(req), res, 206)
  })

  onUpdate(router, '/api/v1/media/:id', writes, async (req, res) => {
    const [owner, id] = [signedIn(req), fileIdIn(req)]
    const { description, focus } = (await readParams(req)).read(mediaFields)
    const spot = focusFrom(focus)
    await adjustFile(world, owner, id, {
      ...(description !== undefined && { description }),
      ...(spot && { focus: spot }),
    })
    await tellFile(world, owner, id, res, 206)
  })

  router.delete('/api/v1/media/:id', writes, async (req, res) => {
    await dropFile(world, signedIn(req), fileIdIn(req))
    res.json({})
  })

  return router
}

function fileIdIn(req: Request): AttachmentId {
  return readId<AttachmentId>(String(req.params.id)) ?? refuse('media.not-found')
}

/**
 * @param underway the status while the file is not ready: what was taken, or the part of it that there is
 * @throws Refusal 'media.failed', 'media.not-found'
 */
async function tellFile(
  { db, uris }: Pick<World, 'db' | 'uris'>,
  owner: LocalAccount,
  id: AttachmentId,
  res: Response,
  underway: 202 | 206,
): Promise<void> {
  const unready = await viewUnready(db, owner.id, id)
  if (unready?.failure) refuse('media.failed', { failure: unready.failure })
  if (unready) {
    res.status(underway).json(mediaUnderway(unready))
    return
  }
  const [view] = await viewOwnFiles(db, owner.id, [id])
  res.json(mediaFrom(view ?? refuse('media.not-found'), uris))
}
