import type { RefusalCode } from '../../../base/refusal.ts'
import { problemType } from '../problem-types.ts'
import type { Entry } from './entry.ts'

/** What is said to an app that cannot listen. */
export const streamSentences = {
  'stream.too-many': {
    status: 429,
    sentence: 'This app keeps too many streams open. Close one, and try again.',
    type: problemType('rate-limit-exceeded'),
  },
  'stream.not-yours': {
    status: 403,
    sentence: 'Only whose list that is can listen to it.',
    type: problemType('principal-not-authorized'),
  },
  'stream.ticket': {
    status: 401,
    sentence: 'This ticket has been used, has run out, or is for another stream.',
    challenge: 'invalid_token',
  },
} as const satisfies Partial<Record<RefusalCode, Entry>>
