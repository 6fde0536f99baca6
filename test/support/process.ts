import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** A server as a real process, and what it prints. */
export interface RunningProcess extends AsyncDisposable {
  readonly child: ChildProcess
  readonly origin: string
  stdout(): string
  stderr(): string
  /** resolves with the exit code, or the signal's name */
  readonly exited: Promise<number | string>
  /** Sends a signal and waits for the end. */
  end(signal: NodeJS.Signals): Promise<number | string>
}

export interface ProcessOptions {
  /** the file to run */
  readonly entry: string
  readonly env?: Readonly<Record<string, string>>
  readonly port?: number
  readonly nodeArgs?: readonly string[]
  readonly cwd?: string
  /** another program than this Node */
  readonly program?: string
}

/** A port that nothing listens on at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

/** Starts a process with these settings and no others, and returns at once. */
export async function startProcess(options: ProcessOptions): Promise<RunningProcess> {
  const port = options.port ?? (await freePort())
  const child = spawn(options.program ?? process.execPath, [...(options.nodeArgs ?? []), options.entry], {
    env: { PATH: process.env.PATH, NODE_ENV: 'test', PORT: String(port), ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(options.cwd && { cwd: options.cwd }),
    // A program that starts others gets a group of its own, so that all of it can be ended.
    detached: options.program !== undefined,
  })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk) => {
    stdout += chunk
  })
  child.stderr.on('data', (chunk) => {
    stderr += chunk
  })
  const exited = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string)
  return {
    child,
    origin: `http://localhost:${port}`,
    stdout: () => stdout,
    stderr: () => stderr,
    exited,
    end(signal) {
      child.kill(signal)
      return exited
    },
    async [Symbol.asyncDispose]() {
      if (options.program === undefined) child.kill('SIGKILL')
      else endGroup(child)
      await exited
    },
  }
}

/** Waits until the process answers 200 there; fails with what it printed when it ends, or after `patienceMs`. */
export async function answering(
  running: RunningProcess,
  path = '/readyz',
  patienceMs = 30_000,
): Promise<void> {
  const deadline = Date.now() + patienceMs
  let ended = false
  void running.exited.then(() => {
    ended = true
  })
  while (!ended && Date.now() < deadline) {
    const status = await fetch(running.origin + path).then(
      (response) => response.status,
      () => 0,
    )
    if (status === 200) return
    await sleep(20)
  }
  throw new Error(`no answer from ${running.origin}${path}:\n${running.stdout()}${running.stderr()}`)
}

function endGroup(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
  } catch {
    // All of it has ended.
  }
}
