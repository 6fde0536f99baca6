import { Worker } from 'node:worker_threads'
import { z } from 'zod'
import { createTurns } from './turns.ts'

/** What a film or sound says of itself. */
export interface ProbedFacts {
  /** in seconds */
  readonly duration: number | null
  readonly width: number | null
  readonly height: number | null
  /** of its first seconds */
  readonly frameRate: number | null
}

const SECONDS = 10
const MEGABYTES = 128
const said = z.object({
  duration: z.number().positive().max(86_400).nullable().catch(null),
  width: z.int().positive().max(100_000).nullable().catch(null),
  height: z.int().positive().max(100_000).nullable().catch(null),
  frameRate: z.number().positive().nullable().catch(null),
})

/** Each has a thread and its memory to itself while it is read. */
const inTurn = createTurns(2, 200)

/**
 * Reads how long and how large a film or sound is. Whatever a file is built to do to its reader is done to a thread of
 * its own, which has ten seconds and so much memory, and is ended then (S-115).
 * @returns undefined when it is no film or sound that can be read
 */
export async function probe(path: string): Promise<ProbedFacts | undefined> {
  return inTurn(async () => {
    const worker = new Worker(new URL('./probe-worker.ts', import.meta.url), {
      workerData: path,
      resourceLimits: { maxOldGenerationSizeMb: MEGABYTES },
      stderr: true,
      stdout: true,
    })
    const { promise, resolve } = Promise.withResolvers<unknown>()
    const late = setTimeout(() => resolve(undefined), SECONDS * 1000)
    worker.once('message', resolve).once('error', () => resolve(undefined))
    worker.once('exit', () => resolve(undefined))
    try {
      return said.safeParse(await promise).data
    } finally {
      clearTimeout(late)
      await worker.terminate()
    }
  })
}
