import type { UnreadyKind } from '../domain/media/attachment.ts'
import { sniff } from './sniff.ts'

/** A film or sound by its first bytes: what reads it, and what it seems to be. */
export interface Raw {
  /** the name by which ffmpeg knows the form of its file */
  readonly demuxer: 'aac' | 'flac' | 'gif' | 'matroska' | 'mov' | 'mp3' | 'ogg' | 'wav'
  readonly kind: UnreadyKind
  /** what a file of that form is called, for those who ask what is taken */
  readonly mediaType: string
}

const raw = (demuxer: Raw['demuxer'], kind: UnreadyKind, mediaType: string): Raw => ({
  demuxer,
  kind,
  mediaType,
})

/** Brands of still pictures, which are kept in the boxes of films. */
const PICTURE_BRANDS = /^(?:hei[cmsx]|hev[cmsx]|mi[af]1|msf1|avi[fs])$/
/** What films begin with that are older than brands. */
const OLD_BOXES = new Set(['moov', 'mdat', 'wide', 'free', 'skip', 'pnot'])
/** The first byte of a length that is within what is taken; no letter is. */
const LARGEST_BOX = 0x06

/** As much as ffmpeg reads of films and sounds, animated pictures left out; undefined for everything else. */
export function sniffRaw(bytes: Uint8Array): Raw | undefined {
  const box = ascii(bytes, 4, 8)
  if (box === 'ftyp') return iso(ascii(bytes, 8, 12))
  if (OLD_BOXES.has(box) && (bytes[0] ?? 0) <= LARGEST_BOX) return raw('mov', 'video', 'video/quicktime')
  if (bytes[0] === 0x1a && bytes[1] === 0x45 && bytes[2] === 0xdf && bytes[3] === 0xa3)
    return raw('matroska', 'video', 'video/webm')
  if (ascii(bytes, 0, 4) === 'OggS') return ogg(bytes)
  if (ascii(bytes, 0, 4) === 'RIFF' && ascii(bytes, 8, 12) === 'WAVE') return raw('wav', 'audio', 'audio/wav')
  if (ascii(bytes, 0, 4) === 'fLaC') return raw('flac', 'audio', 'audio/flac')
  // ADTS: twelve bits set, then layer 0.
  if (bytes[0] === 0xff && ((bytes[1] ?? 0) & 0xf6) === 0xf0) return raw('aac', 'audio', 'audio/aac')
  return sniff(bytes)?.mediaType === 'audio/mpeg' ? raw('mp3', 'audio', 'audio/mpeg') : undefined
}

/** The types of all that is taken where these are read. */
export const rawTypes: readonly string[] = [
  ...['video/mp4', 'video/quicktime', 'video/webm', 'video/x-matroska', 'video/ogg', 'video/3gpp'],
  ...['audio/mp4', 'audio/x-m4a', 'audio/mpeg', 'audio/ogg', 'audio/webm', 'audio/wav', 'audio/x-wav'],
  ...['audio/flac', 'audio/aac', 'audio/3gpp'],
]

function iso(brand: string): Raw | undefined {
  if (PICTURE_BRANDS.test(brand)) return undefined
  return /^M4[AB] $/.test(brand) ? raw('mov', 'audio', 'audio/mp4') : raw('mov', 'video', 'video/mp4')
}

/** Theora and OGM write down what they are in the first page. */
function ogg(bytes: Uint8Array): Raw {
  const page = ascii(bytes, 0, 256)
  return ['\x80theora', '\x01video'].some((mark) => page.includes(mark))
    ? raw('ogg', 'video', 'video/ogg')
    : raw('ogg', 'audio', 'audio/ogg')
}

function ascii(bytes: Uint8Array, from: number, to: number): string {
  return String.fromCharCode(...bytes.subarray(from, to))
}

const ANIMATED = raw('gif', 'gifv', 'image/gif')

/** A GIF that moves: one with a second picture in it. Read block by block, as far as the bytes go. */
export function sniffAnimated(bytes: Uint8Array): Raw | undefined {
  if (!/^GIF8[79]a$/.test(ascii(bytes, 0, 6))) return undefined
  let at = 13 + colours(bytes[10])
  for (let pictures = 0; at < bytes.length; ) {
    const mark = bytes[at]
    if (mark === 0x2c) {
      pictures += 1
      if (pictures > 1) return ANIMATED
      at = afterBlocks(bytes, at + 11 + colours(bytes[at + 9]))
    } else if (mark === 0x21) at = afterBlocks(bytes, at + 2)
    else return undefined
  }
  return undefined
}

/** The bytes of a table of colours, where there is one. */
function colours(flags = 0): number {
  return (flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1)
}

function afterBlocks(bytes: Uint8Array, from: number): number {
  let at = from
  for (let length = bytes[at] ?? 0; length > 0; length = bytes[at] ?? 0) at += length + 1
  return at + 1
}
