import type { RefusalCode } from '../../../base/refusal.ts'
import type { Entry } from './entry.ts'

/** What is said about second factors and passkeys. */
export const securitySentences = {
  'factor.wrong': {
    status: 401,
    sentence: 'That code does not hold: it is wrong, has run out, or was used before.',
  },
  'factor.stale': {
    status: 422,
    sentence: 'That took too long, so there is a new code to scan. Please begin again.',
  },
  'factor.step-over': {
    status: 401,
    sentence: 'That took too long, or too many codes were wrong. Please sign in again.',
  },
  'passkey.wrong': {
    status: 401,
    sentence: 'That passkey does not work here, or it took too long. Please try again.',
  },
  'passkey.known': { status: 422, sentence: 'That passkey is in use already.' },
  'passkey.too-many': {
    status: 422,
    sentence: ({ most = 20 }) => `An account has at most ${most} passkeys.`,
  },
} as const satisfies Partial<Record<RefusalCode, Entry>>
