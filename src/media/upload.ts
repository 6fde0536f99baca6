import { open, stat } from 'node:fs/promises'
import type { AttachmentId } from '../base/ids.ts'
import { refuse } from '../base/refusal.ts'
import type { LocalAccount } from '../domain/accounts/account.ts'
import type { OnceOnly } from '../domain/activities/once.ts'
import { addEmoji } from '../domain/emojis/keep.ts'
import type { AttachmentKind, FileAudience, StoredFile } from '../domain/media/attachment.ts'
import { keepFileOnce, strayFiles } from '../domain/media/keep.ts'
import type { World } from '../domain/world.ts'
import { cleanText } from '../text/clean.ts'
import { cleanFilmFile, soundWithin } from './films.ts'
import { cleanOgg } from './ogg.ts'
import type { Picture, PictureSource } from './picture.ts'
import { cleanPicture, smallPicture } from './pictures.ts'
import { MOST_FRAMES, MOST_PIXELS } from './plan.ts'
import { probe } from './probe.ts'
import { type Sniffed, sniff } from './sniff.ts'
import { type Content, type FilePart, newFileName, type Storage } from './storage.ts'
import { withBytesInFile } from './temporary.ts'
import { cleanWebm } from './webm.ts'

export const MEGABYTE = 1_048_576
/** in megabytes */
export const LARGEST_PICTURE = 16
export const LARGEST_FILM = 99
const LARGEST_EMOJI = 1

/** What somebody wants to show, by its bytes, or in a file that is changed while it is read. */
export type Upload = ({ readonly bytes: Uint8Array } | { readonly path: string }) & {
  /** for those who cannot see or hear it */
  readonly description?: string
  readonly focus?: { readonly x: number; readonly y: number }
  /** for whom it is before it is posted; for its owner alone when left out */
  readonly audience?: FileAudience
  /** what its owner's app says of it in other words than ours */
  readonly shell?: Readonly<Record<string, unknown>>
  /** how its request is known, should it come again */
  readonly once?: OnceOnly
}

/**
 * Stores a file of somebody here, without what it tells about them, so that it can be posted.
 * @throws Refusal 'media.too-large', 'media.unreadable' or 'media.description'; Transient when too many come at once
 */
export async function storeUpload(
  world: World,
  storage: Storage,
  owner: LocalAccount,
  upload: Upload,
): Promise<AttachmentId> {
  const { head, size } = await beginningOf(upload)
  const sniffed = sniff(head) ?? refuse('media.unreadable')
  const limit = sniffed.mediaType.startsWith('image/') ? LARGEST_PICTURE : LARGEST_FILM
  if (size > limit * MEGABYTE) refuse('media.too-large', { limit, size, maxSize: limit * MEGABYTE })
  return cleaned(upload, sniffed, async ({ content, preview, ...facts }) => {
    const file = newFileName(sniffed.ending)
    const previewFile = preview && newFileName(preview.ending)
    try {
      await storage.put(file, content)
      if (preview && previewFile) await storage.put(previewFile, preview.bytes)
      const stored = {
        ...facts,
        kind: kindOf(sniffed),
        file,
        previewFile,
        url: world.uris.media(file),
        mediaType: sniffed.mediaType,
        description: cleanText(upload.description ?? '').trim(),
        focus: upload.focus ?? null,
        previewUrl: previewFile && world.uris.media(previewFile),
        ...(upload.audience && { audience: upload.audience }),
        ...(upload.shell && { shell: upload.shell }),
      }
      return await keepFileOnce(world, owner, stored, upload.once)
    } catch (error) {
      await storage.remove(file)
      if (previewFile) await storage.remove(previewFile)
      throw error
    }
  })
}

/** As many bytes as tell what a file is. */
const HEAD = 4096

export async function beginningOf(upload: Upload): Promise<{ head: Uint8Array; size: number }> {
  if ('bytes' in upload) return { head: upload.bytes, size: upload.bytes.length }
  await using file = await open(upload.path)
  const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD), 0, HEAD, 0)
  return { head: buffer.subarray(0, bytesRead), size: (await file.stat()).size }
}

type Facts = Pick<StoredFile, 'blurhash' | 'width' | 'height' | 'duration'>
interface Cleaned extends Facts {
  readonly content: Content
  readonly preview: Picture | null
}

function cleaned<T>(upload: Upload, sniffed: Sniffed, keep: (file: Cleaned) => Promise<T>): Promise<T> {
  if (sniffed.mediaType.startsWith('image/'))
    return cleanedPicture('bytes' in upload ? upload.bytes : upload.path, sniffed).then(keep)
  const read = async (path: string) => keep(await cleanedFilm(path, sniffed))
  return 'bytes' in upload ? withBytesInFile(upload.bytes, read) : read(upload.path)
}

async function cleanedPicture(source: PictureSource, sniffed: Sniffed): Promise<Cleaned> {
  const { bytes, ...facts } = await cleanPicture(source, sniffed)
  return { ...facts, content: bytes, duration: null }
}

/**
 * A film or sound as it is, emptied in place of what tells about its maker.
 * @throws Refusal 'media.unreadable', 'media.failed'
 */
export async function cleanedFilm(
  path: string,
  { mediaType }: Sniffed,
): Promise<Cleaned & { readonly content: FilePart }> {
  const told = mediaType.endsWith('/mp4') ? await cleanFilmFile(path) : undefined
  if (mediaType === 'video/webm') await cleanWebm(path)
  const lastPage = mediaType === 'audio/ogg' ? await cleanOgg(path) : undefined
  const found = await probe(path)
  // What neither its boxes nor a player's eyes can make out is no film, whatever its first bytes say.
  if (!found && (told?.duration ?? null) === null) refuse('media.unreadable')
  const [width, height] = [found?.width ?? told?.width ?? null, found?.height ?? told?.height ?? null]
  if ((width ?? 0) * (height ?? 0) > MOST_PIXELS || (found?.frameRate ?? 0) > MOST_FRAMES)
    refuse('media.failed', { failure: 'too-large' })
  const { size: end } = await stat(path)
  return {
    content: mediaType === 'audio/mpeg' ? await soundWithin(path) : { path, start: 0, end: lastPage ?? end },
    duration: told?.duration ?? found?.duration ?? null,
    width,
    height,
    blurhash: null,
    preview: null,
  }
}

export function kindOf({ mediaType }: Sniffed): AttachmentKind {
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
export async function smallFile(bytes: Uint8Array): Promise<Picture> {
  if (bytes.length > LARGEST_EMOJI * MEGABYTE) refuse('media.too-large', { limit: LARGEST_EMOJI })
  const sniffed = sniff(bytes)
  if (!sniffed?.mediaType.startsWith('image/')) return refuse('media.unreadable')
  return smallPicture(bytes, sniffed)
}

/** Removes the files of what is gone. Run now and then; what a crash leaves over is looked for no more. */
export async function removeStrayFiles(world: World, storage: Storage): Promise<void> {
  for (const file of await strayFiles(world)) await storage.remove(file)
}
