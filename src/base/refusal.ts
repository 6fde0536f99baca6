/** Every expected "no", by a stable code. `faces/http/errors.ts` gives each its status and its sentence for people. */
export type RefusalCode =
  | 'account.name-invalid'
  | 'account.name-taken'
  | 'account.email-taken'
  | 'account.owner-exists'
  | 'account.not-found'
  | 'account.gone'
  | 'account.suspended'
  | 'account.not-local'
  | 'account.unreachable'
  | 'handle.invalid'
  | 'login.wrong'
  | 'login.required'
  | 'login.disabled'
  | 'password.too-short'
  | 'password.too-long'
  | 'password.too-common'
  | 'setup.closed'
  | 'form.stale'
  | 'form.cross-site'
  | 'post.empty'
  | 'post.too-long'
  | 'post.not-found'
  | 'post.gone'
  | 'post.not-yours'
  | 'post.parent-not-found'
  | 'post.unchanged'
  | 'follow.self'
  | 'follow.not-found'
  | 'cursor.invalid'
  | 'request.invalid'
  | 'request.too-large'
  | 'request.url-too-long'
  | 'request.media-type'
  | 'request.misdirected'
  | 'request.method'
  | 'request.too-many'
  | 'signature.missing'
  | 'signature.invalid'
  | 'signature.key-unavailable'
  | 'host.blocked'
  | 'remote.not-found'
  | 'remote.gone'
  | 'remote.refused'
  | 'remote.ours'
  | 'not-found'
  | 'busy'
  | 'not-available-yet'

/** An expected no: for good, and no fault of ours. Safe to show by its code; `details` fill its sentence. */
export class Refusal extends Error {
  readonly code: RefusalCode
  readonly details: Readonly<Record<string, string | number>>

  constructor(code: RefusalCode, details: Readonly<Record<string, string | number>> = {}) {
    super(code)
    this.name = 'Refusal'
    this.code = code
    this.details = details
  }
}

export function refuse(code: RefusalCode, details?: Readonly<Record<string, string | number>>): never {
  throw new Refusal(code, details)
}
