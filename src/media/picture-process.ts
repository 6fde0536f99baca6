import { type ChildProcess, fork } from 'node:child_process'
import type { PictureResult, PictureTask } from './picture.ts'
import { createTurns } from './turns.ts'

const SECONDS = 15
const IDLE_MS = 30_000
/** So many pictures, and a fresh process takes over: what libraries leak goes with the old one. */
const MOST_PICTURES = 200
/** It knows nothing of our settings and secrets; what its libraries free goes back to the system at once. */
const ENVIRONMENT = { MALLOC_ARENA_MAX: '2', MALLOC_MMAP_THRESHOLD_: '131072', LC_ALL: 'C' }

/**
 * Decodes pictures in a process of its own, one at a time. Whatever a picture is built to do to its decoder is done to a
 * process that holds no key and no connection, and that is ended after fifteen seconds (S-115, S-116); and the memory
 * that pictures take is not the server's. It is started with the first picture, and ends when none comes for a while.
 * @param options a test may have another program, and less patience
 */
export function createPictureProcess(
  options: { readonly worker?: URL; readonly seconds?: number } = {},
): (task: PictureTask) => Promise<PictureResult> {
  const { worker = new URL('./picture-worker.ts', import.meta.url), seconds = SECONDS } = options
  const inTurn = createTurns(1, 200)
  let child: ChildProcess | undefined
  let served = 0
  let idle: NodeJS.Timeout | undefined

  function start(): ChildProcess {
    const fresh = fork(worker, {
      env: ENVIRONMENT,
      execArgv: ['--max-old-space-size=128'],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
    fresh.once('exit', () => {
      if (child === fresh) child = undefined
    })
    served = 0
    return fresh
  }

  function end(): void {
    child?.kill('SIGKILL')
    child = undefined
  }

  function rest(): void {
    if (served >= MOST_PICTURES) end()
    // Neither it nor the wait for its end keeps a process that has nothing else to do.
    child?.unref()
    child?.channel?.unref()
    idle = setTimeout(end, IDLE_MS).unref()
  }

  async function run(task: PictureTask): Promise<PictureResult> {
    clearTimeout(idle)
    child ??= start()
    child.ref()
    child.channel?.ref()
    const result = await answerOf(child, task, seconds)
    served += 1
    if (result === undefined) end()
    else rest()
    return result ?? {}
  }

  return (task) => inTurn(() => run(task))
}

/** @returns undefined when it did not come in time, or its process ended before */
async function answerOf(
  child: ChildProcess,
  task: PictureTask,
  seconds: number,
): Promise<PictureResult | undefined> {
  const { promise, resolve } = Promise.withResolvers<PictureResult | undefined>()
  const over = () => resolve(undefined)
  const heard = (message: unknown) => resolve(message as PictureResult)
  const late = setTimeout(over, seconds * 1000)
  child.once('message', heard).once('exit', over).once('error', over)
  child.send(task, (error) => error && over())
  try {
    return await promise
  } finally {
    clearTimeout(late)
    child.off('message', heard).off('exit', over).off('error', over)
  }
}
