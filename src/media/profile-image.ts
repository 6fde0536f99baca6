import { refuse } from '../base/refusal.ts'
import type { LocalAccount } from '../domain/accounts/account.ts'
import { type ProfileChange, type ProfileImage, updateAccount } from '../domain/accounts/update.ts'
import type { World } from '../domain/world.ts'
import { fittedPicture } from './pictures.ts'
import { sniff } from './sniff.ts'
import { newFileName, type Storage } from './storage.ts'
import { LARGEST_PICTURE } from './upload.ts'

const SIZES = { avatar: { width: 400, height: 400 }, header: { width: 1500, height: 500 } } as const

/** A picture as somebody has it, with what it shows. */
export interface GivenImage {
  readonly bytes: Uint8Array
  readonly alt: string
}

/**
 * Changes a profile, its pictures included, and tells the followers: all of it or nothing. Pictures are cut to size and
 * lose what they tell about their maker.
 * @throws Refusal 'media.too-large' or 'media.unreadable', and what `updateAccount` throws
 */
export async function changeProfile(
  world: World,
  storage: Storage,
  account: LocalAccount,
  change: ProfileChange,
  images: { readonly [Kind in keyof typeof SIZES]?: GivenImage },
): Promise<void> {
  const kept: { avatar?: ProfileImage; header?: ProfileImage } = {}
  try {
    for (const kind of ['avatar', 'header'] as const) {
      const image = images[kind]
      if (image) kept[kind] = await keepProfileImage(storage, kind, image)
    }
    await updateAccount(world, account, { ...change, ...kept })
  } catch (error) {
    for (const { file } of Object.values(kept)) await storage.remove(file)
    throw error
  }
}

/** Cuts a picture to size and stores it. @throws Refusal 'media.too-large' or 'media.unreadable' */
export async function keepProfileImage(
  storage: Storage,
  kind: keyof typeof SIZES,
  { bytes: given, alt }: GivenImage,
): Promise<ProfileImage> {
  if (given.length > LARGEST_PICTURE * 1_048_576) refuse('media.too-large', { limit: LARGEST_PICTURE })
  const sniffed = sniff(given)
  if (!sniffed?.mediaType.startsWith('image/')) return refuse('media.unreadable')
  const { bytes, mediaType, ending } = await fittedPicture(given, sniffed, SIZES[kind])
  const file = newFileName(ending)
  await storage.put(file, bytes)
  return { file, mediaType, alt }
}
