import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { breakGround, type Ground } from '../drills/support/ground.ts'
import { filmed, missing, SCENE, TONE } from '../support/filmed.ts'
import { runCli } from '../support/weft.ts'

let ground: Ground
const folder = await mkdtemp(join(tmpdir(), 'weft-cli-films-'))
const file = (name: string) => join(folder, name)
beforeAll(async () => {
  if (missing !== undefined) return
  ground = await breakGround()
  await ground.cli('account', 'create', 'anna')
  const words = ['-c:v', 'libvpx', '-deadline', 'realtime', '-c:a', 'libvorbis']
  await filmed(file('scene.webm'), { shows: SCENE, sounds: TONE, words })
  await filmed(file('loop.gif'), { shows: 'testsrc=duration=1:size=64x48:rate=5' })
  await writeFile(file('broken.mov'), '\0\0\0\x18ftypqt  \0\0\0\0qt   and nothing more')
}, 120_000)
afterAll(async () => {
  await ground?.[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

const posted = () =>
  ground.db
    .selectFrom('attachment')
    .selectAll()
    .where('post_id', 'is not', null)
    .orderBy('post_id')
    .orderBy('position')
    .execute()

describe.skipIf(missing !== undefined)('weft post', { timeout: 120_000 }, () => {
  test('makes films ready itself when nobody works in the background, and says of which it cannot', async () => {
    const media = ['--media', file('scene.webm'), '--alt', 'a scene', '--media', file('loop.gif')]
    await ground.cli('post', 'anna', 'Look', ...media)
    expect(await posted()).toMatchObject([
      {
        kind: 'video',
        media_type: 'video/mp4',
        description: 'a scene',
        width: 320,
        blurhash: expect.any(String),
      },
      { kind: 'gifv', media_type: 'video/mp4', width: 64 },
    ])
    const broken = ground.cli('post', 'anna', 'Look', '--media', file('broken.mov'))
    await expect(broken).rejects.toThrow('That file cannot be read as a film or sound.')
  })

  test('is told of by weft doctor, as is what is missing', async () => {
    const sentences = (await ground.cli('doctor')).map(({ sentence }) => sentence)
    expect(sentences).toContain('Films are made into what plays everywhere.')
    const off = await runCli({ ...ground.env, PORT: String(ground.port), WEFT_FFMPEG: 'off' }, ['doctor'])
    expect(off.map(({ sentence }) => sentence)).toContain('Films are kept as they are.')
  })

  test('waits for whoever works in the background', async () => {
    await using _worker = await ground.start({ role: 'worker' })
    await ground.cli('post', 'anna', 'Once more', '--media', file('scene.webm'))
    expect((await posted()).slice(2)).toMatchObject([{ kind: 'video', media_type: 'video/mp4' }])
    await ground.workedOff()
    expect(await ground.db.selectFrom('unready_file').select('failure').execute()).toEqual([
      { failure: 'unreadable' },
    ])
  })
})
