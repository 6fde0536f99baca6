import { type FileHandle, open } from 'node:fs/promises'
import { refuse } from '../base/refusal.ts'

/** Who made it, with what and called what (S-097), pictures among the rest: the second packet of a stream of these. */
const COMMENTS = [
  { begins: '\x01vorbis', comment: '\x03vorbis', framed: true },
  { begins: 'OpusHead', comment: 'OpusTags', framed: false },
  { begins: '\x80theora', comment: '\x81theora', framed: false },
  { begins: 'Speex   ', comment: '', framed: false },
] as const
/** Its headers are as many packets as it says, of which only the first says how it sounds. */
const FLAC = '\x7fFLAC'
const FLAC_COMMENT = 4
const FLAC_PADDING = 1
/** Seek points tell nothing but where what is. */
const FLAC_SEEKTABLE = 3

const PAGE = 'OggS'
const HEADER = 27
const LARGEST_PAGE = HEADER + 255 + 255 * 255
const LARGEST_HEADERS = 16 * 1_048_576
const CONTINUED = 1
const BEGINS = 2

interface Page {
  readonly at: number
  readonly bytes: Buffer
}

/** One packet as it lies in its pages. */
interface Packet {
  readonly pieces: { readonly page: Page; readonly from: number; readonly length: number }[]
  length: number
}

interface Stream {
  /** how its first packet begins */
  kind: string
  packets: number
  packet: Packet
}

/**
 * Makes what an Ogg file tells of its maker into spaces, in place, and its pages true again (RFC 3533, RFC 7845): nothing
 * moves, so whatever seeks in it finds its way. What another one is chained to it is cleaned, too.
 * @returns where its last page ends: what may come after that belongs to no stream
 * @throws Refusal 'media.unreadable' when its headers are larger than any sound needs
 */
export async function cleanOgg(path: string): Promise<number> {
  await using file = await open(path, 'r+')
  const { size } = await file.stat()
  const streams = new Map<number, Stream>()
  const held = Buffer.alloc(LARGEST_PAGE * 4)
  let at = 0
  for (let start = 0, filled = 0; ; ) {
    if (at + LARGEST_PAGE > start + filled && start + filled < size) {
      start = at
      filled = (await file.read(held, 0, held.length, start)).bytesRead
    }
    const length = pageLength(held.subarray(at - start, filled))
    if (length === undefined) return at
    await readPage(file, streams, { at, bytes: held.subarray(at - start, at - start + length) })
    at += length
  }
}

/** undefined where no whole page begins */
function pageLength(bytes: Buffer): number | undefined {
  if (bytes.length < HEADER || bytes.toString('latin1', 0, 4) !== PAGE) return undefined
  const segments = bytes[26] ?? 0
  if (bytes.length < HEADER + segments) return undefined
  const length = lacing(bytes).reduce((sum, one) => sum + one, HEADER + segments)
  return length <= bytes.length ? length : undefined
}

const lacing = (bytes: Buffer) => bytes.subarray(HEADER, HEADER + (bytes[26] ?? 0))

async function readPage(file: FileHandle, streams: Map<number, Stream>, { at, bytes }: Page): Promise<void> {
  const serial = bytes.readUInt32LE(14)
  const flags = bytes[5] ?? 0
  if ((flags & BEGINS) !== 0) streams.set(serial, { kind: '', packets: 0, packet: emptyPacket() })
  const stream = streams.get(serial)
  if (!stream) return
  // The bytes that were read are read over by the next ones.
  const page = { at, bytes: Buffer.from(bytes) }
  if ((flags & CONTINUED) === 0) stream.packet = emptyPacket()
  let from = HEADER + (bytes[26] ?? 0)
  for (const length of lacing(bytes)) {
    const { packet } = stream
    packet.pieces.push({ page, from, length })
    packet.length += length
    from += length
    if (packet.length > LARGEST_HEADERS) refuse('media.unreadable')
    if (length === 255) continue
    const more = await readPacket(file, stream)
    stream.packets += 1
    stream.packet = emptyPacket()
    if (!more) {
      streams.delete(serial)
      return
    }
  }
}

const emptyPacket = (): Packet => ({ pieces: [], length: 0 })

/** @returns whether there may be more to clean in its stream */
async function readPacket(file: FileHandle, stream: Stream): Promise<boolean> {
  const { packet, packets } = stream
  const bytes = bytesOf(packet)
  const begins = bytes.toString('latin1', 0, 16)
  if (packets === 0) {
    stream.kind = [FLAC, ...COMMENTS.map((one) => one.begins)].find((kind) => begins.startsWith(kind)) ?? ''
    return stream.kind !== ''
  }
  if (stream.kind === FLAC) return cleanFlac(file, packet, bytes)
  const found = COMMENTS.find((one) => one.begins === stream.kind)
  if (found && begins.startsWith(found.comment)) {
    blank(bytes, found.comment.length, found.framed)
    await write(file, packet, bytes)
  }
  return false
}

/** One block of what FLAC says before it sounds; sound begins with fourteen bits set. */
async function cleanFlac(file: FileHandle, packet: Packet, bytes: Buffer): Promise<boolean> {
  const first = bytes[0] ?? 0xff
  if (first === 0xff) return false
  const type = first & 0x7f
  if (type === FLAC_COMMENT) blank(bytes, 4, false)
  else if (type !== FLAC_SEEKTABLE) {
    bytes.fill(0, Math.min(4, bytes.length))
    bytes[0] = (first & 0x80) | FLAC_PADDING
  }
  await write(file, packet, bytes)
  return true
}

/** No comments, and a maker whose name is spaces, as long as all of that was. */
function blank(bytes: Buffer, from: number, framed: boolean): void {
  const name = bytes.length - from - 8 - (framed ? 1 : 0)
  if (name < 0) return
  bytes.writeUInt32LE(name, from)
  bytes.fill(' ', from + 4, from + 4 + name)
  bytes.writeUInt32LE(0, from + 4 + name)
  if (framed) bytes[bytes.length - 1] = 1
}

function bytesOf({ pieces }: Packet): Buffer {
  return Buffer.concat(pieces.map(({ page, from, length }) => page.bytes.subarray(from, from + length)))
}

/** The packet into the pages that it lies in, each with the sum that says that it is whole. */
async function write(file: FileHandle, { pieces }: Packet, bytes: Buffer): Promise<void> {
  let done = 0
  for (const { page, from, length } of pieces) {
    bytes.copy(page.bytes, from, done, done + length)
    done += length
  }
  for (const page of new Set(pieces.map((piece) => piece.page))) {
    page.bytes.writeUInt32LE(0, 22)
    page.bytes.writeUInt32LE(checksum(page.bytes), 22)
    await file.write(page.bytes, 0, page.bytes.length, page.at)
  }
}

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let sum = byte << 24
  for (let bit = 0; bit < 8; bit += 1) sum = (sum & 0x80000000) === 0 ? sum << 1 : (sum << 1) ^ 0x04c11db7
  return sum >>> 0
})

function checksum(bytes: Buffer): number {
  let sum = 0
  for (const byte of bytes) sum = ((sum << 8) ^ (TABLE[(sum >>> 24) ^ byte] ?? 0)) >>> 0
  return sum
}
