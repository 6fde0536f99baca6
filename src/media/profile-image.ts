import { refuse } from '../base/refusal.ts'
import type { LocalAccount } from '../domain/accounts/account.ts'
import { updateAccount } from '../domain/accounts/update.ts'
import type { World } from '../domain/world.ts'
import { fittedPicture } from './pictures.ts'
import { sniff } from './sniff.ts'
import { newFileName, type Storage } from './storage.ts'
import { LARGEST_PICTURE } from './upload.ts'

const SIZES = { avatar: { width: 400, height: 400 }, header: { width: 1500, height: 500 } } as const

/**
 * Puts a picture on a profile, cut to size and without what it tells about its maker, and tells the followers.
 * @throws Refusal 'media.too-large' or 'media.unreadable'
 */
export async function setProfileImage(
  world: World,
  storage: Storage,
  account: LocalAccount,
  kind: 'avatar' | 'header',
  image: { readonly bytes: Uint8Array; readonly alt: string },
): Promise<void> {
  if (image.bytes.length > LARGEST_PICTURE * 1_048_576) refuse('media.too-large', { limit: LARGEST_PICTURE })
  const sniffed = sniff(image.bytes)
  if (!sniffed?.mediaType.startsWith('image/')) return refuse('media.unreadable')
  const { bytes, mediaType, ending } = await fittedPicture(image.bytes, sniffed, SIZES[kind])
  const file = newFileName(ending)
  await storage.put(file, bytes)
  try {
    await updateAccount(world, account, { [kind]: { file, mediaType, alt: image.alt } })
  } catch (error) {
    await storage.remove(file)
    throw error
  }
}
