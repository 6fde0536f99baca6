import { generateKeyPairSync, sign } from 'node:crypto'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { freePort } from '../../test/support/process.ts'
import { spawnPinned } from './server.ts'

const environment = process.env as Record<string, string>

/**
 * What the machine itself can do, measured in the same run: a figure of ours means little without it, since such
 * machines differ by several times.
 */
export interface BareServer extends AsyncDisposable {
  readonly url: string
  /** milliseconds of CPU so far */
  readonly pid: number
}

/** `node:http` with one ready answer of that size and nothing else, on CPU 0. */
export async function startBareServer(bytes: number): Promise<BareServer> {
  const port = await freePort()
  const script =
    `const body = Buffer.alloc(${bytes}, 'x');` +
    `require('node:http').createServer((q, r) => { r.writeHead(200, { 'content-type': 'application/activity+json',` +
    ` 'content-length': ${bytes} }); r.end(body) }).listen(${port}, '127.0.0.1')`
  const child = spawnPinned([process.execPath, '-e', script], { PATH: process.env.PATH ?? '' })
  const url = `http://localhost:${port}/`
  while (
    (await fetch(url).then(
      (answer) => answer.status,
      () => 0,
    )) !== 200
  ) {
    if (child.exitCode !== null) throw new Error('the bare server ended')
  }
  return {
    url,
    pid: child.pid ?? 0,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      if (child.exitCode === null) await once(child, 'exit')
    },
  }
}

/** Milliseconds of one RSA-2048 signature, on whichever CPU this process runs. */
export function signatureMs(): number {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const data = Buffer.alloc(200)
  for (let n = 0; n < 50; n++) sign('sha256', data, privateKey)
  const began = process.cpuUsage()
  for (let n = 0; n < 300; n++) sign('sha256', data, privateKey)
  const used = process.cpuUsage(began)
  return (used.user + used.system) / 1000 / 300
}

/** Milliseconds that `npm start` takes for a program that ends at once, on CPU 0. @param folder an empty one */
export async function emptyStartMs(folder: string): Promise<number> {
  const scripts = { start: 'exec node -e 0' }
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'empty', version: '1.0.0', scripts }))
  const began = performance.now()
  const child = spawnPinned(['npm', 'start', '--silent'], environment, { cwd: folder })
  await once(child, 'exit')
  return performance.now() - began
}
