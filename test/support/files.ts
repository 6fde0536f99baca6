import { crc32, deflateSync } from 'node:zlib'
import sharp from 'sharp'

/** A red picture, with something about its maker in it. */
export async function picture(options: {
  readonly format: 'png' | 'jpeg' | 'gif' | 'webp'
  readonly width?: number
  readonly height?: number
  readonly secret?: string
  readonly orientation?: number
}): Promise<Uint8Array> {
  const { format, width = 8, height = 8, secret, orientation } = options
  const made = sharp({ create: { width, height, channels: 3, background: '#c03030' } })
  const told = secret === undefined ? made : made.withExif({ IFD0: { ImageDescription: secret } })
  const turned = orientation === undefined ? told : told.withMetadata({ orientation })
  return turned.toFormat(format).toBuffer()
}

/** A black square as PNG, of one bit a pixel: a hundred kilobytes for nine hundred million of them. */
export function hugePng(side: number): Uint8Array {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(side, 0)
  header.writeUInt32BE(side, 4)
  header[8] = 1
  const pixels = deflateSync(Buffer.alloc((Math.ceil(side / 8) + 1) * side), { level: 1 })
  const magic = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  return Buffer.concat([magic, chunk('IHDR', header), chunk('IDAT', pixels), chunk('IEND', Buffer.alloc(0))])
}

function chunk(name: string, body: Uint8Array): Buffer {
  const whole = Buffer.concat([Buffer.alloc(4), Buffer.from(name, 'latin1'), body, Buffer.alloc(4)])
  whole.writeUInt32BE(body.length)
  whole.writeUInt32BE(crc32(whole.subarray(4, -4)), whole.length - 4)
  return whole
}

/** The boxes of an MP4 as far as anybody reads them, with the place where it was made. */
export function film(options: {
  readonly seconds: number
  readonly width: number
  readonly height: number
  readonly secret?: string
}): Uint8Array {
  const header = Buffer.alloc(100)
  header.writeUInt32BE(1000, 12)
  header.writeUInt32BE(Math.round(options.seconds * 1000), 16)
  const track = Buffer.alloc(84)
  track.writeUInt16BE(options.width, 76)
  track.writeUInt16BE(options.height, 80)
  const where = options.secret === undefined ? [] : [box('udta', box('©xyz', Buffer.from(options.secret)))]
  const moov = box('moov', box('mvhd', header), box('trak', box('tkhd', track)), ...where)
  return Buffer.concat([
    box('ftyp', Buffer.from('isom\0\0\x02\0isommp41')),
    moov,
    box('mdat', Buffer.alloc(64, 7)),
  ])
}

function box(name: string, ...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts)
  const head = Buffer.alloc(8)
  head.writeUInt32BE(body.length + 8)
  head.write(name, 4, 'latin1')
  return Buffer.concat([head, body])
}

/** Two frames of an MP3 between an ID3v2 tag and an ID3v1 tag. */
export function sound(options: { readonly secret: string }): Uint8Array {
  const text = Buffer.from(options.secret)
  const head = Buffer.from([0x49, 0x44, 0x33, 4, 0, 0, 0, 0, 0, text.length])
  const frame = Buffer.concat([Buffer.from([0xff, 0xfb, 0x90, 0x64]), Buffer.alloc(413)])
  const tail = Buffer.alloc(128)
  tail.write('TAG')
  tail.write(options.secret.slice(0, 30), 3, 'latin1')
  return Buffer.concat([head, text, frame, frame, tail])
}
