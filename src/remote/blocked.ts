/** We do not go there, or do not take that: an address, a scheme, a port, an encoding or a size that is not allowed. */
export class BlockedError extends Error {
  readonly code = 'WEFT_BLOCKED'

  constructor(message: string) {
    super(message)
    this.name = 'BlockedError'
  }
}

/** The request as a whole took longer than it may. */
export class DeadlineError extends Error {
  readonly code = 'WEFT_DEADLINE'

  constructor(ms: number) {
    super(`not done within ${ms} ms`)
    this.name = 'DeadlineError'
  }
}

/** Whether a failed request was refused by our own guard; built-in `fetch` wraps the reason into a TypeError. */
export function isBlocked(error: unknown): boolean {
  return error instanceof BlockedError || (error instanceof Error && error.cause instanceof BlockedError)
}
