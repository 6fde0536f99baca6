import type { RefusalCode } from '../../../base/refusal.ts'
import type { Entry } from './entry.ts'

/** What is said to an app that cannot be told of notifications. */
export const pushSentences = {
  'push.endpoint': {
    status: 422,
    sentence: 'Messages cannot be sent to this address: it must be one of a public push service, by https.',
  },
  'push.keys': {
    status: 422,
    sentence: 'Nothing can be encrypted with these keys: p256dh is a point of P-256, auth is 16 bytes.',
  },
} as const satisfies Partial<Record<RefusalCode, Entry>>
