import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { cleanFilmFile } from '../../src/media/films.ts'
import { posterOf } from '../../src/media/posters.ts'
import { probe } from '../../src/media/probe.ts'
import { cleanWebm } from '../../src/media/webm.ts'
import { picture } from '../support/files.ts'
import { made } from '../support/films.ts'

const folder = await mkdtemp(join(tmpdir(), 'weft-films-'))
afterAll(() => rm(folder, { recursive: true, force: true }))
const fileOf = async (name: string, bytes: Uint8Array | string) => {
  const path = join(folder, name)
  await writeFile(path, bytes)
  return path
}

describe('films and sounds', () => {
  test.each([
    ['webm', { duration: 3, width: 64, height: 48, frameRate: expect.any(Number) }],
    ['mp4', { duration: 3, width: 64, height: 48, frameRate: expect.any(Number) }],
    ['ogg', { duration: expect.any(Number), width: null, height: null, frameRate: null }],
  ] as const)('%s says how long and large it is', async (kind, facts) => {
    expect(await probe(await fileOf(`probed.${kind}`, await made(kind, { seconds: 3 })))).toEqual(facts)
  })

  test.each([
    ['webm', cleanWebm],
    ['mp4', cleanFilmFile],
  ] as const)('S-114: %s loses what it tells of its maker, and plays on', async (kind, clean) => {
    const bytes = await made(kind, { seconds: 2, secret: 'Anna at home' })
    expect(Buffer.from(bytes).includes('Anna at home')).toBe(true)
    const path = await fileOf(`told.${kind}`, bytes)
    const before = await probe(path)
    await clean(path)
    const after = await readFile(path)
    expect(after.includes('Anna at home')).toBe(false)
    expect(after.includes('mediabunny')).toBe(false)
    expect(after.length).toBe(bytes.length)
    expect(await probe(path)).toEqual(before)
    expect(before?.duration).toBe(2)
  })

  test('that are built to mislead never loop, never throw, never grow', async () => {
    const whole = await made('webm', { seconds: 1, secret: 'x' })
    const path = join(folder, 'misleading')
    for (let at = 0; at < whole.length; at += 3) {
      const broken = Uint8Array.from(whole)
      broken.set([0xff, 0x01, 0xff, 0xff].slice(0, whole.length - at), at)
      for (const bytes of [broken, whole.subarray(0, at)]) {
        await writeFile(path, bytes)
        await cleanWebm(path)
        expect((await readFile(path)).length).toBe(bytes.length)
      }
    }
  }, 30_000)

  test('S-115: what is none is said to be none', async () => {
    for (const text of ['', 'hello', '#EXTM3U\nfile:///etc/passwd', '<svg/>', 'OggS'.repeat(1000)])
      expect(await probe(await fileOf('none', text))).toBeUndefined()
    expect(await probe(join(folder, 'missing'))).toBeUndefined()
  })
})

const toolsAt = (ffmpeg: string) => ({ ffmpeg, ffprobe: 'ffprobe', encodes: true, bounds: [] })

describe('S-116: a still picture of a film', () => {
  const program = (name: string, script: string) => fileOf(name, `#!/bin/sh\n${script}\n`)

  test('is made by a program that gets a list of words, one file, and nothing of our settings', async () => {
    const still = await fileOf('still.jpg', await picture({ format: 'jpeg', width: 64, height: 48 }))
    const log = join(folder, 'log')
    const path = await program('ffmpeg', `printf '%s\\n' "$@" > ${log}; env >> ${log}; cat ${still}`)
    await chmod(path, 0o755)
    const film = await fileOf('a film; $(touch x).webm', await made('webm', { seconds: 1 }))
    const poster = await posterOf(film, 'video/webm', toolsAt(path))
    expect(poster).toMatchObject({
      blurhash: expect.stringMatching(/^.{28}$/),
      preview: { mediaType: 'image/jpeg' },
    })
    const told = (await readFile(log, 'utf8')).split('\n')
    expect(told).toContain(`file:${film}`)
    expect(told.slice(told.indexOf('-protocol_whitelist'))[1]).toBe('file')
    expect(told.slice(told.indexOf('-f'))[1]).toBe('matroska')
    expect(told.filter((line) => /^(WEFT|DATABASE|NODE|AWS)/.test(line))).toEqual([])
  })

  test('is left out when there is no such program, or it fails, says too much or what is no picture', async () => {
    const film = await fileOf('film.mp4', await made('mp4', { seconds: 1 }))
    const path = join(folder, 'broken')
    expect(await posterOf(film, 'video/mp4', toolsAt(join(folder, 'missing')))).toBeUndefined()
    for (const script of ['exit 1', 'echo hello', 'yes | head -c 20000000', 'true']) {
      await program('broken', script)
      await chmod(path, 0o755)
      expect(await posterOf(film, 'video/mp4', toolsAt(path))).toBeUndefined()
    }
    expect(await posterOf(film, 'audio/mpeg', toolsAt(path))).toBeUndefined()
  })
})
