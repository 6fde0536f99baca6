import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, describe, expect, test } from 'vitest'
import { filmTools } from '../../src/media/ffmpeg.ts'
import { cleanFilmFile } from '../../src/media/films.ts'
import { posterOf } from '../../src/media/posters.ts'
import { probe } from '../../src/media/probe.ts'
import { cleanWebm } from '../../src/media/webm.ts'

/** Films as cameras make them, and the program that makes still pictures of them where it is installed. */

const run = promisify(execFile)
const missing = await run('ffmpeg', ['-version']).then(
  () => undefined,
  () => 'ffmpeg is not installed: apt-get install ffmpeg',
)
if (missing !== undefined) console.warn(`Skipped, since ${missing}`)
const folder = await mkdtemp(join(tmpdir(), 'weft-real-films-'))
afterAll(() => rm(folder, { recursive: true, force: true }))

const TOOLS = (await filmTools(true)()) ?? { ffmpeg: '', ffprobe: '', encodes: false, bounds: [] }
const SECRET = 'recorded in my garden'
const KINDS = [
  ['mp4', 'video/mp4', ['-c:v', 'mpeg4', '-c:a', 'aac']],
  ['webm', 'video/webm', ['-c:v', 'libvpx', '-c:a', 'libvorbis', '-deadline', 'realtime']],
] as const

async function filmed(ending: string, codecs: readonly string[]): Promise<string> {
  const path = join(folder, `${Math.random()}.${ending}`)
  const sources = ['-f', 'lavfi', '-i', 'testsrc=duration=2:size=160x120:rate=5']
  const sounds = ['-f', 'lavfi', '-i', 'sine=duration=2']
  const told = ['-metadata', `title=${SECRET}`, '-metadata', `comment=${SECRET}`]
  await run('ffmpeg', ['-v', 'error', '-nostdin', ...sources, ...sounds, ...codecs, ...told, path])
  return path
}
const isDecoded = (path: string) =>
  run('ffmpeg', ['-v', 'error', '-xerror', '-nostdin', '-i', path, '-f', 'null', '-']).then(
    ({ stderr }) => stderr === '',
    () => false,
  )

describe.skipIf(missing !== undefined)('a film as a camera makes it', { timeout: 60_000 }, () => {
  test.each(KINDS)(
    '%s is measured, shown by a still picture, and says nothing of its maker',
    async (kind, type, codecs) => {
      const path = await filmed(kind, codecs)
      expect(await readFile(path, 'latin1')).toContain(SECRET)
      const facts = await probe(path)
      expect(facts).toMatchObject({ width: 160, height: 120, duration: expect.closeTo(2, 0) })
      await (kind === 'mp4' ? cleanFilmFile(path) : cleanWebm(path))
      expect(await readFile(path, 'latin1')).not.toContain(SECRET)
      expect(await isDecoded(path)).toBe(true)
      expect(await probe(path)).toEqual(facts)
      const poster = await posterOf(path, type, TOOLS)
      expect(poster).toMatchObject({
        blurhash: expect.stringMatching(/^.{28}$/),
        preview: { mediaType: 'image/jpeg' },
      })
      expect([...(poster?.preview?.bytes.subarray(0, 3) ?? [])]).toEqual([0xff, 0xd8, 0xff])
    },
  )

  test.each(KINDS)(
    '%s that breaks off, or is of another kind than it says, is shown by nothing',
    async (kind, type, codecs) => {
      const path = await filmed(kind, codecs)
      const { size } = await stat(path)
      const other = type === 'video/mp4' ? 'video/webm' : 'video/mp4'
      expect(await posterOf(path, other, TOOLS)).toBeUndefined()
      await truncate(path, Math.min(size, 600))
      expect(await posterOf(path, type, TOOLS)).toBeUndefined()
    },
  )

  test('a list that leads to other files leads nowhere', async () => {
    const real = await filmed('mp4', KINDS[0][2])
    const lists = [
      `#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nfile://${real}\n#EXT-X-ENDLIST\n`,
      `ffconcat version 1.0\nfile '${real}'\n`,
    ]
    for (const list of lists) {
      const path = join(folder, `${Math.random()}.mp4`)
      await writeFile(path, list)
      for (const [, type] of KINDS) expect(await posterOf(path, type, TOOLS)).toBeUndefined()
    }
  })
})
