/** The work did not end in its time. It may still be running; its signal is aborted. */
export class TimeLimitError extends Error {
  constructor(ms: number) {
    super(`not done within ${ms / 1000} s`)
    this.name = 'TimeLimitError'
  }
}

/**
 * Waits for work, but no longer than `ms`.
 * @throws TimeLimitError, or what the work throws
 */
export async function withTimeLimit<T>(ms: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const aborter = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const error = new TimeLimitError(ms)
      aborter.abort(error)
      reject(error)
    }, ms)
  })
  try {
    return await Promise.race([work(aborter.signal), limit])
  } finally {
    clearTimeout(timer)
  }
}
