import { refuse } from '../base/refusal.ts'
import type { CleanPicture, Picture, PictureSource, PictureTask } from './picture.ts'
import { createPictureProcess } from './picture-process.ts'
import type { Sniffed } from './sniff.ts'

const ask = createPictureProcess()

/**
 * Writes a picture anew in its own format: turned as its EXIF says, no larger than screens are, and without EXIF, XMP,
 * comments, thumbnails or anything hidden behind its end (S-097, S-114). What it would unfold to is known before any of
 * it is decoded (S-115).
 * @throws Refusal 'media.unreadable' when it cannot be read whole, or would unfold too far; Transient when too many wait
 */
export async function cleanPicture(source: PictureSource, sniffed: Sniffed): Promise<CleanPicture> {
  return (await done({ kind: 'clean', source, sniffed })) as CleanPicture
}

/**
 * A picture made small enough to stand in a line of text, still moving if it moved.
 * @throws as `cleanPicture` does
 */
export async function smallPicture(source: Uint8Array, sniffed: Sniffed): Promise<Picture> {
  return (await done({ kind: 'small', source, sniffed })) as Picture
}

/**
 * A picture cut to exactly that size around its middle and standing still, as PNG or JPEG: Pixelfed takes no other on
 * profiles.
 * @throws as `cleanPicture` does
 */
export async function fittedPicture(
  source: Uint8Array,
  sniffed: Sniffed,
  size: { readonly width: number; readonly height: number },
): Promise<Picture> {
  return (await done({ kind: 'fitted', source, sniffed, size })) as Picture
}

/** Whatever goes wrong with a picture is its own fault. */
async function done(task: PictureTask): Promise<CleanPicture | Picture> {
  const { done } = await ask(task)
  return done ?? refuse('media.unreadable')
}
