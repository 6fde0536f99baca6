import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { picture } from '../support/files.ts'
import { type Running, startForClients } from './running.ts'

/* Mastodon.py, on which most bots stand, as Debian packs it, against a running server. */

const PYTHON = '/usr/bin/python3'
const PACKAGE = '/usr/lib/python3/dist-packages/mastodon'
const isThere = existsSync(PYTHON) && existsSync(PACKAGE)
if (!isThere) console.log(`Mastodon.py is not tested: there is no ${PACKAGE}.`)

type Told = Readonly<Record<string, unknown>>

describe.skipIf(!isThere)('Mastodon.py', () => {
  let server: Running
  let folder: string
  /** what each step printed */
  let told: ReadonlyMap<string, Told>
  let failed = ''

  beforeAll(async () => {
    server = await startForClients()
    folder = await mkdtemp(join(tmpdir(), 'weft-python-'))
    const path = join(folder, 'red.png')
    await writeFile(path, await picture({ format: 'png', width: 60, height: 40 }))
    await server.person('ada')
    told = await run(await server.person('bob'), path)
  }, 180_000)
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]()
    if (folder) await rm(folder, { recursive: true, force: true })
  })

  async function run(token: string, path: string): Promise<ReadonlyMap<string, Told>> {
    const script = join(import.meta.dirname, 'mastodon_py.py')
    const child = spawn(PYTHON, ['-W', 'ignore', script, server.origin, token, path], {
      cwd: folder,
      env: { PATH: process.env.PATH, HOME: folder, LANG: 'C.UTF-8' },
    })
    const closed = once(child, 'close')
    child.stderr.on('data', (chunk) => {
      failed += chunk
    })
    const steps = new Map<string, Told>()
    for await (const line of createInterface({ input: child.stdout })) {
      const { step, ...what } = JSON.parse(line) as Told
      steps.set(String(step), what)
      if (step === 'asks') child.stdin.write(`${await server.codeAt('ada', String(what.address))}\n`)
    }
    await closed
    return steps
  }

  test('goes through all of it', () => {
    expect(failed).toBe('')
    expect([...told.keys()].at(-1)).toBe('stream')
  })

  test.each<[string, Told]>([
    ['in', { me: 'ada', app: 'Python' }],
    ['relation', { following: true, followed_by: true }],
    ['post', { same: true, content: '<p>Sun over the <a', history: 2 }],
    ['media', { kind: 'image', description: 'a red square' }],
    ['reply', { to: true, descendants: [true] }],
    ['poll', { votes: [1, 0] }],
    ['acts', { boosted: true, likes: 1, bookmarked: true }],
    ['home', { ordered: true, once: true }],
    ['tag', { count: 1, local: true }],
    ['notifications', { kinds: ['favourite', 'follow', 'mention', 'reblog'] }],
    ['search', { accounts: ['ada'], statuses: 1 }],
    ['list', { accounts: ['bob'], lists: 1 }],
    ['filter', { phrases: ['tar'] }],
    ['planned', { text: 'Later', count: 1 }],
    ['push', { endpoint: 'https://127.0.0.1/send/3', mention: true }],
    ['stream', { healthy: true, updated: true, gone: true }],
  ])('%s', (step, what) => {
    const { content, ...rest } = what
    expect(told.get(step)).toMatchObject(rest)
    if (typeof content === 'string') expect(told.get(step)?.content).toContain(content)
  })
})
