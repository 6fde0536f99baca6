/** Why the server cannot start: one sentence that tells the operator what to do, and all that is shown of it. */
export class StartError extends Error {
  override readonly name = 'StartError'
}
