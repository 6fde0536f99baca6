import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { cleanOgg } from '../../src/media/ogg.ts'
import { probe } from '../../src/media/probe.ts'
import { made } from '../support/films.ts'

const SECRET = 'Anna at home'
const folder = await mkdtemp(join(tmpdir(), 'weft-ogg-'))
afterAll(() => rm(folder, { recursive: true, force: true }))
const path = join(folder, 'sound.ogg')

async function cleaned(bytes: Uint8Array): Promise<{ after: Buffer; end: number }> {
  await writeFile(path, bytes)
  const end = await cleanOgg(path)
  return { after: await readFile(path), end }
}

/** RFC 3533, bit by bit, so that it is not the sum that is tested. */
function sumOf(page: Buffer): number {
  let sum = 0n
  for (const byte of [...page, 0, 0, 0, 0])
    for (let bit = 7; bit >= 0; bit--) {
      sum = (sum << 1n) | BigInt((byte >> bit) & 1)
      if (sum >> 32n) sum ^= 0x104c11db7n
    }
  return Number(sum)
}

/** Packets in pages, as full as they get, one stream after the other. */
function oggOf(...streams: readonly (readonly Buffer[])[]): Buffer {
  const pages = streams.flatMap((packets, serial) => {
    const segments = packets.flatMap((packet) => {
      const whole = Array.from({ length: Math.floor(packet.length / 255) }, (_, n) =>
        packet.subarray(n * 255, n * 255 + 255),
      )
      return [...whole, packet.subarray(whole.length * 255)]
    })
    const sizes = [1, ...Array(Math.ceil((segments.length - 1) / 40)).fill(40)]
    let done = 0
    return sizes.map((size, number) => {
      const some = segments.slice(done, done + size)
      const continued = done > 0 && segments[done - 1]?.length === 255
      done += size
      const header = Buffer.alloc(27 + some.length)
      header.write('OggS')
      header[5] = (number === 0 ? 2 : 0) | (continued ? 1 : 0) | (number === sizes.length - 1 ? 4 : 0)
      header.writeUInt32LE(serial + 7, 14)
      header.writeUInt32LE(number, 18)
      header[26] = some.length
      some.forEach((segment, at) => {
        header[27 + at] = segment.length
      })
      const page = Buffer.concat([header, ...some])
      page.writeUInt32LE(sumOf(page), 22)
      return page
    })
  })
  return Buffer.concat(pages)
}

/** @returns the packets again, once every page is found to be whole */
function packetsOf(bytes: Buffer): Buffer[] {
  const packets: Buffer[] = []
  let open: Buffer[] = []
  for (let at = 0; at < bytes.length; ) {
    const count = bytes[at + 26] ?? 0
    const sizes = [...bytes.subarray(at + 27, at + 27 + count)]
    const end = at + 27 + count + sizes.reduce((a, b) => a + b, 0)
    const page = Buffer.from(bytes.subarray(at, end))
    const sum = page.readUInt32LE(22)
    page.writeUInt32LE(0, 22)
    expect(sumOf(page)).toBe(sum)
    let from = 27 + count
    for (const size of sizes) {
      open.push(page.subarray(from, from + size))
      from += size
      if (size < 255) packets.push(Buffer.concat(open.splice(0)))
    }
    at = end
  }
  open = []
  return packets
}

const text = (value: string) => {
  const length = Buffer.alloc(4)
  length.writeUInt32LE(Buffer.byteLength(value))
  return Buffer.concat([length, Buffer.from(value)])
}
function comments(before: string, after: string, ...told: string[]): Buffer {
  const count = Buffer.alloc(4)
  count.writeUInt32LE(told.length)
  const parts = [Buffer.from(before, 'latin1'), text(`encoder of ${SECRET}`), count, ...told.map(text)]
  return Buffer.concat([...parts, Buffer.from(after, 'latin1')])
}
const told = [`ARTIST=${SECRET}`, `METADATA_BLOCK_PICTURE=${SECRET.repeat(3000)}`]
const latin = (value: string) => Buffer.from(value, 'latin1')
const sound = Buffer.alloc(700, 0xab)

test('S-114: what a player reads loses what it tells of its maker, and plays on', async () => {
  const bytes = await made('ogg', { seconds: 3, secret: SECRET })
  expect(Buffer.from(bytes).includes(SECRET)).toBe(true)
  await writeFile(path, bytes)
  const before = await probe(path)
  const { after, end } = await cleaned(bytes)
  expect(after.includes(SECRET)).toBe(false)
  expect(after.includes('mediabunny')).toBe(false)
  expect([after.length, end]).toEqual([bytes.length, bytes.length])
  packetsOf(after)
  expect(await probe(path)).toEqual(before)
})

test.each<[string, readonly Buffer[]]>([
  [
    'Vorbis',
    [
      latin(`\x01vorbis${'\0'.repeat(23)}`),
      comments('\x03vorbis', '\x01', ...told),
      latin('\x05vorbis setup'),
      sound,
    ],
  ],
  ['Opus', [latin('OpusHead\x01\x01'), comments('OpusTags', '', ...told), sound]],
  ['Speex', [latin('Speex   1.2'), comments('', '', ...told), sound]],
  ['Theora', [latin('\x80theora...'), comments('\x81theora', '', ...told), latin('\x82theora setup'), sound]],
  [
    'FLAC',
    [
      latin('\x7fFLAC\x01\0\0\x04fLaC'),
      comments('\x04\0\0\0', '', ...told),
      latin(`\x06\0\0\x20picture of ${SECRET}`),
      latin('\x03\0\0\x04seek'),
      latin(`\x82\0\0\x20app of ${SECRET}`),
      Buffer.concat([latin('\xff\xf8'), sound]),
    ],
  ],
])('of %s nothing is left but what sounds, however many pages it took', async (_name, packets) => {
  const bytes = oggOf(packets)
  const { after, end } = await cleaned(bytes)
  expect(after.includes('Anna')).toBe(false)
  expect([after.length, end]).toEqual([bytes.length, bytes.length])
  const found = packetsOf(after)
  expect(found.map(({ length }) => length)).toEqual(packets.map(({ length }) => length))
  expect(found[0]).toEqual(packets[0])
  expect(found.at(-1)).toEqual(packets.at(-1))
})

test('whoever has no comments, and a maker of spaces, is still a whole packet', async () => {
  const { after } = await cleaned(
    oggOf([latin('\x01vorbis'), comments('\x03vorbis', '\x01', ...told), sound]),
  )
  const packet = packetsOf(after)[1] ?? Buffer.alloc(0)
  const vendor = packet.readUInt32LE(7)
  expect(
    packet
      .subarray(11, 11 + vendor)
      .toString()
      .trim(),
  ).toBe('')
  expect(packet.subarray(11 + vendor)).toEqual(Buffer.from([0, 0, 0, 0, 1]))
})

test('what is chained is cleaned as well, and what comes after the last page is left out', async () => {
  const one = [latin('OpusHead'), comments('OpusTags', '', ...told), sound]
  const bytes = oggOf(one, [
    latin('\x01vorbis'),
    comments('\x03vorbis', '\x01', ...told),
    ...Array(900).fill(sound),
  ])
  const { after, end } = await cleaned(Buffer.concat([bytes, latin(`TAG ${SECRET}`)]))
  expect(end).toBe(bytes.length)
  expect(after.subarray(0, end).includes('Anna')).toBe(false)
  packetsOf(after.subarray(0, end))
})

test('what is built to mislead never loops, never throws but to refuse, never grows', async () => {
  const whole = oggOf([latin('OpusHead'), comments('OpusTags', '', 'ARTIST=x'), sound])
  for (let at = 0; at < whole.length; at += 3) {
    const broken = Buffer.from(whole)
    broken.set([0xff, 0x01, 0xff, 0xff].slice(0, whole.length - at), at)
    for (const bytes of [broken, whole.subarray(0, at)]) {
      const { after, end } = await cleaned(bytes)
      expect(after.length).toBe(bytes.length)
      expect(end).toBeLessThanOrEqual(bytes.length)
    }
  }
  await expect(cleaned(oggOf([latin('OpusHead'), Buffer.alloc(17 * 1_048_576)]))).rejects.toThrow(
    'media.unreadable',
  )
}, 60_000)
