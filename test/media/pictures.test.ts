import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import sharp from 'sharp'
import { afterAll, describe, expect, test } from 'vitest'
import type { PictureTask } from '../../src/media/picture.ts'
import { createPictureProcess } from '../../src/media/picture-process.ts'
import { cleanPicture } from '../../src/media/pictures.ts'
import { hugePng, picture } from '../support/files.ts'

const JPEG = { mediaType: 'image/jpeg', ending: 'jpg' }
const PNG = { mediaType: 'image/png', ending: 'png' }
const MEGABYTE = 1_048_576
const folder = await mkdtemp(join(tmpdir(), 'weft-pictures-'))
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('a large picture', () => {
  test('is made as small as a screen is, keeps its form, and gets a smaller one beside it', async () => {
    const wide = await picture({ format: 'jpeg', width: 6000, height: 3000, orientation: 6 })
    const { width, height, preview, bytes } = await cleanPicture(wide, JPEG)
    expect(width * height).toBeLessThanOrEqual(3840 * 2160)
    expect(height / width).toBeCloseTo(2, 2)
    const facts = await sharp(bytes).metadata()
    expect([facts.width, facts.height, facts.orientation]).toEqual([width, height, undefined])
    const small = await sharp(preview?.bytes).metadata()
    expect(small.format).toBe('webp')
    expect(small.width * small.height).toBeLessThan(250_000)
    expect(
      (await cleanPicture(await picture({ format: 'jpeg', width: 300, height: 200 }), JPEG)).preview,
    ).toBeNull()
  }, 30_000)

  test('of many frames is counted with all of them', async () => {
    const frames = await Promise.all(
      ['red', 'green', 'blue'].map((background) =>
        sharp({ create: { width: 60, height: 40, channels: 3, background } })
          .png()
          .toBuffer(),
      ),
    )
    const moving = await sharp(frames, { join: { animated: true } })
      .gif()
      .toBuffer()
    const { width, height, bytes } = await cleanPicture(moving, { mediaType: 'image/gif', ending: 'gif' })
    expect([width, height, (await sharp(bytes).metadata()).pages]).toEqual([60, 40, 3])
  })

  test('S-115: is refused by its head, before any of it is decoded', async () => {
    await cleanPicture(await picture({ format: 'png' }), PNG)
    const bomb = hugePng(30_000)
    const began = performance.now()
    await expect(cleanPicture(bomb, PNG)).rejects.toMatchObject({ code: 'media.unreadable' })
    expect(performance.now() - began).toBeLessThan(2_000)
  })

  test('twenty photographs at once take less than 150 MiB of the server', async () => {
    const path = join(folder, 'photo.jpg')
    await sharp({ create: { width: 4000, height: 3000, channels: 3, background: 'red' } })
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toFile(path)
    const before = process.memoryUsage.rss()
    let most = before
    const watch = setInterval(() => {
      most = Math.max(most, process.memoryUsage.rss())
    }, 5)
    const sizes = await Promise.all(
      Array.from({ length: 20 }, () => cleanPicture(path, JPEG).then(({ width, height }) => [width, height])),
    )
    clearInterval(watch)
    expect(new Set(sizes.map(String)).size).toBe(1)
    expect((most - before) / MEGABYTE).toBeLessThan(150)
  }, 120_000)
})

describe('S-115, S-116: a picture that is built to harm its decoder', () => {
  const task = (source: string): PictureTask => ({ kind: 'clean', source, sniffed: PNG })

  test('harms a process of its own, which the next picture gets anew', async () => {
    const worker = join(folder, 'worker.mjs')
    await writeFile(
      worker,
      `process.on('message', ({ source }) => {
        if (source === 'abort') process.abort()
        if (source === 'hang') for (;;);
        process.send({ done: { pid: process.pid, env: Object.keys(process.env) } })
      })`,
    )
    const ask = createPictureProcess({ worker: pathToFileURL(worker), seconds: 1 })
    const first = (await ask(task('well'))).done as unknown as { pid: number; env: string[] }
    expect((await ask(task('well'))).done).toEqual(first)
    expect(first.env.filter((name) => /WEFT|DATABASE|SECRET|AWS/.test(name))).toEqual([])
    const rest = await Promise.all(['abort', 'well', 'hang', 'well'].map((source) => ask(task(source))))
    const pids = rest.map(({ done }) => (done as unknown as { pid: number } | undefined)?.pid)
    expect(pids).toEqual([undefined, expect.any(Number), undefined, expect.any(Number)])
    expect(new Set([first.pid, pids[1], pids[3]]).size).toBe(3)
    expect(() => process.kill(first.pid, 0)).toThrow()
  }, 30_000)
})
