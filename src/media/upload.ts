import type { AttachmentId } from '../base/ids.ts'
import { refuse } from '../base/refusal.ts'
import type { LocalAccount } from '../domain/accounts/account.ts'
import { addEmoji } from '../domain/emojis/keep.ts'
import type { AttachmentKind, StoredFile } from '../domain/media/attachment.ts'
import { keepFile, strayFiles } from '../domain/media/keep.ts'
import type { World } from '../domain/world.ts'
import { cleanText } from '../text/clean.ts'
import { cleanFilm, cleanSound } from './films.ts'
import { cleanPicture, smallPicture } from './pictures.ts'
import { type Sniffed, sniff } from './sniff.ts'
import { newFileName, type Storage } from './storage.ts'

const MEGABYTE = 1_048_576
/** in megabytes */
export const LARGEST_PICTURE = 16
export const LARGEST_FILM = 99
const LARGEST_EMOJI = 1

export interface Upload {
  readonly bytes: Uint8Array
  /** for those who cannot see or hear it */
  readonly description?: string
  readonly focus?: { readonly x: number; readonly y: number }
}

/**
 * Stores a file of somebody here, without what it tells about them, so that it can be posted.
 * @throws Refusal 'media.too-large', 'media.unreadable' or 'media.description'
 */
export async function storeUpload(
  world: World,
  storage: Storage,
  owner: LocalAccount,
  upload: Upload,
): Promise<AttachmentId> {
  const sniffed = sniff(upload.bytes) ?? refuse('media.unreadable')
  const limit = sniffed.mediaType.startsWith('image/') ? LARGEST_PICTURE : LARGEST_FILM
  if (upload.bytes.length > limit * MEGABYTE) refuse('media.too-large', { limit })
  const { bytes, ...facts } = await cleaned(upload.bytes, sniffed)
  const file = newFileName(sniffed.ending)
  await storage.put(file, bytes)
  try {
    return await keepFile(world, owner, {
      ...facts,
      kind: kindOf(sniffed),
      file,
      url: world.uris.media(file),
      mediaType: sniffed.mediaType,
      description: cleanText(upload.description ?? '').trim(),
      focus: upload.focus ?? null,
      previewUrl: null,
    })
  } catch (error) {
    await storage.remove(file)
    throw error
  }
}

type Facts = Pick<StoredFile, 'blurhash' | 'width' | 'height' | 'duration'>

async function cleaned(bytes: Uint8Array, sniffed: Sniffed): Promise<Facts & { bytes: Uint8Array }> {
  if (sniffed.mediaType.startsWith('image/')) {
    return { ...(await cleanPicture(bytes, sniffed)), duration: null }
  }
  const unknown = { blurhash: null, width: null, height: null, duration: null }
  if (sniffed.mediaType === 'audio/mpeg') return { ...unknown, bytes: cleanSound(bytes) }
  if (!sniffed.mediaType.endsWith('/mp4')) return { ...unknown, bytes }
  const copy = Uint8Array.from(bytes)
  return { ...unknown, ...cleanFilm(copy), bytes: copy }
}

function kindOf({ mediaType }: Sniffed): AttachmentKind {
  const [family] = mediaType.split('/')
  return family === 'image' || family === 'video' || family === 'audio' ? family : 'unknown'
}

/**
 * Makes a picture an emoji of ours.
 * @throws Refusal 'emoji.shortcode', 'media.too-large', 'media.unreadable'
 */
export async function storeEmoji(
  world: World,
  storage: Storage,
  emoji: { readonly shortcode: string; readonly bytes: Uint8Array; readonly category?: string },
): Promise<void> {
  const picture = await smallFile(emoji.bytes)
  const file = newFileName(picture.ending)
  await storage.put(file, picture.bytes)
  const { shortcode, category } = emoji
  const { mediaType } = picture
  try {
    await addEmoji(world, {
      shortcode,
      file,
      mediaType,
      url: world.uris.media(file),
      ...(category !== undefined && { category }),
    })
  } catch (error) {
    await storage.remove(file)
    throw error
  }
}

/** A picture for an emoji, small and clean. @throws Refusal 'media.too-large' or 'media.unreadable' */
export async function smallFile(bytes: Uint8Array): Promise<{ bytes: Uint8Array } & Sniffed> {
  if (bytes.length > LARGEST_EMOJI * MEGABYTE) refuse('media.too-large', { limit: LARGEST_EMOJI })
  const sniffed = sniff(bytes)
  if (!sniffed?.mediaType.startsWith('image/')) return refuse('media.unreadable')
  return smallPicture(bytes, sniffed)
}

/** Removes the files of what is gone. Run now and then; what a crash leaves over is looked for no more. */
export async function removeStrayFiles(world: World, storage: Storage): Promise<void> {
  for (const file of await strayFiles(world)) await storage.remove(file)
}
