import { encode } from 'blurhash'
import type { Sharp } from 'sharp'
import { refuse } from '../base/refusal.ts'
import type { Sniffed } from './sniff.ts'

/** What is left of a picture once everything but what it shows is gone. */
export interface CleanPicture {
  readonly bytes: Uint8Array
  readonly width: number
  readonly height: number
  readonly blurhash: string | null
}

/** Pixels of all frames together: a small file can unfold into more than memory holds. */
const MOST_PIXELS = 50_000_000
const SECONDS = 20

let loading: Promise<typeof import('sharp').default> | undefined

/** Loaded with the first picture: a server that never sees one need not carry it. Reads the four formats we take alone. */
function load(): Promise<typeof import('sharp').default> {
  loading ??= import('sharp').then(({ default: sharp }) => {
    sharp.cache(false)
    sharp.concurrency(1)
    sharp.block({ operation: ['VipsForeignLoad'] })
    sharp.unblock({
      operation: ['VipsForeignLoadPng', 'VipsForeignLoadJpeg', 'VipsForeignLoadNsgif', 'VipsForeignLoadWebp'],
    })
    return sharp
  })
  return loading
}

/**
 * Writes a picture anew in its own format: turned as its EXIF says, and without EXIF, XMP, comments, thumbnails or
 * anything hidden behind its end (S-097).
 * @throws Refusal 'media.unreadable' when it cannot be read whole, or would unfold too far
 */
export async function cleanPicture(bytes: Uint8Array, { mediaType }: Sniffed): Promise<CleanPicture> {
  const animated = mediaType === 'image/gif' || mediaType === 'image/webp'
  return reading(async () => {
    const picture = await openPicture(bytes, animated)
    const written = await as(mediaType, picture.autoOrient()).toBuffer({ resolveWithObject: true })
    const { width, pageHeight, height } = written.info
    return {
      bytes: written.data,
      width,
      height: pageHeight ?? height,
      blurhash: await blurhashOf(written.data),
    }
  })
}

const EMOJI_SIDE = 128

/**
 * A picture made small enough to stand in a line of text, still moving if it moved.
 * @throws Refusal 'media.unreadable'
 */
export async function smallPicture(
  bytes: Uint8Array,
  { mediaType }: Sniffed,
): Promise<{ bytes: Uint8Array } & Sniffed> {
  const moving = mediaType === 'image/gif' || mediaType === 'image/webp'
  return reading(async () => {
    const picture = await openPicture(bytes, moving)
    const small = picture.resize({
      width: EMOJI_SIDE,
      height: EMOJI_SIDE,
      fit: 'inside',
      withoutEnlargement: true,
    })
    if (mediaType === 'image/gif') return { bytes: await small.gif().toBuffer(), mediaType, ending: 'gif' }
    if (mediaType === 'image/webp') return { bytes: await small.webp().toBuffer(), mediaType, ending: 'webp' }
    return { bytes: await small.png().toBuffer(), mediaType: 'image/png', ending: 'png' }
  })
}

/**
 * A picture cut to exactly that size around its middle and standing still, as PNG or JPEG: Pixelfed takes no other on
 * profiles.
 * @throws Refusal 'media.unreadable'
 */
export async function fittedPicture(
  bytes: Uint8Array,
  { mediaType }: Sniffed,
  size: { readonly width: number; readonly height: number },
): Promise<{ bytes: Uint8Array } & Sniffed> {
  return reading(async () => {
    const picture = (await openPicture(bytes, false)).autoOrient().resize({ ...size, fit: 'cover' })
    return mediaType === 'image/jpeg'
      ? { bytes: await picture.jpeg().toBuffer(), mediaType, ending: 'jpg' }
      : { bytes: await picture.png().toBuffer(), mediaType: 'image/png', ending: 'png' }
  })
}

async function openPicture(bytes: Uint8Array, animated: boolean): Promise<Sharp> {
  const sharp = await load()
  return sharp(bytes, { animated, limitInputPixels: MOST_PIXELS, failOn: 'error' }).timeout({
    seconds: SECONDS,
  })
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
      return picture.jpeg({ quality: 90, mozjpeg: false })
  }
}

const [ACROSS, DOWN] = [4, 3]

/** A few colours that stand for the picture while it loads. */
async function blurhashOf(bytes: Uint8Array): Promise<string | null> {
  const sharp = await load()
  const { data, info } = await sharp(bytes, { limitInputPixels: MOST_PIXELS })
    .resize(32, 32, { fit: 'inside' })
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
  return encode(new Uint8ClampedArray(data), info.width, info.height, ACROSS, DOWN)
}

/** Whatever sharp has against it, it is the picture's fault. */
async function reading<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch {
    return refuse('media.unreadable')
  }
}
