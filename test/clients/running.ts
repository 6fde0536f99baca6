import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { answer, open } from '../c2s/consent.ts'
import { createVisitor, PASSWORD } from '../faces/pages/site.ts'
import { startWeft, type Weft } from '../support/weft.ts'

/** Where a code is shown, for somebody to copy it. */
export const OOB = 'urn:ietf:wg:oauth:2.0:oob'

/** A running server, and people on it who have apps. */
export interface Running extends AsyncDisposable {
  readonly weft: Weft
  readonly origin: string
  /** Somebody with a password, and an app of theirs that is let in already. */
  person(name: string): Promise<string>
  /** Somebody opens the address that an app shows them, signs in and allows it: the code that they are shown to copy. */
  codeAt(name: string, address: string): Promise<string>
}

export async function startForClients(env: Readonly<Record<string, string>> = {}): Promise<Running> {
  const weft = await startWeft(env)
  const codeAt: Running['codeAt'] = async (name, address) => {
    const visitor = createVisitor(weft.origin)
    await visitor.signIn(name)
    const asked = await open(visitor, address.slice(weft.origin.length))
    const { body } = await answer(visitor, asked)
    const [, code] = /<code>([\w-]+)<\/code>/.exec(body) ?? []
    if (code === undefined) throw new Error(`no code is shown: ${body}`)
    return code
  }
  return {
    weft,
    origin: weft.origin,
    codeAt,
    async person(name) {
      await weft.cliWith(PASSWORD, 'account', 'create', name, '--password-stdin')
      return letIn(weft.origin, (address) => codeAt(name, address))
    },
    [Symbol.asyncDispose]: () => weft.stop(),
  }
}

/** A token for an app of no name, as every app gets its own. */
async function letIn(origin: string, codeAt: (address: string) => Promise<string>): Promise<string> {
  const post = async (path: string, body: Readonly<Record<string, string>>) => {
    const reply = await fetch(origin + path, { method: 'POST', body: new URLSearchParams(body) })
    return (await reply.json()) as Readonly<Record<string, string>>
  }
  const scope = 'read write follow push'
  const { client_id = '', client_secret = '' } = await post('/api/v1/apps', {
    client_name: 'Tests',
    redirect_uris: OOB,
    scopes: scope,
  })
  const query = new URLSearchParams({ response_type: 'code', client_id, redirect_uri: OOB, scope })
  const code = await codeAt(`${origin}/oauth/authorize?${query}`)
  const given = await post('/oauth/token', {
    grant_type: 'authorization_code',
    client_id,
    client_secret,
    redirect_uri: OOB,
    code,
  })
  if (given.access_token === undefined) throw new Error(`no token: ${JSON.stringify(given)}`)
  return given.access_token
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
