import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createVisitor, PASSWORD } from '../faces/pages/site.ts'
import { eventually, startWeft, type Weft } from '../support/weft.ts'
import { answer, open } from './consent.ts'

/* docs/c2s.md, as its readers go through it: every command of it, in its order, in one shell. */

const PAGE = readFileSync(join(import.meta.dirname, '../../docs/c2s.md'), 'utf8')
const programs = ['bash', 'curl', 'jq', 'openssl']
const lacking = programs.filter(
  (name) => !(process.env.PATH ?? '').split(':').some((at) => existsSync(join(at, name))),
)
if (lacking.length > 0)
  console.log(`The commands of docs/c2s.md are not tested: there is no ${lacking.join(', ')}.`)

describe.skipIf(lacking.length > 0)('what docs/c2s.md shows', () => {
  let weft: Weft
  let other: Weft
  let folder: string
  let shell: Shell
  let theirs: string
  /** what each section printed */
  const printed = new Map<string, string>()

  beforeAll(async () => {
    ;[weft, other] = await Promise.all([startWeft(), startWeft()])
    await weft.cliWith(PASSWORD, 'account', 'create', 'anna', '--password-stdin')
    await other.cli('account', 'create', 'ben')
    const [said] = await other.cli('post', 'ben', 'Fog over the loom')
    theirs = String(said?.uri ?? said?.id)
    folder = await mkdtemp(join(tmpdir(), 'weft-docs-'))
    shell = startShell(folder)
  }, 60_000)
  afterAll(async () => {
    await shell?.end()
    await Promise.all([weft?.stop(), other?.stop()])
    if (folder) await rm(folder, { recursive: true, force: true })
  })

  test('works, command by command', async () => {
    for (const { section, command } of commandsOf(PAGE)) {
      const ours = command
        .replace('https://social.example', weft.origin)
        .replace('@ben@other.example', `@ben@${other.host}`)
      const typed = ours.includes('read -r CODE') ? await codeAt(printed.get('Authorise') ?? '') : ''
      const { status, out, err } = await shell.run(ours, typed)
      expect(`${section}: ${status} ${err}`).toBe(`${section}: 0 `)
      printed.set(section, (printed.get(section) ?? '') + out)
    }
  }, 120_000)

  /** What the reader does in a browser. */
  async function codeAt(address: string): Promise<string> {
    const visitor = createVisitor(weft.origin)
    await visitor.signIn('anna')
    const asked = await open(visitor, address.trim().slice(weft.origin.length))
    const back = (await answer(visitor, asked)).headers.get('location') ?? ''
    return new URL(back).searchParams.get('code') ?? ''
  }

  const inSection = (section: string) =>
    JSON.parse(`[${(printed.get(section) ?? '').replaceAll('}\n{', '},{')}]`)

  test('prints what it says', () => {
    expect(printed.get('Authorise')).toContain('"expires_in": 3600')
    expect(inSection('Post')).toMatchObject([
      { type: 'Note', content: '<p>Hello from a shell</p>' },
      { automaticApproval: [expect.any(String), expect.stringMatching(/\/followers$/)] },
    ])
    expect(inSection('Follow')).toMatchObject([{ type: 'Follow' }])
    expect(inSection('Like and reply')).toMatchObject([
      { type: 'Like' },
      { type: 'Note', inReplyTo: theirs },
      { type: 'EmojiReact', content: '🎉' },
    ])
    expect(printed.get('Edit')).toContain('Hello again from a shell')
    expect(printed.get('Delete')).toContain('"formerType": "Note"')
    expect(inSection('Upload')).toMatchObject([
      { mediaType: 'image/png', name: 'a red dot' },
      { summary: expect.stringContaining('Mostly dots'), icon: 'a red dot' },
    ])
    expect(printed.get('Read')).toContain('"type": "OrderedCollection"')
    expect(printed.get('Read')).toContain('"type": "Like"')
    expect(printed.get('Listen')).toMatch(/"type": "Add",\n\s+"heard": "<p>Is anybody listening\?<\/p>"/)
    expect(printed.get('Refresh, and go')).toContain('"active": true')
    expect(inSection('When something is wrong')).toMatchObject([{ status: 401 }])
  })

  test('and the friend elsewhere hears of it: a follower, a like and an answer', async () => {
    await eventually(async () => {
      const told = await other.cli('notifications', 'ben')
      const kinds = told.map(({ kind, type }) => String(kind ?? type)).sort()
      expect(kinds).toEqual(expect.arrayContaining(['follow', 'like', 'mention']))
    }, 40_000)
  }, 60_000)
})

/** The blocks that are for a shell, each under its heading. */
function commandsOf(page: string): { section: string; command: string }[] {
  return page.split(/^## /m).flatMap((part, at) => {
    const section = at === 0 ? 'Begin' : (part.split('\n')[0] ?? '')
    return [...part.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, command = '']) => ({ section, command }))
  })
}

interface Shell {
  /** What is typed goes to the last command. */
  run(command: string, typed: string): Promise<{ status: number; out: string; err: string }>
  end(): Promise<void>
}

/** One shell for all of it, which remembers what it was told as the reader's does. */
function startShell(cwd: string): Shell {
  const child = spawn('bash', ['-o', 'pipefail'], { cwd, env: { PATH: process.env.PATH, HOME: cwd } })
  const closed = once(child, 'close')
  let [out, err] = ['', '']
  child.stdout.on('data', (chunk) => {
    out += chunk
  })
  child.stderr.on('data', (chunk) => {
    err += chunk
  })
  const until = async () => {
    const deadline = Date.now() + 30_000
    while (!/^done \d+$/m.test(out) && child.exitCode === null && Date.now() < deadline)
      await new Promise((turn) => setTimeout(turn, 20))
  }
  return {
    async run(command, typed) {
      out = ''
      err = ''
      child.stdin.write(`${command.trimEnd()}\n${typed && `${typed}\n`}printf '\\ndone %s\\n' $?\n`)
      await until()
      const status = Number(/^done (\d+)$/m.exec(out)?.[1] ?? -1)
      return { status, out: out.replace(/\ndone \d+\n/, ''), err: err || (status === 0 ? '' : out) }
    },
    async end() {
      child.stdin.end()
      await closed
    },
  }
}
