import { join } from 'node:path'
import { type Request, type RequestHandler, Router } from 'express'
import { type AttachmentId, readId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import type { LocalAccount } from '../../domain/accounts/account.ts'
import { adjustFile, dropFile } from '../../domain/media/adjust.ts'
import type { World } from '../../domain/world.ts'
import { LARGEST_FILM, MEGABYTE, storeUpload } from '../../media/upload.ts'
import { type MastodonMedia, mediaFrom } from '../../translate/to-mastodon/media.ts'
import { viewOwnFiles } from '../../views/own-files.ts'
import { readParams } from '../http/read-params.ts'
import { allowBody } from '../http/slow-bodies.ts'
import { requires, signedIn } from './auth.ts'
import { apiLimits } from './limits.ts'
import { focusFrom, mediaFields } from './media-fields.ts'
import type { MastodonParts } from './parts.ts'

/** A film from a telephone on the road takes its time. */
const LONGEST_MS = 570_000

/**
 * /api/v1/media and /api/v2/media: files that wait to be posted. They are ready when they are answered, in either form:
 * what is made of a file is made while its app waits.
 */
export function mediaRoutes({ world, storage, config }: MastodonParts): RequestHandler {
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
      const id = await storeUpload(world, storage, owner, {
        path: file.path,
        ...(description !== undefined && { description }),
        ...(spot && { focus: spot }),
      })
      res.json(await tellFile(world, owner, id))
    })
  }

  router.get('/api/v1/media/:id', writes, async (req, res) => {
    res.json(await tellFile(world, signedIn(req), fileIdIn(req)))
  })

  router.put('/api/v1/media/:id', writes, async (req, res) => {
    const [owner, id] = [signedIn(req), fileIdIn(req)]
    const { description, focus } = (await readParams(req)).read(mediaFields)
    const spot = focusFrom(focus)
    await adjustFile(world, owner, id, {
      ...(description !== undefined && { description }),
      ...(spot && { focus: spot }),
    })
    res.json(await tellFile(world, owner, id))
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

async function tellFile(
  { db, uris }: Pick<World, 'db' | 'uris'>,
  owner: LocalAccount,
  id: AttachmentId,
): Promise<MastodonMedia> {
  const [view] = await viewOwnFiles(db, owner.id, [id])
  return view ? mediaFrom(view, uris) : refuse('media.not-found')
}
