/** Not now, try again: another server is down, a key cannot be had, a lock is taken. A job that throws it is retried. */
export class Transient extends Error {
  /** How long the other side asked us to wait, if it did. */
  readonly retryAfterSeconds: number | undefined

  constructor(message: string, options: { cause?: unknown; retryAfterSeconds?: number } = {}) {
    super(message, { cause: options.cause })
    this.name = 'Transient'
    this.retryAfterSeconds = options.retryAfterSeconds
  }
}
