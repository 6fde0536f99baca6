import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { type FilmTools, filmTools, run } from '../../src/media/ffmpeg.ts'
import { missing, TOOLS } from '../support/filmed.ts'
import { eventually } from '../support/weft.ts'

const folder = await mkdtemp(join(tmpdir(), 'weft-ffmpeg-'))
afterAll(() => rm(folder, { recursive: true, force: true }))

async function program(name: string, script: string): Promise<FilmTools> {
  const ffmpeg = join(folder, name)
  await writeFile(ffmpeg, `#!/bin/sh\n${script}\n`)
  await chmod(ffmpeg, 0o755)
  return { ffmpeg, ffprobe: 'ffprobe', encodes: true, bounds: TOOLS.bounds }
}

const runs = (pid: number) => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

describe('S-116: a program that reads films', () => {
  test('that takes too long, or says too much, is ended', async () => {
    const slow = await program('slow', 'echo $$; exec sleep 60')
    const { code, late, output } = await run(slow, 'ffmpeg', [], { seconds: 0.5 })
    expect([code, late]).toEqual([null, true])
    await eventually(async () => expect(runs(Number(output.toString()))).toBe(false))
    const loud = await program('loud', 'yes')
    const said = await run(loud, 'ffmpeg', [], { seconds: 30, output: 100_000 })
    expect([said.code, said.late]).toEqual([null, false])
    expect(said.output.length).toBeLessThanOrEqual(100_000)
  })

  test('that is not there is told from one that fails', async () => {
    const gone = { ffmpeg: join(folder, 'missing'), ffprobe: '', encodes: true, bounds: [] }
    await expect(run(gone, 'ffmpeg', [], { seconds: 5 })).rejects.toThrow('could not be started')
    const failing = await program('failing', 'exit 3')
    expect(await run(failing, 'ffmpeg', [], { seconds: 5 })).toMatchObject({ code: 3, late: false })
    expect(await filmTools(false)()).toBeUndefined()
  })

  test('that the machine kills is no fault of what it read', async () => {
    const killed = await program('killed', 'kill -KILL $$')
    await expect(run(killed, 'ffmpeg', [], { seconds: 5 })).rejects.toThrow('killed by somebody else')
    const crashed = await program('crashed', 'kill -SEGV $$')
    expect(await run(crashed, 'ffmpeg', [], { seconds: 5 })).toMatchObject({ code: null, late: false })
  })

  test.skipIf(TOOLS.bounds.length === 0)(
    'gets so much memory, time and disk, and is behind all others',
    async () => {
      const told = await program('told', 'sleep 0.5; ulimit -v; ulimit -t; ulimit -f; ulimit -c; nice')
      const { output } = await run(told, 'ffmpeg', [], { seconds: 10 })
      // Kibibytes, seconds, blocks of 512 bytes.
      expect(output.toString().trim().split('\n')).toEqual(['2097152', '1800', '262144', '0', '19'])
    },
  )

  test.skipIf(missing !== undefined)('of memory it may take no more than that', async () => {
    const words = ['-v', 'error', '-f', 'lavfi', '-i', 'color=size=30000x30000:rate=1:duration=1']
    const encode = [...words, '-c:v', 'libx264', '-f', 'null', '-']
    expect((await run(TOOLS, 'ffmpeg', encode, { seconds: 60 })).code).not.toBe(0)
  })
})
