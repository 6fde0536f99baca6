import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRestAPIClient, type mastodon } from 'masto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { filmed, missing, SCENE, TONE } from '../support/filmed.ts'
import { type Running, runProgram, startForClients } from './running.ts'

/* How real clients hand in what is not ready at once, and wait for it, against a running server that has ffmpeg. */

const PYTHON = '/usr/bin/python3'
const hasPython = existsSync(PYTHON) && existsSync('/usr/lib/python3/dist-packages/mastodon')
if (!hasPython) console.log('Mastodon.py is not tested: it is not installed.')

describe.skipIf(missing !== undefined)('films, sounds and GIFs', () => {
  let server: Running
  let token: string
  let ada: mastodon.rest.Client
  let paths: readonly string[]
  const folder = join(tmpdir(), `weft-client-films-${process.pid}`)

  beforeAll(async () => {
    server = await startForClients({ WEFT_FFMPEG: 'auto' })
    token = await server.person('ada')
    ada = createRestAPIClient({ url: server.origin, accessToken: token })
    const at = await mkdtemp(folder)
    const vpx = ['-c:v', 'libvpx', '-deadline', 'realtime', '-c:a', 'libvorbis']
    paths = [
      await filmed(join(at, 'scene.webm'), { shows: SCENE, sounds: TONE, words: vpx }),
      await filmed(join(at, 'tone.wav'), { sounds: TONE }),
      await filmed(join(at, 'loop.gif'), { shows: 'testsrc=duration=1:size=64x48:rate=5' }),
    ]
  }, 180_000)
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]()
    for (const path of paths ?? []) await rm(path, { force: true })
  })

  test('masto.js waits until each is ready, and posts it', async () => {
    const kinds = ['video', 'audio', 'gifv']
    for (const [at, path] of paths.entries()) {
      const file = new Blob([new Uint8Array(await readFile(path))])
      const media = await ada.v2.media.create({ file, description: 'a scene' })
      expect(media).toMatchObject({ type: kinds[at], url: expect.stringMatching(/\.(mp4|m4a)$/) })
      const { mediaAttachments } = await ada.v1.statuses.create({ mediaIds: [media.id], status: 'Look' })
      expect(mediaAttachments).toMatchObject([{ id: media.id, type: kinds[at], description: 'a scene' }])
      const fetched = await fetch(mediaAttachments[0]?.url ?? '')
      expect([fetched.status, fetched.headers.get('content-type')]).toEqual([
        200,
        at === 1 ? 'audio/mp4' : 'video/mp4',
      ])
    }
  }, 120_000)

  test('masto.js is told of one that never will be ready', async () => {
    const file = new Blob(['\0\0\0\x18ftypisom\0\0\0\0isomiso2'])
    await expect(ada.v2.media.create({ file })).rejects.toThrow(
      'That file cannot be read as a film or sound.',
    )
  }, 60_000)

  test.skipIf(!hasPython)(
    'Mastodon.py waits until each is ready, and posts it',
    async () => {
      const script = join(import.meta.dirname, 'mastodon_py_films.py')
      const { status, out } = await runProgram([
        PYTHON,
        '-W',
        'ignore',
        script,
        server.origin,
        token,
        ...paths,
      ])
      expect(status, out).toBe(0)
      const told = out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown)
      const url = expect.stringMatching(/\.(mp4|m4a)$/)
      expect(told).toEqual([
        { early: null, kind: 'video', url, description: 'a scene' },
        { early: null, kind: 'audio', url, description: 'a scene' },
        { early: url, kind: 'gifv', url, description: 'a scene' },
      ])
    },
    120_000,
  )
})
