import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { probe } from '../../src/media/probe.ts'
import { sniffAnimated, sniffRaw } from '../../src/media/raw.ts'
import { transcode } from '../../src/media/transcode.ts'
import {
  type Filmed,
  filmed,
  isDecoded,
  missing,
  SCENE,
  SECRET,
  streamsOf,
  TONE,
  TOOLS,
} from '../support/filmed.ts'

const folder = await mkdtemp(join(tmpdir(), 'weft-transcode-'))
afterAll(() => rm(folder, { recursive: true, force: true }))
const fresh = (ending: string) => join(folder, `${randomUUID()}.${ending}`)

async function madeFrom(from: string, more: { seconds?: number; largest?: number; encodes?: boolean } = {}) {
  const to = fresh('part')
  const bytes = await readFile(from)
  const raw = sniffRaw(bytes) ?? sniffAnimated(bytes)
  if (!raw) throw new Error('it is none that is taken')
  const { seconds, largest = 99 * 1_048_576, encodes = true } = more
  const plan = await transcode({
    ...{ from, to, raw, largest, tools: { ...TOOLS, encodes } },
    ...(seconds !== undefined && { seconds }),
  })
  return { plan, to }
}

const X264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p']
const X265 = ['-c:v', 'libx265', '-preset', 'ultrafast', '-x265-params', 'log-level=none', '-tag:v', 'hvc1']
const both = (...words: string[]): Filmed => ({ shows: SCENE, sounds: TONE, words })
const heard = (...words: string[]): Filmed => ({ sounds: TONE, words })

describe.skipIf(missing !== undefined)('what is handed in', { timeout: 120_000 }, () => {
  test.each<[string, Filmed, boolean, readonly string[]]>([
    ['mp4', both(...X264, '-c:a', 'aac'), false, ['h264', 'aac']],
    ['mov', both(...X264, '-c:a', 'aac'), false, ['h264', 'aac']],
    ['mkv', both(...X264, '-c:a', 'libmp3lame'), false, ['h264', 'mp3']],
    ['mp4', both(...X264, '-c:a', 'ac3'), true, ['h264', 'aac']],
    ['mov', both(...X265, '-pix_fmt', 'yuv420p10le', '-c:a', 'pcm_s16le'), true, ['h264', 'aac']],
    [
      'mp4',
      { shows: SCENE, words: ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv444p'] },
      true,
      ['h264'],
    ],
    ['webm', both('-c:v', 'libvpx', '-deadline', 'realtime', '-c:a', 'libvorbis'), true, ['h264', 'aac']],
    ['ogv', both('-c:v', 'libtheora', '-c:a', 'libvorbis'), true, ['h264', 'aac']],
    ['3gp', both('-c:v', 'mpeg4', '-c:a', 'aac'), true, ['h264', 'aac']],
  ])(
    'as a film in %s becomes an MP4 that begins at once and tells nothing',
    async (ending, how, encodes, codecs) => {
      const from = await filmed(fresh(ending), how)
      expect(await readFile(from, 'latin1')).toContain(SECRET)
      const { plan, to } = await madeFrom(from)
      expect(plan).toMatchObject({ kind: 'video', mediaType: 'video/mp4', ending: 'mp4', encodes })
      const { streams, format } = await streamsOf(to)
      expect(streams.map((each) => each.codec_name)).toEqual(codecs)
      expect(streams[0]).toMatchObject({ width: 320, height: 240, pix_fmt: 'yuv420p' })
      expect(Number(format.duration)).toBeCloseTo(2, 0)
      const text = await readFile(to, 'latin1')
      expect(text).not.toContain(SECRET)
      expect(text.indexOf('moov')).toBeLessThan(text.indexOf('mdat'))
      expect(await isDecoded(to)).toBe(true)
    },
  )

  test.each<[string, Filmed, string, string]>([
    ['mp3', heard('-c:a', 'libmp3lame'), 'mp3', 'mp3'],
    ['m4a', heard('-c:a', 'aac'), 'aac', 'm4a'],
    ['aac', heard('-c:a', 'aac'), 'aac', 'm4a'],
    ['flac', heard(), 'aac', 'm4a'],
    ['wav', heard(), 'aac', 'm4a'],
    ['ogg', heard('-c:a', 'libvorbis'), 'aac', 'm4a'],
    ['opus', heard('-c:a', 'libopus'), 'aac', 'm4a'],
    ['webm', heard('-c:a', 'libopus'), 'aac', 'm4a'],
    ['mp4', heard('-c:a', 'aac'), 'aac', 'm4a'],
  ])('as a sound in %s plays everywhere', async (ending, how, codec, becomes) => {
    const { plan, to } = await madeFrom(await filmed(fresh(ending), how))
    expect(plan).toMatchObject({ kind: 'audio', ending: becomes })
    const { streams, format } = await streamsOf(to)
    expect(streams.map((each) => each.codec_name)).toEqual([codec])
    expect(Number(format.duration)).toBeCloseTo(2, 0)
    expect(await readFile(to, 'latin1')).not.toContain(SECRET)
    expect(await isDecoded(to)).toBe(true)
  })

  test('as a GIF that moves becomes a film; one that does not is none', async () => {
    const from = await filmed(fresh('gif'), { shows: 'testsrc=duration=1:size=101x75:rate=5' })
    const { plan, to } = await madeFrom(from)
    expect(plan).toMatchObject({ kind: 'gifv', mediaType: 'video/mp4' })
    const { streams } = await streamsOf(to)
    expect(streams).toMatchObject([{ codec_name: 'h264', width: 100, height: 74 }])
    const still = await filmed(fresh('gif'), { shows: 'testsrc=duration=1:size=100x75:rate=1' })
    expect(sniffAnimated(await readFile(still))).toBeUndefined()
  })

  test('is no larger and no faster than screens show, and is turned as it was held', async () => {
    const large = await filmed(fresh('mkv'), {
      shows: 'testsrc=duration=0.2:size=2560x1440:rate=120',
      words: ['-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '8'],
    })
    const [film] = (await streamsOf((await madeFrom(large)).to)).streams
    expect(film).toMatchObject({ width: 1920, height: 1080, avg_frame_rate: '60/1' })
    const flat = await filmed(fresh('mp4'), { shows: SCENE, words: X264 })
    const held = await filmed(fresh('mov'), { of: flat, words: ['-c', 'copy', '-metadata:s:v', 'rotate=90'] })
    const { plan, to } = await madeFrom(held)
    expect(plan).toMatchObject({ encodes: false })
    expect(JSON.stringify(await streamsOf(to))).toMatch(/"rotation":-?90/)
    expect(await probe(to)).toMatchObject({ width: 240, height: 320 })
    const other = await filmed(fresh('mp4'), { shows: SCENE, words: ['-c:v', 'mpeg4'] })
    const turned = await filmed(fresh('mov'), {
      of: other,
      words: ['-c', 'copy', '-metadata:s:v', 'rotate=90'],
    })
    expect(await probe((await madeFrom(turned)).to)).toMatchObject({ width: 240, height: 320 })
  })

  test('and shows too much, or takes too long, is said to', async () => {
    const words = [...X264, '-t', '0.1']
    const wide = await filmed(fresh('mp4'), { shows: 'color=size=4096x2304:rate=5', words })
    expect((await madeFrom(wide)).plan).toBe('too-large')
    const fast = await filmed(fresh('mp4'), { shows: 'testsrc=duration=1:size=64x48:rate=240', words: X264 })
    expect((await madeFrom(fast)).plan).toBe('too-large')
    const webm = await filmed(fresh('webm'), both('-c:v', 'libvpx', '-deadline', 'realtime'))
    expect((await madeFrom(webm, { seconds: 0.02 })).plan).toBe('too-long')
    expect((await madeFrom(webm, { largest: 1000 })).plan).toBe('too-large')
    expect((await madeFrom(webm, { encodes: false })).plan).toBe('unplayable')
    const long = await filmed(fresh('webm'), {
      shows: 'color=size=16x16:rate=1:duration=1900',
      words: ['-c:v', 'libvpx', '-deadline', 'realtime'],
    })
    expect((await madeFrom(long)).plan).toBe('too-long')
  })
})

describe.skipIf(missing !== undefined)('S-116: what is built to do harm', { timeout: 120_000 }, () => {
  const DEMUXERS = ['aac', 'flac', 'gif', 'matroska', 'mov', 'mp3', 'ogg', 'wav'] as const

  test('reads no other file and asks nobody', async () => {
    const secret = await filmed(fresh('mp4'), both(...X264, '-c:a', 'aac'))
    let asked = 0
    const server = createServer((_req, res) => {
      asked += 1
      res.end()
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const at = `http://127.0.0.1:${(server.address() as AddressInfo).port}/x.mp4`
    const targets = [
      basename(secret),
      secret,
      `file:${secret}`,
      at,
      `concat:${secret}`,
      `subfile,,start,0,end,0,,:${secret}`,
    ]
    const lists = [
      ...targets.map((target) => `#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n${target}\n#EXT-X-ENDLIST\n`),
      ...targets.map((target) => `ffconcat version 1.0\nfile '${target}'\n`),
      `<?xml version="1.0"?><MPD><Period><BaseURL>${at}</BaseURL></Period></MPD>`,
      'v=0\nc=IN IP4 127.0.0.1\nm=video 5004 RTP/AVP 96\n',
    ]
    for (const list of lists) {
      const from = fresh('part')
      await writeFile(from, list)
      for (const demuxer of DEMUXERS) {
        const to = fresh('part')
        const raw = { demuxer, kind: 'video', mediaType: '' } as const
        expect(await transcode({ from, to, raw, tools: TOOLS, largest: 1e8 })).toBe('unreadable')
        expect(await readFile(to).catch(() => Buffer.alloc(0))).toHaveLength(0)
      }
    }
    expect(asked).toBe(0)
    server.close()
  })

  test('a film whose tracks stand in another file is not made from that', async () => {
    const other = await filmed(fresh('mp4'), { shows: SCENE, words: X264 })
    const bytes = await readFile(other)
    // `url ` with the flag "in this very file" becomes one that names another.
    const at = bytes.indexOf('url ')
    expect(at).toBeGreaterThan(0)
    bytes.set([0, 0, 0, 0], at + 4)
    const from = fresh('mp4')
    await writeFile(from, bytes)
    const { plan, to } = await madeFrom(from)
    if (typeof plan === 'string') expect(plan).toBe('unreadable')
    else expect(await isDecoded(to)).toBe(true)
  })

  test('and breaks off, or is spoilt at any place, ends soon', async () => {
    const whole = await readFile(await filmed(fresh('mp4'), both('-c:v', 'mpeg4', '-c:a', 'aac')))
    const began = performance.now()
    for (let n = 0; n < 12; n += 1) {
      const spoilt = Uint8Array.from(whole)
      const at = Math.floor((n / 12) * whole.length)
      spoilt.fill(n % 2 === 0 ? 0xff : 0, at, at + 64)
      const from = fresh('mp4')
      await writeFile(from, spoilt)
      if (n % 3 === 0) await truncate(from, at + 500)
      const raw = { demuxer: 'mov', kind: 'video', mediaType: '' } as const
      const plan = await transcode({ from, to: fresh('part'), raw, tools: TOOLS, largest: 1e8 })
      expect(typeof plan === 'string' ? plan : plan.mediaType).toMatch(/^(?:unreadable|video\/mp4)$/)
    }
    expect(performance.now() - began).toBeLessThan(100_000)
  })

  test('a picture that would unfold to more than memory holds is refused', async () => {
    const gif = Buffer.from('474946383961ffffffff800000000000ffffff2c00000000ffffffff00020244010', 'hex')
    const from = fresh('gif')
    await writeFile(from, Buffer.concat([gif, Buffer.from([0x3b])]))
    const raw = { demuxer: 'gif', kind: 'gifv', mediaType: '' } as const
    expect(await transcode({ from, to: fresh('part'), raw, tools: TOOLS, largest: 1e8 })).toMatch(
      /^(?:too-large|unreadable)$/,
    )
  })
})
