import { encode } from 'blurhash'
import sharp, { type Metadata, type Sharp } from 'sharp'
import type { CleanPicture, Picture, PictureSource } from './picture.ts'
import type { Sniffed } from './sniff.ts'

/** Pixels of all frames together: a small file can unfold into more than memory holds. */
const MOST_PIXELS = 50_000_000
const MOST_FRAMES = 1_000
/** What is larger is made smaller: as many as a 4K screen shows. */
const KEPT_PIXELS = 3840 * 2160
const PREVIEW_PIXELS = 640 * 360
const SECONDS = 10

sharp.cache(false)
sharp.concurrency(1)
// The four formats that we take, and no other reader.
sharp.block({ operation: ['VipsForeignLoad'] })
sharp.unblock({
  operation: ['VipsForeignLoadPng', 'VipsForeignLoadJpeg', 'VipsForeignLoadNsgif', 'VipsForeignLoadWebp'],
})

/**
 * Writes a picture anew in its own format: turned as its EXIF says, no larger than screens are, and without EXIF, XMP,
 * comments, thumbnails or anything hidden behind its end (S-097, S-114). What it would unfold to is known before any of
 * it is decoded (S-115).
 * @throws whatever sharp has against it, and when it would unfold too far
 */
export async function cleanPicture(source: PictureSource, { mediaType }: Sniffed): Promise<CleanPicture> {
  const { picture, facts } = await openPicture(source, mayMove(mediaType))
  const whole = picture.autoOrient().resize(sizeFor(facts, KEPT_PIXELS))
  const written = await as(mediaType, whole).toBuffer({ resolveWithObject: true })
  const { width, pageHeight, height } = written.info
  return {
    bytes: written.data,
    width,
    height: pageHeight ?? height,
    blurhash: await blurhashOf(written.data),
    preview: await previewOf(written.data, width, pageHeight ?? height),
  }
}

const EMOJI_SIDE = 128

/** A picture made small enough to stand in a line of text, still moving if it moved. */
export async function smallPicture(bytes: Uint8Array, { mediaType }: Sniffed): Promise<Picture> {
  const { picture } = await openPicture(bytes, mayMove(mediaType))
  const small = picture.resize({
    width: EMOJI_SIDE,
    height: EMOJI_SIDE,
    fit: 'inside',
    withoutEnlargement: true,
  })
  if (mediaType === 'image/gif') return { bytes: await small.gif().toBuffer(), mediaType, ending: 'gif' }
  if (mediaType === 'image/webp') return { bytes: await small.webp().toBuffer(), mediaType, ending: 'webp' }
  return { bytes: await small.png().toBuffer(), mediaType: 'image/png', ending: 'png' }
}

/**
 * A picture cut to exactly that size around its middle and standing still, as PNG or JPEG: Pixelfed takes no other on
 * profiles.
 */
export async function fittedPicture(
  bytes: Uint8Array,
  { mediaType }: Sniffed,
  size: { readonly width: number; readonly height: number },
): Promise<Picture> {
  const { picture } = await openPicture(bytes, false)
  const fitted = picture.autoOrient().resize({ ...size, fit: 'cover' })
  return mediaType === 'image/jpeg'
    ? { bytes: await fitted.jpeg().toBuffer(), mediaType, ending: 'jpg' }
    : { bytes: await fitted.png().toBuffer(), mediaType: 'image/png', ending: 'png' }
}

/** Reads no more than the head of it, and refuses what would be too much to decode. */
async function openPicture(
  source: PictureSource,
  animated: boolean,
): Promise<{ picture: Sharp; facts: Metadata }> {
  const picture = sharp(source, { animated, limitInputPixels: MOST_PIXELS, failOn: 'error' }).timeout({
    seconds: SECONDS,
  })
  const facts = await picture.metadata()
  if ((facts.pages ?? 1) > MOST_FRAMES) throw new Error('more frames than anybody looks at')
  return { picture, facts }
}

function mayMove(mediaType: string): boolean {
  return mediaType === 'image/gif' || mediaType === 'image/webp'
}

/** The width and height, as they are once it is turned, at which it has no more pixels than that. */
function sizeFor({ autoOrient, width, pageHeight }: Metadata, most: number) {
  const [across, down] =
    pageHeight === undefined ? [autoOrient.width, autoOrient.height] : [width, pageHeight]
  const scale = Math.min(1, Math.sqrt(most / (across * down)))
  const side = (length: number) => Math.max(1, Math.floor(length * scale))
  return { width: side(across), height: side(down), fit: 'fill' as const }
}

function as(mediaType: string, picture: Sharp): Sharp {
  switch (mediaType) {
    case 'image/png':
      return picture.png()
    case 'image/gif':
      return picture.gif()
    case 'image/webp':
      return picture.webp({ quality: 90 })
    default:
      // Better coding of what is the same picture would hold all of it in memory at once.
      return picture.jpeg({ quality: 90, optimiseCoding: false })
  }
}

const [ACROSS, DOWN] = [4, 3]

/** A few colours that stand for the picture while it loads. */
async function blurhashOf(bytes: Uint8Array): Promise<string | null> {
  const { data, info } = await sharp(bytes, { limitInputPixels: MOST_PIXELS })
    .resize(32, 32, { fit: 'inside' })
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
  return encode(new Uint8ClampedArray(data), info.width, info.height, ACROSS, DOWN)
}

/** Standing still, as WebP, which all who take pictures from us read. */
async function previewOf(bytes: Uint8Array, width: number, height: number): Promise<CleanPicture['preview']> {
  if (width * height <= PREVIEW_PIXELS * 2) return null
  const scale = Math.sqrt(PREVIEW_PIXELS / (width * height))
  const small = sharp(bytes, { limitInputPixels: MOST_PIXELS })
    .resize(Math.max(1, Math.round(width * scale)))
    .webp({ quality: 80 })
  return { bytes: await small.toBuffer(), mediaType: 'image/webp', ending: 'webp' }
}
