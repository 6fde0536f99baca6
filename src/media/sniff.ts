/** What a file is, by its first bytes alone; neither its name nor what anybody says of it counts. */
export interface Sniffed {
  readonly mediaType: string
  readonly ending: string
}

const type = (mediaType: string, ending: string): Sniffed => ({ mediaType, ending })

const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
const JPEG = [0xff, 0xd8, 0xff]
const EBML = [0x1a, 0x45, 0xdf, 0xa3]

/** Brands of ISO files that browsers play as MP4; HEIC, AVIF and QuickTime are others. */
const FILM_BRANDS = new Set([
  'isom',
  'iso2',
  'iso4',
  'iso5',
  'iso6',
  'mp41',
  'mp42',
  'avc1',
  'M4V ',
  'dash',
  'f4v ',
])
const SOUND_BRANDS = new Set(['M4A ', 'M4B '])

const TYPES: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  mp4: 'video/mp4',
  webm: 'video/webm',
  m4a: 'audio/mp4',
  ogg: 'audio/ogg',
  mp3: 'audio/mpeg',
}

/** What a file of ours is served as: by the ending that we gave it, never by what anybody said of it (S-111). */
export function typeOfEnding(name: string): string {
  return TYPES[name.slice(name.lastIndexOf('.') + 1)] ?? 'application/octet-stream'
}

/** PNG, JPEG, GIF, WebP, MP4, WebM, MP3 or Ogg; undefined for everything else. */
export function sniff(bytes: Uint8Array): Sniffed | undefined {
  if (begins(bytes, PNG)) return type('image/png', 'png')
  if (begins(bytes, JPEG)) return type('image/jpeg', 'jpg')
  if (/^GIF8[79]a/.test(ascii(bytes, 0, 6))) return type('image/gif', 'gif')
  if (ascii(bytes, 0, 4) === 'RIFF' && ascii(bytes, 8, 12) === 'WEBP') return type('image/webp', 'webp')
  if (ascii(bytes, 4, 8) === 'ftyp') return iso(ascii(bytes, 8, 12))
  // Matroska of any kind begins so; only what calls itself WebM is one.
  if (begins(bytes, EBML) && ascii(bytes, 0, 64).includes('webm')) return type('video/webm', 'webm')
  if (ascii(bytes, 0, 4) === 'OggS') return type('audio/ogg', 'ogg')
  if (ascii(bytes, 0, 3) === 'ID3' || isMp3Frame(bytes)) return type('audio/mpeg', 'mp3')
  return undefined
}

function iso(brand: string): Sniffed | undefined {
  if (SOUND_BRANDS.has(brand)) return type('audio/mp4', 'm4a')
  return FILM_BRANDS.has(brand) ? type('video/mp4', 'mp4') : undefined
}

/** Eleven bits set, then a version, layer III, a bit rate and a sampling rate that exist. */
function isMp3Frame(bytes: Uint8Array): boolean {
  const [first = 0, second = 0, third = 0] = bytes
  const version = (second >> 3) & 3
  const layer = (second >> 1) & 3
  const rate = third >> 4
  return (
    first === 0xff &&
    (second & 0xe0) === 0xe0 &&
    version !== 1 &&
    layer === 1 &&
    rate !== 0 &&
    rate !== 15 &&
    ((third >> 2) & 3) !== 3
  )
}

function begins(bytes: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((byte, at) => bytes[at] === byte)
}

function ascii(bytes: Uint8Array, from: number, to: number): string {
  return String.fromCharCode(...bytes.subarray(from, to))
}
