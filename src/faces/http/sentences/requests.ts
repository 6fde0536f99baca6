import type { RefusalCode } from '../../../base/refusal.ts'
import { problemType } from '../problem-types.ts'
import { type Entry, missing } from './entry.ts'

/** What is said of requests themselves, and of other servers. */
export const requestSentences = {
  'cursor.invalid': { status: 400, sentence: 'That is not a page of this list.' },
  'request.invalid': { status: 400, sentence: 'The server does not understand this request.' },
  'request.too-large': { status: 413, sentence: 'That is more than the server takes at once.' },
  'request.url-too-long': { status: 414, sentence: 'That address is too long.' },
  'request.media-type': { status: 415, sentence: 'The server does not read this kind of content.' },
  'request.misdirected': { status: 421, sentence: 'This request was meant for another server.' },
  'request.method': { status: 405, sentence: 'That cannot be done with this address.' },
  'request.too-many': {
    status: 429,
    type: problemType('rate-limit-exceeded'),
    sentence: ({ retryAfterSeconds }) =>
      `Too many attempts. Please wait ${waitFor(Number(retryAfterSeconds ?? 60))} and try again.`,
  },
  'signature.missing': { status: 401, sentence: 'This request must be signed.' },
  'signature.invalid': { status: 401, sentence: 'The signature of this request does not hold.' },
  'signature.key-unavailable': {
    status: 401,
    sentence: 'The key of this signature could not be had from its owner.',
  },
  'host.blocked': {
    status: 403,
    sentence: 'This server does not talk with yours.',
    type: problemType('principal-not-authorized'),
  },
  'remote.not-found': { status: 404, sentence: 'The other server knows nothing of that.' },
  'remote.gone': { status: 410, sentence: 'That has been deleted on its own server.' },
  'remote.refused': { status: 422, sentence: 'What the other server says of that cannot be believed.' },
  'remote.ours': { status: 422, sentence: 'That is on this server.' },
  'not-found': { status: 404, sentence: missing },
  busy: { status: 503, sentence: 'The server is busy. Please try again in a moment.' },
} as const satisfies Partial<Record<RefusalCode, Entry>>

function waitFor(seconds: number): string {
  if (seconds < 90) return seconds <= 1 ? 'a second' : `${Math.ceil(seconds)} seconds`
  return `${Math.ceil(seconds / 60)} minutes`
}
