import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { answer, open } from '../c2s/consent.ts'
import { createVisitor, PASSWORD } from '../faces/pages/site.ts'
import { startWeft, type Weft } from '../support/weft.ts'

/** A running server, and people on it who have apps. */
export interface Running extends AsyncDisposable {
  readonly weft: Weft
  readonly origin: string
  /** Somebody with a password, and an app of theirs that is let in already. */
  person(name: string): Promise<string>
  /** Somebody opens the address that an app shows them, signs in and allows it: the code that they are shown to copy. */
  codeAt(name: string, address: string): Promise<string>
}

export async function startForClients(): Promise<Running> {
  const weft = await startWeft()
  return {
    weft,
    origin: weft.origin,
    async person(name) {
      await weft.cliWith(PASSWORD, 'account', 'create', name, '--password-stdin')
      const [made] = await weft.cli('token', 'create', name)
      return String(made?.accessToken)
    },
    async codeAt(name, address) {
      const visitor = createVisitor(weft.origin)
      await visitor.signIn(name)
      const asked = await open(visitor, address.slice(weft.origin.length))
      const { body } = await answer(visitor, asked)
      const [, code] = /<code>([\w-]+)<\/code>/.exec(body) ?? []
      if (code === undefined) throw new Error(`no code is shown: ${body}`)
      return code
    },
    [Symbol.asyncDispose]: () => weft.stop(),
  }
}

/** A program as somebody runs it. */
export interface Program {
  readonly status: number | null
  readonly out: string
}

export async function runProgram(
  command: readonly [string, ...string[]],
  options: { readonly input?: string; readonly cwd?: string; readonly env?: Record<string, string> } = {},
): Promise<Program> {
  const [program, ...args] = command
  const child = spawn(program, args, {
    cwd: options.cwd,
    // Without any proxy or settings of whoever runs the tests.
    env: { PATH: process.env.PATH, LANG: 'C.UTF-8', ...options.env },
  })
  let out = ''
  child.stdout.on('data', (chunk) => {
    out += chunk
  })
  child.stderr.on('data', (chunk) => {
    out += chunk
  })
  child.stdin.on('error', () => undefined).end(options.input ?? '')
  const [status] = await once(child, 'close')
  return { status, out }
}
