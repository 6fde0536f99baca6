import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** What a poster can be told. */
export type Command =
  | { readonly do: 'say' | 'say-and-die'; readonly by: string; readonly text: string }
  | { readonly do: 'edit'; readonly by: string; readonly id: string; readonly text: string }
  | { readonly do: 'remove'; readonly by: string; readonly id: string }

export type Said = { readonly id: string; readonly uri: string } | { readonly error: string }

export interface Post {
  readonly id: string
  readonly uri: string
}

/** Somebody who posts, as a process. A command that is not answered before the process ends is rejected. */
export interface Poster extends AsyncDisposable {
  say(by: string, text: string): Promise<Post>
  edit(by: string, id: string, text: string): Promise<Post>
  remove(by: string, id: string): Promise<Post>
  /** Lets it die by its own hand right after the commit, before it tells anybody. */
  sayAndDie(by: string, text: string): Promise<void>
  kill(): Promise<void>
}

/** The process is gone: nobody knows whether the command was done. */
export class PosterDied extends Error {}

export async function startPoster(env: Readonly<Record<string, string>>): Promise<Poster> {
  const child: ChildProcess = spawn(process.execPath, [join(import.meta.dirname, 'poster.ts')], {
    env: { PATH: process.env.PATH, NODE_ENV: 'test', ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const { stdin, stdout } = child
  if (!stdin || !stdout) throw new Error('unreachable: a child without pipes')
  stdin.on('error', () => undefined)
  const exited = once(child, 'exit')
  const answers: ((said: Said | undefined) => void)[] = []
  let ended = false
  createInterface({ input: stdout }).on('line', (line) => answers.shift()?.(JSON.parse(line)))
  void exited.then(() => {
    ended = true
    for (const answer of answers.splice(0)) answer(undefined)
  })

  const next = async (): Promise<Post> => {
    const said = ended ? undefined : await new Promise<Said | undefined>((answer) => answers.push(answer))
    if (said === undefined) throw new PosterDied()
    if ('error' in said) throw new Error(said.error)
    return said
  }
  const tell = (command: Command) => {
    const answer = next()
    stdin.write(`${JSON.stringify(command)}\n`)
    return answer
  }
  await next()
  const kill = async () => {
    child.kill('SIGKILL')
    await exited
  }
  return {
    say: (by, text) => tell({ do: 'say', by, text }),
    edit: (by, id, text) => tell({ do: 'edit', by, id, text }),
    remove: (by, id) => tell({ do: 'remove', by, id }),
    async sayAndDie(by, text) {
      await tell({ do: 'say-and-die', by, text }).catch(() => undefined)
      await exited
    },
    kill,
    [Symbol.asyncDispose]: kill,
  }
}
