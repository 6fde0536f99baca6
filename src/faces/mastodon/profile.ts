import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Request, type RequestHandler, type Response, Router } from 'express'
import { z } from 'zod'
import { type ProfileChange, updateAccount } from '../../domain/accounts/update.ts'
import { changePreferences } from '../../domain/preferences/change.ts'
import type { Preferences } from '../../domain/preferences/find.ts'
import { changeProfile, type GivenImage } from '../../media/profile-image.ts'
import { LARGEST_PICTURE, MEGABYTE } from '../../media/upload.ts'
import { quotersFrom } from '../../translate/to-mastodon/preferences.ts'
import { profileFrom } from '../../translate/to-mastodon/profile.ts'
import { visibilityFrom } from '../../translate/to-mastodon/words.ts'
import { viewShownTags } from '../../views/featured-tags.ts'
import { booleanish, listOf, textish, wordOf } from '../http/param-fields.ts'
import { type Given, readParams } from '../http/read-params.ts'
import { requireAccountView, tellOwnAccount } from './account-one.ts'
import { requires, signedIn } from './auth.ts'
import { onUpdate } from './on-update.ts'
import type { MastodonParts } from './parts.ts'

const PICTURES = ['avatar', 'header'] as const

/** What somebody says of themself, and how they post as long as they do not say otherwise. */
export function profileRoutes({ world, storage, config }: MastodonParts): RequestHandler {
  const router = Router({ caseSensitive: true })
  const writes = requires('write:accounts')
  const wish = {
    folder: join(config.dataDir, 'uploads'),
    names: PICTURES,
    largest: LARGEST_PICTURE * MEGABYTE,
  }

  const change = async (req: Request) => {
    const account = signedIn(req)
    const params = await readParams(req, wish)
    const fields = params.read(profileFields)
    const [said, images] = [changeFrom(fields), await imagesIn(params, fields)]
    const preferences = preferencesFrom(fields)
    // First what may be refused for its words alone.
    if (Object.keys(preferences).length > 0) await changePreferences(world, account, preferences)
    if (Object.keys({ ...said, ...images }).length > 0)
      await changeProfile(world, storage, account, said, images)
  }
  const update: RequestHandler = async (req, res) => {
    await change(req)
    res.json(await tellOwnAccount(world, signedIn(req)))
  }
  onUpdate(router, '/api/v1/accounts/update_credentials', writes, update)

  const tellProfile = async (req: Request, res: Response) => {
    const { id } = signedIn(req)
    const [view, tags] = await Promise.all([requireAccountView(world, id), viewShownTags(world.db, id)])
    res.json(profileFrom(view, tags, world.uris))
  }
  const updateProfile: RequestHandler = async (req, res) => {
    await change(req)
    await tellProfile(req, res)
  }
  router.get('/api/v1/profile', requires(['read:accounts', 'profile']), tellProfile)
  onUpdate(router, '/api/v1/profile', writes, updateProfile)

  for (const kind of PICTURES) {
    router.delete(`/api/v1/profile/${kind}`, writes, async (req, res) => {
      await updateAccount(world, signedIn(req), { [kind]: null })
      res.json(await tellOwnAccount(world, signedIn(req)))
    })
  }

  return router
}

const profileFields = z.object({
  display_name: textish,
  note: textish,
  locked: booleanish,
  bot: booleanish,
  discoverable: booleanish,
  indexable: booleanish,
  avatar_description: textish,
  header_description: textish,
  attribution_domains: listOf(z.string()),
  fields_attributes: listOf(z.object({ name: textish, value: textish })),
  source: z
    .object({
      privacy: wordOf(['public', 'unlisted', 'private', 'direct']),
      sensitive: booleanish,
      language: textish,
      quote_policy: wordOf(['public', 'followers', 'nobody']),
    })
    .nullish(),
})
type ProfileFields = z.output<typeof profileFields>

function changeFrom(fields: ProfileFields): ProfileChange {
  const { display_name, note, locked, bot, discoverable, indexable } = fields
  const { attribution_domains: domains, fields_attributes: lines } = fields
  const { avatar_description: avatarAlt, header_description: headerAlt } = fields
  return {
    ...(display_name !== undefined && { displayName: display_name }),
    ...(note !== undefined && { bio: note }),
    ...(locked !== undefined && { manuallyApprovesFollowers: locked }),
    ...(bot !== undefined && { bot }),
    ...(discoverable !== undefined && { discoverable }),
    ...(indexable !== undefined && { indexable }),
    ...(domains && { attributionDomains: domains }),
    ...(avatarAlt !== undefined && { avatarAlt }),
    ...(headerAlt !== undefined && { headerAlt }),
    ...(lines && { fields: lines.map(({ name = '', value = '' }) => ({ name, value })) }),
  }
}

function preferencesFrom({ source }: ProfileFields): Partial<Preferences> {
  const { privacy, sensitive, language, quote_policy } = source ?? {}
  const visibility = privacy && visibilityFrom(privacy)
  const quoters = quote_policy && quotersFrom(quote_policy)
  return {
    ...(visibility && { visibility }),
    ...(sensitive !== undefined && { sensitive }),
    ...(language !== undefined && { language: language || null }),
    ...(quoters && { quoters }),
  }
}

async function imagesIn(
  { files }: Given,
  fields: ProfileFields,
): Promise<{ avatar?: GivenImage; header?: GivenImage }> {
  const images: { avatar?: GivenImage; header?: GivenImage } = {}
  for (const kind of PICTURES) {
    const file = files.get(kind)
    if (file) images[kind] = { bytes: await readFile(file.path), alt: fields[`${kind}_description`] ?? '' }
  }
  return images
}
