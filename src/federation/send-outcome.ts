import type { Knock } from '../db/tables/queue.ts'
import type { SendOutcome } from '../jobs/outcomes.ts'
import { retryAfterFrom } from '../jobs/retry.ts'
import type { SignatureForm } from './sign.ts'

/** How a POST ended: with a status, or with the outcome of a network that failed. */
export type Answer =
  | { readonly status: number; readonly retryAfter: string | undefined }
  | { readonly outcome: SendOutcome }

/** The whole host is in trouble, or asks for patience; another inbox of it would fare no better. */
const HOST_STATUSES = new Set([429, 502, 503, 504])
/** What a server says that cannot read a signature, and what one says that has other reasons. */
const UNREADABLE = new Set([400, 401])
const PERHAPS_UNREADABLE = new Set([403, 404, 410])

/** Whether the other form of signature may fare better: on 400 and 401 always, on others once for a host not yet known. */
export function isWorthKnockingAgain(answer: Answer, knock: Knock): boolean {
  if (!('status' in answer)) return false
  return UNREADABLE.has(answer.status) || (knock === 'unknown' && PERHAPS_UNREADABLE.has(answer.status))
}

/** Of two knocks the second counts, unless it was only not understood. */
export function answersBoth(first: Answer, second: Answer): Answer {
  return 'status' in second && UNREADABLE.has(second.status) ? first : second
}

/** What an answer means for a delivery. A redirect is a failure: who moves an inbox says so in the actor. */
export function outcomeOf(answer: Answer, form: SignatureForm, now: Date): SendOutcome {
  if ('outcome' in answer) return answer.outcome
  const { status } = answer
  if (status >= 200 && status < 300) return { result: 'delivered', knock: form }
  if (status === 410) return { result: 'gone' }
  if (status === 404) return { result: 'missing' }
  const retryAfterSeconds = retryAfterFrom(answer.retryAfter, now)
  const more = {
    reason: `answered ${status}`,
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  }
  return HOST_STATUSES.has(status)
    ? { result: 'host-failed', ...more }
    : { result: 'inbox-failed', status, ...more }
}

/** DNS, connection, TLS, garbage, time-out: the host's; what our own guard refuses is a matter of that address. */
export function outcomeOfError(error: unknown): Answer {
  const { code, name, message } = (error ?? {}) as { code?: unknown; name?: unknown; message?: unknown }
  const word = typeof code === 'string' ? code : typeof name === 'string' ? name : 'unknown'
  if (word === 'WEFT_BLOCKED' || word === 'UND_ERR_INVALID_ARG') {
    return {
      outcome: { result: 'inbox-failed', status: 0, reason: `not allowed: ${String(message).slice(0, 200)}` },
    }
  }
  return { outcome: { result: 'host-failed', reason: REASONS[word] ?? `no connection: ${word}` } }
}

const LATE = 'no answer in time'
const REASONS: Readonly<Record<string, string>> = {
  TimeoutError: LATE,
  WEFT_DEADLINE: LATE,
  UND_ERR_HEADERS_TIMEOUT: LATE,
  UND_ERR_BODY_TIMEOUT: LATE,
  UND_ERR_CONNECT_TIMEOUT: 'no connection in time',
  ETIMEDOUT: 'no connection in time',
  ETIMEOUT: 'its name was not resolved in time',
  ENOTFOUND: 'its name does not exist',
  ENODATA: 'its name has no address',
  ECONNREFUSED: 'it refuses connections',
  ECONNRESET: 'it dropped the connection',
  EPIPE: 'it dropped the connection',
  HTTPParserError: 'its answer is no HTTP',
  UND_ERR_SOCKET: 'it dropped the connection',
}
