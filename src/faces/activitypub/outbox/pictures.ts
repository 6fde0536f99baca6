import { buffer } from 'node:stream/consumers'
import { Refusal, refuse } from '../../../base/refusal.ts'
import type { LocalAccount } from '../../../domain/accounts/account.ts'
import type { ProfileChange, ProfileImage } from '../../../domain/accounts/update.ts'
import { findOwnFiles } from '../../../domain/media/own-find.ts'
import { keepProfileImage } from '../../../media/profile-image.ts'
import { isObject, type Json, type JsonObject, listOf, textOf } from '../../../translate/json.ts'
import { viewAccount } from '../../../views/accounts.ts'
import { viewOwnFiles } from '../../../views/own-files.ts'
import type { ClientParts } from '../client-parts.ts'

/** How an actor names the pictures of a profile. */
export const PICTURES = { icon: 'avatar', image: 'header' } as const

/** Pictures of a profile, cut to size and stored, which nothing uses yet. */
export type Pictures = { readonly [Kind in 'avatar' | 'header']?: ProfileImage }

/**
 * Makes the pictures that an app wants on a profile out of files that were handed in at `uploadMedia`.
 * @throws Refusal 'profile.picture' for what is none of theirs
 */
export async function makePictures(
  { world, storage }: ClientParts,
  actor: LocalAccount,
  patch: JsonObject,
): Promise<Pictures> {
  if (!patch.icon && !patch.image) return {}
  const view = await viewAccount(world.db, actor.id)
  const made: { avatar?: ProfileImage; header?: ProfileImage } = {}
  try {
    for (const [term, kind] of Object.entries(PICTURES)) {
      const given = patch[term]
      const current = kind === 'avatar' ? view?.avatarUrl : view?.headerUrl
      if (!given || namesIt(given, current)) continue
      const { file, alt } = await requireFile({ world, storage }, actor, given)
      const bytes = await buffer(storage.read(file))
      made[kind] = await keepProfileImage(storage, kind, { bytes, alt }).catch(unusable)
    }
    return made
  } catch (error) {
    await discardPictures(storage, made)
    throw error
  }
}

/** As if they had not been made. */
export async function discardPictures(storage: ClientParts['storage'], made: Pictures): Promise<void> {
  for (const { file } of Object.values(made)) await storage.remove(file)
}

/** What becomes of a picture: null takes it away, the one that is there stays and may be described otherwise. */
export function pictureChange(
  kind: 'avatar' | 'header',
  given: Json,
  current: string | null,
  made: Pictures,
): ProfileChange {
  if (given === null) return { [kind]: null }
  const picture = made[kind]
  if (picture) return { [kind]: picture }
  if (!namesIt(given, current)) return refuse('profile.picture')
  const alt = altIn(given)
  return alt === undefined ? {} : { [`${kind}Alt`]: alt }
}

async function requireFile(
  { world, storage }: Pick<ClientParts, 'world' | 'storage'>,
  actor: LocalAccount,
  given: Json,
): Promise<{ readonly file: string; readonly alt: string }> {
  const { db, uris } = world
  const addresses = addressesIn(given)
  const ids = addresses.flatMap((address) => uris.mediaIdFrom(address) ?? [])
  const own = await findOwnFiles(db, actor.id, ids, addresses)
  const [picture, ...others] = await viewOwnFiles(
    db,
    actor.id,
    own.map(({ id }) => id),
  )
  if (!picture?.file || others.length > 0 || picture.kind !== 'image') return refuse('profile.picture')
  if ((await storage.size(picture.file)) === undefined) refuse('profile.picture')
  return { file: picture.file, alt: altIn(given) ?? picture.description }
}

/** The picture of that address is meant. */
function namesIt(given: Json, url: string | null | undefined): boolean {
  return url != null && addressesIn(given).includes(url)
}

/** All that a picture is called by: its id, and where its file is. */
function addressesIn(given: Json): string[] {
  return listOf(given).flatMap((item) => {
    if (!isObject(item)) return textOf(item) ?? []
    return [item.id, item.href, ...listOf(item.url)].flatMap(
      (at) => (isObject(at) ? textOf(at.href) : textOf(at)) ?? [],
    )
  })
}

function altIn(given: Json): string | undefined {
  const [picture] = listOf(given)
  if (!isObject(picture) || !('name' in picture || 'summary' in picture)) return undefined
  return textOf(picture.name) ?? textOf(picture.summary) ?? ''
}

function unusable(error: unknown): never {
  if (error instanceof Refusal) refuse('profile.picture')
  throw error
}
