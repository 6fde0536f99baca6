import { type RequestHandler, Router } from 'express'
import { MOST_FIELDS, profileLimits } from '../../domain/accounts/update.ts'
import { MOST_PINS } from '../../domain/featured/pin.ts'
import { MOST_TAGS } from '../../domain/featured/tag.ts'
import { MOST_ATTACHMENTS } from '../../domain/media/attachment.ts'
import { LONGEST_DESCRIPTION } from '../../domain/media/keep.ts'
import { vapidKeys } from '../../domain/push/vapid.ts'
import { MOST_FRAMES, MOST_PIXELS } from '../../media/plan.ts'
import { rawTypes } from '../../media/raw.ts'
import { typeOfEnding } from '../../media/sniff.ts'
import { LARGEST_FILM, LARGEST_PICTURE, MEGABYTE } from '../../media/upload.ts'
import { accountFrom } from '../../translate/to-mastodon/account.ts'
import {
  instanceFrom,
  instanceV1From,
  type MostOf,
  type ServerSetting,
} from '../../translate/to-mastodon/instance.ts'
import { VERSION } from '../../version.ts'
import { viewAccounts } from '../../views/accounts.ts'
import { type ServerView, viewServer } from '../../views/server.ts'
import type { MastodonParts } from './parts.ts'
import { remembered } from './remembered.ts'

/** /api/v1/instance and /api/v2/instance: what this server is and can do, which every app asks first. */
export function instanceRoutes(parts: MastodonParts): RequestHandler {
  const router = Router({ caseSensitive: true })
  const read = remembered(FRESH_MS, () => serverNow(parts))
  router.get('/api/v2/instance', async (_req, res) => {
    const { view, setting } = await read()
    res.json(instanceFrom(view, setting))
  })
  router.get('/api/v1/instance', async (_req, res) => {
    const { view, setting } = await read()
    res.json(instanceV1From(view, setting))
  })
  return router
}

const FRESH_MS = 30_000

async function serverNow({ world, config, site, films }: MastodonParts): Promise<{
  readonly view: ServerView
  readonly setting: ServerSetting
}> {
  const { db, uris, limits } = world
  const view = await viewServer(db)
  const { contactId } = view
  const contact = contactId && (await viewAccounts(db, [contactId])).get(contactId)
  return {
    view,
    setting: {
      uris,
      limits,
      most,
      version: VERSION,
      mimeTypes: (await films())?.encodes ? [...new Set([...mimeTypes, ...rawTypes])] : mimeTypes,
      vapidKey: vapidKeys(config.secret).publicKey,
      registration: config.registration,
      limitedFederation: config.federation === 'allowed',
      picture: site.picture,
      icon: `${uris.origin}/icons/weft-512.png`,
      contact: contact ? accountFrom(contact, uris) : null,
    },
  }
}

const most: MostOf = {
  attachments: MOST_ATTACHMENTS,
  featuredTags: MOST_TAGS,
  pins: MOST_PINS,
  fields: MOST_FIELDS,
  fieldName: profileLimits.fieldName,
  fieldValue: profileLimits.fieldValue,
  displayName: profileLimits.displayName,
  bio: profileLimits.bio,
  description: LONGEST_DESCRIPTION,
  pictureBytes: LARGEST_PICTURE * MEGABYTE,
  picturePixels: 50_000_000,
  filmBytes: LARGEST_FILM * MEGABYTE,
  filmPixels: MOST_PIXELS,
  filmFrames: MOST_FRAMES,
}

const mimeTypes = ['jpg', 'png', 'gif', 'webp', 'mp4', 'webm', 'm4a', 'ogg', 'mp3'].map((ending) =>
  typeOfEnding(`file.${ending}`),
)
